// The chair leads from one page: who asks is called in turn and for so long, the agenda goes on, a site that is lost is seen at
// once. Whoever leaves is asked first, and a page that is loaded anew is back in its seat.

import { test, expect, axe, like, open, shot, words } from '../fixtures.mjs';
import { leave, people, sees, sit } from '../media.mjs';
import { BRIEF, TABLET, arrange, demo, paper, pdf, soon, titled } from '../steps.mjs';

const t = words('vi');
const [NEAR, FAR] = ['Tô Hiệu', 'Chiềng Sinh'];

test('the chair calls who asks, watches the clock and steps through the agenda', async ({ person }) => {
  test.setTimeout(300_000);
  const secretary = await person(demo('thuky1.vpub'));
  const address = await arrange(secretary, {
    ...BRIEF,
    ...soon(),
    form: 'hybrid',
    title: titled('Họp giao ban điều hành'),
    chair: 'pho giam doc so vh, tt va dl',
    delegates: ['ky thuat vien 1'],
    sites: [NEAR, FAR],
  });
  await open(secretary, address);
  await secretary.locator('.agenda__tools > .more').first().locator('summary').click();
  const file = paper('bao-cao.pdf', pdf(['Trang mot', 'Trang hai']));
  await secretary.locator('.upload input[type="file"]').first().setInputFiles(file);
  await expect(secretary.locator('.agenda .paper')).toHaveCount(1);
  await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
  await expect(secretary.locator('.badge--live')).toHaveText(t('stage_under_way'));
  const chair = await person(demo('phogiamdoc.svhttdl'), {}, 'vi', `${address}/live`);
  const near = await person(demo('thuky.03646'), {}, 'vi', `${address}/live`);
  const far = await person(demo('thuky.03679'), {}, 'vi', `${address}/live`);
  await sit(chair, 'hall');
  for (const site of [near, far]) await sit(site);
  await Promise.all([sees(chair, NEAR), sees(near, FAR)]);
  const queue = chair.locator('.cqueue > li');
  const speaker = chair.locator('.cspeaker');

  await test.step('two ask, and stand in their turn', async () => {
    await expect(chair.getByText(t('live_nobody_asks'))).toBeVisible();
    for (const site of [far, near]) {
      await site.getByRole('button', { name: t('live_ask'), exact: true }).click();
      await expect(queue.filter({ hasText: site === far ? FAR : NEAR })).toBeVisible();
    }
    await expect(queue).toHaveText([new RegExp(FAR), new RegExp(NEAR)]);
    await expect(near.getByText(t('live_asked', { n: 2 }))).toBeVisible();
    await axe(chair);
    await shot(chair, 'console');
  });

  await test.step('the first is called for so long, gets more time, and gives the floor back', async () => {
    await chair.getByLabel(t('live_turn_length')).selectOption({ label: t('live_turn_each', { n: 5 }) });
    await expect(speaker).toContainText(t('live_no_floor'));
    await queue.first().getByRole('button', { name: like(t('live_floor_give')) }).click();
    await expect(speaker).toContainText(FAR);
    await expect(speaker.getByRole('timer')).toHaveText(/^0[45]:\d\d$/);
    await expect(near.getByRole('timer')).toContainText(t('live_turn_of', { n: 5 }));
    await expect(near.getByText(t('live_asked_next'))).toBeVisible();
    await chair.getByRole('button', { name: t('live_turn_more', { n: 2 }) }).click();
    await expect(speaker.getByRole('timer')).toHaveText(/^0[67]:\d\d$/);
    await expect(near.getByRole('timer')).toContainText(t('live_turn_of', { n: 7 }));
    await shot(near, 'turn');
    await far.getByRole('button', { name: like(t('live_floor_give_back')) }).click();
    await expect(speaker).toContainText(t('live_no_floor'));
    await expect(far.getByRole('button', { name: t('live_ask'), exact: true })).toBeVisible();
  });

  await test.step('the agenda goes on, and a step is taken back', async () => {
    const steps = chair.locator('.csteps > li');
    await chair.getByRole('button', { name: t('live_item_first', { n: 1 }) }).click();
    await expect(steps.nth(0)).toHaveAttribute('aria-current', 'step');
    await expect(near.locator('.ctop h1')).toContainText('1/1');
    await chair.getByRole('button', { name: t('live_item_last', { n: 1 }) }).click();
    await expect(steps.nth(0)).toContainText(like(t('live_item_done')));
    await expect(near.locator('.ctop h1')).not.toContainText('1/1');
    await chair.getByRole('button', { name: t('live_item_undo') }).click();
    await expect(steps.nth(0)).toHaveAttribute('aria-current', 'step');
    await expect(near.locator('.ctop h1')).toContainText('1/');
  });

  await test.step('a delegate in the hall follows on a tablet, asks and gives the floor back, outside of the call', async () => {
    const tablet = await person(demo('kythuat.vpub'), TABLET, 'vi', address);
    await tablet.getByRole('link', { name: t('panel_title') }).click();
    await expect(tablet.locator('.hpanel__now')).toContainText(t('panel_item', { n: 1, m: 1 }));
    await expect(tablet.locator('video')).toHaveCount(0);
    await tablet.getByRole('button', { name: t('live_ask'), exact: true }).click();
    const row = queue.filter({ hasText: 'Kỹ thuật viên 1' });
    await expect(row).toContainText(like(t('live_asked_in_hall')));
    await row.getByRole('button', { name: like(t('live_call')) }).first().click();
    await expect(tablet.locator('.hpanel__speaker')).toContainText('Kỹ thuật viên 1');
    // The paper that lies open is read along.
    await chair.locator('summary').filter({ hasText: t('live_papers') }).click();
    await chair.locator('.menu__pop').getByRole('button', { name: /bao.cao/i }).click();
    await expect(tablet.locator('.hpanel__papers .is-open')).toContainText(t('panel_presented', { n: 1 }));
    await axe(tablet);
    await shot(tablet, 'panel');
    await tablet.getByRole('button', { name: like(t('live_floor_give_back')) }).click();
    await expect(speaker).toContainText(t('live_no_floor'));
    // Whoever closes it closes it for themselves.
    await near.getByRole('button', { name: t('shown_close_here') }).click();
    await expect(near.locator('.shown')).toHaveCount(0);
    await expect(tablet.locator('.hpanel__papers .is-open')).toHaveCount(1);
    await chair.getByRole('button', { name: t('shown_close') }).click();
    await expect(tablet.locator('.hpanel__papers .is-open')).toHaveCount(0);
    await tablet.getByRole('button', { name: t('live_sit_person'), exact: true }).click();
    await expect(tablet.getByRole('dialog')).toContainText(t('panel_echo'));
    await tablet.getByRole('dialog').getByRole('button', { name: t('live_stay') }).click();
    await tablet.context().close();
  });

  await test.step('who sits in the call opens a paper for themselves', async () => {
    const delegate = await person(demo('kythuat.vpub'), {}, 'vi', `${address}/live`);
    await delegate.getByRole('button', { name: t('live_sit_person'), exact: true }).click();
    await expect(delegate.getByRole('button', { name: t('live_microphone_on'), exact: true })).toBeFocused();
    await delegate.locator('summary').filter({ hasText: t('live_papers') }).click();
    await delegate.locator('.menu__pop').getByRole('button', { name: /bao.cao/i }).click();
    await expect(delegate.locator('.shown canvas').first()).toBeVisible();
    await expect(delegate.locator('.shown')).toContainText(t('shown_here'));
    await shot(delegate, 'own-paper');
    await expect(chair.locator('.shown')).toHaveCount(0);
    await delegate.getByRole('button', { name: t('shown_close_here') }).click();
    await expect(delegate.locator('.shown')).toHaveCount(0);
    await leave(delegate);
    await delegate.context().close();
  });

  await test.step('the secretary steers without a camera', async () => {
    await open(secretary, `${address}/panel`);
    await expect(secretary.locator('.cqueue > li')).toHaveText([new RegExp(NEAR)]);
    await secretary.getByRole('button', { name: t('live_mute_all') }).click();
    await expect(near.getByRole('button', { name: t('live_wait'), exact: true })).toBeVisible();
    await axe(secretary);
    await shot(secretary, 'panel-steer');
    await secretary.getByRole('button', { name: t('live_unmute_all') }).click();
    await expect(near.getByRole('button', { name: t('live_microphone_on'), exact: true })).toBeVisible();
    await near.getByRole('button', { name: t('live_microphone_on'), exact: true }).click();
  });

  await test.step('a site is found without marks, and one that is lost needs attention', async () => {
    const find = chair.getByRole('searchbox');
    await find.fill('to hieu');
    await expect(people(chair, NEAR)).toBeVisible();
    await expect(people(chair, FAR)).toHaveCount(0);
    await find.fill('');
    await far.goto('about:blank');
    await chair.getByRole('button', { name: like(t('live_attention')) }).click();
    await expect(people(chair, FAR)).toContainText(like(t('live_lost_since')));
    await expect(people(chair, NEAR)).toHaveCount(0);
    await chair.getByRole('button', { name: t('live_all'), exact: true }).click();
  });

  await test.step('a page that is loaded anew is back in its seat, silent as it was', async () => {
    await near.getByRole('button', { name: t('live_microphone_off'), exact: true }).click();
    await near.reload();
    await expect(near.getByRole('group', { name: t('live_toolbar') })).toBeVisible({ timeout: 30_000 });
    await expect(near.getByRole('button', { name: t('live_microphone_on'), exact: true })).toBeVisible();
    await sees(chair, NEAR);
  });

  await test.step('a commune sees it on its television, and somebody on a phone on its side', async () => {
    await near.getByRole('button', { name: t('live_microphone_on'), exact: true }).click();
    await near.getByRole('button', { name: like(t('live_everybody')) }).click();
    const [call, tools] = [near.locator('.callhost .call'), near.locator('.calltools')];
    const size = near.viewportSize();
    await near.setViewportSize({ width: 1920, height: 1080 });
    await near.keyboard.press('f');
    await expect(call).toHaveClass(/call--tv/);
    // Nobody touches anything: the bars go, and what has to be known stays.
    await expect(call).toHaveClass(/is-quiet/, { timeout: 15_000 });
    await expect(tools).toHaveCSS('opacity', '0');
    await expect(near.getByText(t('live_mic_is_on'))).toBeVisible();
    await expect(near.locator('.cfoot')).toBeVisible();
    await shot(near, 'television', false);
    await near.keyboard.press('Tab');
    await expect(tools).toHaveCSS('opacity', '1');
    await axe(near);
    await near.keyboard.press('f');
    await expect(call).not.toHaveClass(/call--tv/);
    await near.setViewportSize({ width: 844, height: 390 });
    await expect(call).toHaveClass(/call--filled/);
    await near.mouse.move(420, 160);
    await axe(near);
    await expect(call).toHaveClass(/is-quiet/, { timeout: 15_000 });
    await shot(near, 'phone-wide', false);
    await near.mouse.move(400, 180);
    await expect(tools).toHaveCSS('opacity', '1');
    await near.setViewportSize(size);
    await near.getByRole('button', { name: t('live_microphone_off'), exact: true }).click();
    await near.getByRole('button', { name: like(t('live_everybody')) }).click();
  });

  await test.step('another page keeps the call in a small picture, and one press leads back', async () => {
    await near.locator('.ctop a').first().click();
    const small = near.locator('.callhost.is-small');
    await expect(small).toBeVisible();
    await expect(near.getByRole('heading', { level: 1 })).toContainText('Họp giao ban điều hành');
    const frames = () =>
      small.locator('.seatv.is-large:not(.is-off) video').first().evaluate((video) => video.getVideoPlaybackQuality().totalVideoFrames);
    const before = await frames();
    expect(before).toBeGreaterThan(0);
    await expect.poll(frames).toBeGreaterThan(before + 10);
    await near.getByRole('link', { name: t('nav_calendar'), exact: true }).first().click();
    await expect(near).toHaveURL(/\/calendar/);
    await expect(small).toBeVisible();
    await axe(near);
    await shot(near, 'small-call', false);
    // Nobody has missed it, and its microphone is turned on from here.
    await sees(chair, NEAR);
    await small.getByRole('button', { name: t('live_microphone_on') }).click();
    await expect(small.getByRole('button', { name: t('live_microphone_off') })).toBeVisible();
    await small.getByRole('link', { name: t('live_small_back') }).click();
    await expect(small).toHaveCount(0);
    await expect(near.getByRole('group', { name: t('live_toolbar') })).toBeVisible();
    await expect(near.getByRole('button', { name: t('live_microphone_off'), exact: true })).toBeVisible();
  });

  await test.step('leaving is asked about, and whoever has left stays away', async () => {
    await expect(near.getByText(t('live_asked', { n: 1 }))).toBeVisible();
    await near.getByRole('button', { name: t('live_leave') }).first().click();
    const dialog = near.getByRole('dialog', { name: t('live_leave_ask') });
    await expect(dialog).toContainText(t('live_leave_asked'));
    await dialog.getByRole('button', { name: t('live_stay') }).click();
    await expect(near.getByText(t('live_asked', { n: 1 }))).toBeVisible();
    await leave(near);
    await expect(queue).toHaveCount(0);
    await near.reload();
    await expect(near.getByRole('button', { name: like(t('live_sit_site')) })).toBeVisible();
  });
});
