// The main job from end to end, in both languages: a conference is composed under the law, published, its papers are read
// on a tablet, its roll is called by code and by hand, it is closed, and the figures open into it.

import { test, expect, axe, hydrated, like, open, shot, words } from '../fixtures.mjs';
import { TABLET, chooseRoom, closeEarly, compose, counted, demo, freeTuesday, inked, paper, pdf, pick, scanned, sendLooked, sit, soon } from '../steps.mjs';

test.describe.configure({ mode: 'parallel' });

const ROOM = /Phòng họp số 1/;
const ITEM = 'Dự thảo quy chế';

// Each has a chair and a room for today that the demo's own conference has not.
const RUNS = [
  { language: 'vi', week: 0, chair: 'pct2.ubnd', charge: 'kinh tế', today: /Phòng họp số 2/ },
  { language: 'en', week: 2, chair: 'pct3.ubnd', charge: 'văn xã', today: /Phòng họp số 3/ },
];

for (const { language, week, chair: user, charge, today } of RUNS) {
  const t = words(language);

  test(`a conference goes from the composer to the figures (${language})`, async ({ person, faults }) => {
    test.setTimeout(300_000);
    const date = freeTuesday(week);
    const title = `Hội nghị triển khai quy chế họp không giấy ${language} ${Date.now() % 1_000_000}`;
    const secretary = await person(demo('thuky1.vpub'), { viewport: { width: 1440, height: 900 } }, language);
    await expect(secretary.getByRole('heading', { level: 1 })).toHaveText(t('nav_home'));
    const length = secretary.locator('.dmeter');

    await test.step('an over-long conference is told before the press, and refused when it is pressed all the same', async () => {
      await compose(secretary, { title, kind: 'dissemination', form: 'in_person', date, from: '07:30', to: '16:30', room: ROOM });
      await expect(length).toContainText(like(t('composer_over_by')));
      await pick(secretary, '#add_chair', `pho chu tich ${charge}`, new RegExp(`Phó Chủ tịch.*${charge}`));
      await pick(secretary, '#add', 'giam doc so noi vu', /Giám đốc Sở Nội vụ/);
      await secretary.locator('[id="agenda[0][title]"]').fill(ITEM);
      await secretary.locator('[id="agenda[0][minutes]"]').fill('45');
      faults.expect(/status of 409/);
      await press(secretary, t('state_send'));
      await expect(secretary.locator('#refused')).toContainText(like(t('refused_too_long')));
      await shot(secretary, `composer-too-long-${language}`);
    });

    await test.step('one press on what would fit mends it', async () => {
      await secretary.locator('.check.is-missed .slot').filter({ hasText: '07:30' }).first().click();
      await expect(secretary.locator('[id="sittings[0][to]"]')).toHaveValue('11:30');
      await expect(length).not.toContainText(like(t('composer_over_by')));
      await press(secretary, t('state_send'));
      await sendLooked(secretary);
      await secretary.waitForURL(/\/meetings\/[0-9a-f-]{36}$/);
      await hydrated(secretary);
      await expect(secretary.getByRole('heading', { level: 1 })).toContainText(title);
    });
    const address = new URL(secretary.url()).pathname;

    await test.step('the secretary adds two papers to an item and sees how far they are', async () => {
      await secretary.getByText(t('agenda_add_papers')).first().click();
      const line = await secretary.context().newCDPSession(secretary);
      const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 600_000 };
      await line.send('Network.emulateNetworkConditions', slow);
      await secretary.locator('.upload__drop input').setInputFiles([
        paper('Dự thảo quy chế.pdf', pdf(['Page one', 'Page two', 'Page three'], 600_000)),
        paper('Phụ lục.pdf', pdf(['Annex'])),
      ]);
      await expect(secretary.getByRole('progressbar', { name: 'Dự thảo quy chế.pdf' })).toHaveAttribute('aria-valuenow', /[1-9]/);
      await line.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
      await expect(secretary.locator('a.paper')).toHaveCount(2);
    });

    await test.step('a second meeting in the same room is told of the first by name, and refused', async () => {
      await compose(secretary, { title: `${title} bis`, kind: 'working', form: 'in_person', date, from: '08:00', to: '10:00', room: ROOM });
      const clash = secretary.locator('.check.is-missed').filter({ hasText: title });
      await expect(clash).toContainText(like(t('composer_room_clash')));
      await expect(clash.locator('.slot').first()).toBeVisible();
      await pick(secretary, '#add_chair', 'giam doc so tai chinh', /Giám đốc Sở Tài chính/);
      await pick(secretary, '#add', 'giam doc so tu phap', /Giám đốc Sở Tư pháp/);
      await secretary.locator('[id="agenda[0][title]"]').fill(ITEM);
      await press(secretary, t('state_send'));
      await expect(secretary.locator('#refused')).toContainText(like(t('refused_room_taken')));
      await shot(secretary, `composer-clash-${language}`);
    });

    await test.step('it cannot be opened on a day that is not its own, and is brought forward to today', async () => {
      await open(secretary, address);
      faults.expect(/status of 409/);
      await secretary.locator('summary').filter({ hasText: t('state_more') }).click();
      await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
      await expect(secretary.getByText(t('refused_no_sitting_now'))).toBeVisible();
      await open(secretary, `${address}/edit`);
      await sit(secretary, soon());
      await chooseRoom(secretary, today);
      await press(secretary, t('state_send_changes'));
      await sendLooked(secretary);
      await secretary.waitForURL((url) => url.pathname === address);
      await hydrated(secretary);
    });

    await test.step('the meeting is opened and the hall shows a code', async () => {
      await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
      await expect(secretary.locator('.badge--live')).toHaveText(t('stage_under_way'));
    });
    const hall = await secretary.context().newPage();
    await open(hall, `${address}/hall`);
    const picture = hall.getByRole('img', { name: t('hall_qr') });
    const photographed = await scanned(picture);
    expect(photographed.pathname).toBe(`${address}/in`);
    await collect(hall, '.hall__code');
    await shot(hall, `hall-${language}`);

    const delegate = await person(demo('giamdoc.snv'), TABLET, language);
    await test.step('a delegate opens the paper on a tablet and reads on', async () => {
      await delegate.getByRole('link', { name: t('nav_search'), exact: true }).filter({ visible: true }).tap();
      await delegate.getByRole('searchbox').fill(title);
      await delegate.getByRole('searchbox').press('Enter');
      await delegate.getByRole('link', { name: title }).tap();
      await delegate.locator('a.paper').filter({ hasText: ITEM }).tap();
      await delegate.waitForURL(/\/papers\//);
      await hydrated(delegate);
      const sheet = (number) => delegate.getByRole('group', { name: t('reader_page', { page: number }), exact: true }).locator('canvas');
      await expect.poll(() => inked(sheet(1))).toBeGreaterThan(100);
      await shot(delegate, `reader-${language}`);
      await delegate.getByRole('button', { name: t('reader_next_page') }).tap();
      await expect(delegate).toHaveURL(/\?page=2$/);
      await expect.poll(() => inked(sheet(2))).toBeGreaterThan(100);
      await delegate.getByRole('link', { name: t('reader_next', { title: 'Phụ lục' }) }).tap();
      await expect(delegate.getByRole('heading', { level: 1 })).toHaveText('Phụ lục');
      await expect.poll(() => inked(sheet(1))).toBeGreaterThan(100);
      await axe(delegate);
    });

    await test.step('a delegate who scans it is present', async () => {
      const shown = await scanned(picture);
      await delegate.goto(shown.pathname + shown.search);
      await delegate.getByRole('button', { name: t('scan_confirm') }).tap();
      await expect(delegate.getByText(t('scan_present'))).toBeVisible();
      await shot(delegate, `scanned-${language}`);
      await expect(hall.locator('.st div').filter({ hasText: t('hall_in_room') }).locator('b')).toHaveText('1');
    });

    await test.step('the others are marked by hand, one absent with a reason', async () => {
      await open(secretary, address);
      await secretary.getByRole('link', { name: like(t('meetings_tab_delegates')) }).click();
      const row = (who) => secretary.locator('.rc').filter({ hasText: who });
      await expect(row(/Giám đốc Sở Nội vụ/)).toContainText(t('roll_called_by_code'));
      const chair = row(/Phó Chủ tịch/);
      await chair.getByText(t('roll_absent'), { exact: true }).click();
      await chair.getByRole('textbox').fill('Đi công tác');
      await chair.getByRole('button', { name: t('roll_write') }).click();
      const sum = secretary.locator('.rollsum').getByRole('img');
      await expect(sum).toHaveAccessibleName(t('roll_sentence', { a: 1, b: 0, c: 1, d: 1 }));
      await secretary.getByText(t('roll_mark_rest', { n: 1 })).click();
      await secretary.getByRole('button', { name: t('roll_mark_rest_do', { n: 1 }) }).click();
      await expect(sum).toHaveAccessibleName(t('roll_sentence', { a: 2, b: 0, c: 1, d: 0 }));
      await expect(chair.getByRole('textbox')).toHaveValue('Đi công tác');
      await axe(secretary);
      await shot(secretary, `roll-${language}`);
    });

    const before = await counted(secretary, soon().date);
    // Codes run out by the clock of the server; waiting for it once is enough, and what was done since has shortened it.
    if (language === 'vi') {
      await test.step('a code photographed earlier no longer counts', async () => {
        await expect.poll(() => collected(hall), { timeout: 70_000 }).toBeGreaterThan(2);
        const chair = await person(demo(user), TABLET, language, photographed.pathname + photographed.search);
        faults.expect(/status of 422/);
        await chair.getByRole('button', { name: t('scan_confirm') }).tap();
        await expect(chair.getByText(t('refused_code_expired'))).toBeVisible();
        await expect(chair.getByRole('textbox', { name: t('scan_code') })).toBeVisible();
      });
    }

    await test.step('it is closed at its real time', async () => {
      await open(secretary, address);
      await closeEarly(secretary, faults, t);
      await expect(secretary.locator('.mh__b')).toContainText(t('stage_held'));
      await expect(secretary.locator('.mh')).toContainText(like(t('meetings_held_on')));
    });

    await test.step('the figure has changed and opens into this meeting', async () => {
      // Journeys beside this one hold theirs on the same day.
      expect((await counted(secretary, soon().date)).held).toBeGreaterThan(before.held);
      await axe(secretary);
      await shot(secretary, `figures-${language}`);
      // Drawn by the browser, as after a press in the menu, the chart has columns as the one that the server draws has.
      const narrowest = () =>
        secretary.locator('.chart a rect').evaluateAll((all) => Math.min(...all.map((rect) => rect.getBoundingClientRect().width)));
      expect(await narrowest()).toBeGreaterThan(0);
      await open(secretary, '/');
      await secretary.getByRole('link', { name: t('nav_figures'), exact: true }).first().click();
      await expect(secretary.locator('.chart a rect').first()).toBeAttached();
      await expect.poll(narrowest).toBeGreaterThan(0);
      await open(secretary, '/figures');
      await secretary.locator('a[href*="what=held"]').first().click();
      await secretary.waitForURL(/\/meetings\?/);
      await expect(secretary.getByRole('link', { name: title })).toBeVisible();
    });
  });
}

/** Presses a button of the check, which may be marked as held back and still answers. */
function press(page, name) {
  return page.locator('.cmp__foot').getByRole('button', { name }).click({ force: true });
}

/** Notes every text that an element of the page shows from now on, as long as it is there. */
function collect(page, selector) {
  return page.evaluate((chosen) => {
    window.collected = new Set();
    const note = () => document.querySelectorAll(chosen).forEach((shown) => window.collected.add(shown.textContent));
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
    note();
  }, selector);
}

/** How many different ones there were. */
function collected(page) {
  return page.evaluate(() => window.collected.size);
}
