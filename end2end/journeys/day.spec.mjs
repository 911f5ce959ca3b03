// A secretary's whole day, by clicking alone: a conference from its draft to the figures with what goes wrong on the way, a
// meeting that was called by telephone and is entered afterwards, and one that is called off.

import { test, expect, axe, like, open, shot, words } from '../fixtures.mjs';
import { BRIEF, TABLET, arrange, closeEarly, counted, demo, freeTuesday, inked, paper, pdf, pick, sendLooked, sit, soon, titled } from '../steps.mjs';

const t = words('vi');

// The director chairs a meeting of the demo this morning.
const CHAIR = /^Phó Giám đốc Sở DT và TG/;
const ITEM = 'Tình hình phòng, chống dịch';

test('a secretary’s day', async ({ person, faults }) => {
  test.setTimeout(300_000);
  const page = await person(demo('thuky1.sdttg'));
  const delegate = await person(demo('chuyenvien1.sdttg'), TABLET, 'vi', null);
  const { date, ...hours } = soon();
  const before = await counted(page, date);
  const title = titled('Hội nghị phòng chống dịch mùa đông');
  const home = () => page.getByRole('link', { name: t('nav_home'), exact: true }).filter({ visible: true }).first().click();
  const rail = (key) => page.getByRole('link', { name: t(key), exact: true }).filter({ visible: true }).first().click();

  await test.step('a draft is begun, left, and found again on the home page', async () => {
    await open(page, '/');
    await rail('nav_compose');
    await expect(page).toHaveURL(/\/meetings\/new/);
    await page.locator('#title').fill(title);
    await page.locator('#kind').selectOption(BRIEF.kind);
    await page.locator(`input[name="form"][value="${BRIEF.form}"]`).check();
    await sit(page, { date: freeTuesday(9), from: '8h', to: '10h' });
    await page.locator('[name="place"]').fill(BRIEF.place);
    await pick(page, '#add_chair', 'pho giam doc so dt va tg', CHAIR);
    await page.locator('[id="agenda[0][title]"]').fill(ITEM);
    await expect(page.getByRole('status').filter({ hasText: like(t('composer_kept')) })).toBeVisible();
    await home();
    await page.getByRole('link', { name: new RegExp(title) }).first().click();
    await expect(page).toHaveURL(/\/edit$/);
    await expect(page.locator('[id="sittings[0][from]"]')).toHaveValue('08:00');
  });

  await test.step('a paper is added before anybody is invited', async () => {
    await page.getByRole('link', { name: new RegExp(t('composer_item_add_papers')) }).first().click();
    await expect(page).toHaveURL(/#item-/);
    await page.getByText(t('agenda_add_papers')).first().click();
    await page.locator('.upload input[type="file"]').first().setInputFiles(paper('Báo cáo dịch.pdf', pdf(['Report', 'Page two'])));
    await expect(page.locator('.agenda a.paper')).toHaveCount(1);
    await page.getByRole('link', { name: t('state_compose_on') }).click();
    await expect(page).toHaveURL(/\/edit$/);
  });

  await test.step('what will be sent is looked at, then sent', async () => {
    await pick(page, '#add', 'chuyen vien 1 so dt va tg', /^Chuyên viên 1/);
    await page.locator('.cmp__foot').getByRole('button', { name: t('state_send') }).click();
    await sendLooked(page, async (dialog) => {
      await expect(dialog).toContainText(title);
      await expect(dialog).toContainText('08:00–10:00');
      await shot(page, 'day-looked', false);
    });
    await expect(page).toHaveURL(/\/meetings\/[0-9a-f-]{36}$/);
  });
  const address = new URL(page.url()).pathname;
  const stage = page.locator('.mh__b');

  await test.step('the delegate reads the paper, one tap from the home page', async () => {
    await open(delegate, '/');
    // Above as what comes next, or among what waits.
    await expect(delegate.locator('.home').getByText(title).first()).toBeVisible();
    await delegate.getByRole('link', { name: new RegExp(title) }).and(delegate.locator('a[href^="/papers/"]')).first().tap();
    await expect(delegate).toHaveURL(/\/papers\//);
    const sheet = delegate.getByRole('group', { name: t('reader_page', { page: 1 }), exact: true }).locator('canvas');
    await expect.poll(() => inked(sheet)).toBeGreaterThan(100);
  });

  const drops = page.locator('summary').filter({ hasText: t('meetings_drop_changes') });
  const dropNow = page.getByRole('button', { name: t('meetings_drop_changes_now') });

  await test.step('a change of the wrong meeting is dropped in the form, at once', async () => {
    await page.getByRole('link', { name: t('state_edit'), exact: true }).click();
    await expect(page).toHaveURL(/\/edit$/);
    await expect(page.locator('[name="place"]')).toHaveValue(BRIEF.place);
    await expect(drops).toHaveCount(0);
    await page.locator('[name="place"]').fill('Nơi của cuộc khác');
    await drops.click();
    await axe(page);
    await shot(page, 'day-drop-form', false);
    await dropNow.click();
    await expect(page).toHaveURL(address);
    await expect(page.locator('.toasts')).toHaveText(t('done_changes_dropped'));
    await expect(page.locator('.mh__m')).toContainText(BRIEF.place);
    await expect(stage).not.toContainText(t('meetings_unpublished'));
  });

  await test.step('a change that was kept is dropped on the meeting\'s page', async () => {
    await page.getByRole('link', { name: t('state_edit'), exact: true }).click();
    await expect(page).toHaveURL(/\/edit$/);
    await page.locator('[name="place"]').fill('Nơi của cuộc khác');
    await expect(page.getByRole('status').filter({ hasText: like(t('composer_kept')) })).toBeVisible();
    await open(page, address);
    await expect(stage).toContainText(t('meetings_unpublished'));
    await page.locator('summary').filter({ hasText: t('state_more') }).click();
    await drops.click();
    await expect(dropNow).toBeInViewport({ ratio: 1 });
    await axe(page);
    await shot(page, 'day-drop', false);
    await dropNow.click();
    await expect(stage).not.toContainText(t('meetings_unpublished'));
    await expect(page.locator('.mh__m')).toContainText(BRIEF.place);
  });

  await test.step('it is brought forward to today, and the delegate is told', async () => {
    await page.getByRole('link', { name: t('state_edit'), exact: true }).click();
    await expect(page).toHaveURL(/\/edit$/);
    await sit(page, { date, ...hours });
    await page.locator('.cmp__foot').getByRole('button', { name: t('state_send_changes') }).click();
    const look = page.getByRole('dialog');
    await expect(look.getByText(t('preview_changes'))).toBeVisible();
    await expect(look.locator('.deflist').first().locator('dt')).toHaveText([t('composer_time')]);
    await expect(look.locator('.was')).toHaveText(/\d{2}\/\d{2}/);
    await shot(page, 'day-change-look', false);
    await sendLooked(page);
    await expect(page).toHaveURL(address);
    await open(delegate, '/');
    await delegate.getByRole('link', { name: t('home_changed', { title }) }).tap();
    await expect(delegate.locator('.notice').filter({ hasText: like(t('meetings_changed')) })).toContainText(t('change_time'));
  });

  await test.step('it is opened, the roll is called, and one is absent without a reason', async () => {
    await page.getByRole('button', { name: t('state_open'), exact: true }).click();
    await expect(stage).toContainText(t('stage_under_way'));
    await page.getByRole('link', { name: like(t('meetings_tab_delegates')) }).click();
    const row = page.locator('.rc').filter({ hasText: 'Chuyên viên 1' });
    await row.getByText(t('roll_absent'), { exact: true }).click();
    await row.getByRole('button', { name: t('roll_write') }).click();
    await page.getByText(like(t('roll_mark_rest'))).first().click();
    await page.getByRole('button', { name: like(t('roll_mark_rest_do')) }).click();
    const sum = page.locator('.rollsum').getByRole('img');
    await expect(sum).toHaveAccessibleName(t('roll_sentence', { a: 2, b: 0, c: 1, d: 0 }));
    await shot(page, 'day-roll');
  });

  await test.step('closed by mistake it is reopened, and closed again', async () => {
    await closeEarly(page, faults, t);
    await expect(stage).toContainText(t('stage_held'));
    await page.locator('summary').filter({ hasText: t('state_reopen') }).click();
    await page.getByRole('button', { name: t('state_reopen_now') }).click();
    await expect(stage).toContainText(t('stage_under_way'));
    await closeEarly(page, faults, t);
    await expect(stage).toContainText(t('stage_held'));
  });

  const called = titled('Họp khẩn theo điện thoại');
  await test.step('a meeting that the director called in the morning is entered in the afternoon', async () => {
    faults.expect(/status of 409/);
    await rail('nav_compose');
    await expect(page).toHaveURL(/\/meetings\/new/);
    await page.locator('#title').fill(called);
    await page.locator('#kind').selectOption(BRIEF.kind);
    await page.locator(`input[name="form"][value="${BRIEF.form}"]`).check();
    await page.getByLabel(t('composer_held')).check();
    await sit(page, { date, from: '00:05', to: '00:35' });
    await page.locator('[name="place"]').fill(BRIEF.place);
    await pick(page, '#add_chair', 'pho giam doc so dt va tg', CHAIR);
    await page.locator('[id="agenda[0][title]"]').fill('Phân công trực');
    await page.getByRole('button', { name: t('composer_enter') }).click();
    await expect(page).toHaveURL(/\/meetings\/[0-9a-f-]{36}$/);
    await expect(stage).toContainText(t('stage_held'));
  });

  await test.step('another is called off, and its delegate reads so first', async () => {
    const off = titled('Họp sẽ không họp');
    const other = await arrange(page, {
      ...BRIEF,
      title: off,
      date: freeTuesday(10),
      chair: 'pho giam doc so dt va tg',
      delegates: ['chuyen vien 1 so dt va tg'],
    });
    await open(page, other);
    await page.locator('summary').filter({ hasText: t('state_more') }).click();
    await page.getByRole('button', { name: t('state_cancel'), exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Giám đốc đi công tác');
    await dialog.getByRole('button', { name: t('state_cancel'), exact: true }).click();
    await expect(stage).toContainText(t('stage_cancelled'));
    await open(delegate, '/');
    await expect(delegate.getByRole('link', { name: t('home_cancelled', { title: off }) })).toContainText('Giám đốc đi công tác');
    await shot(delegate, 'day-home');
  });

  await test.step('in the evening it is found without marks, and both meetings are counted', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('phong chong dich mua dong');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/search\?/);
    await expect(page.getByRole('link', { name: new RegExp(title) }).first()).toBeVisible();
    const after = await counted(page, date);
    expect(after.held).toBe(before.held + 2);
    await page.locator('a[href*="what=held"]').first().click();
    await expect(page).toHaveURL(/\/meetings\?/);
    for (const one of [title, called]) await expect(page.getByRole('link', { name: one })).toBeVisible();
  });
});
