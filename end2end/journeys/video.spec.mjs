// A hybrid meeting by picture and sound: the hall and a commune see and hear each other, the floor is given, a site drops
// out and comes back, and the roll tells the truth about it.

import { test, expect, axe, hydrated, like, open, shot, words } from '../fixtures.mjs';
import { hears, hearsNobody, leave, sees, seesLarge, sit } from '../media.mjs';
import { BRIEF, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');
const SITE = 'Tô Hiệu';

/** Whether somebody else's picture moves on a page: decoded frames, counted over a while of the film itself. */
async function seesSomebody(page) {
  const picture = page.locator('.seatv:not(.seatv--own):not(.is-off) video').first();
  await expect(picture).toBeVisible({ timeout: 30_000 });
  const frames = () => picture.evaluate((video) => (video.videoWidth > 0 ? video.getVideoPlaybackQuality().totalVideoFrames : 0));
  await expect.poll(frames, { timeout: 30_000 }).toBeGreaterThan(10);
  return picture;
}

test('the hall and a commune hold a meeting together', async ({ person }) => {
  test.setTimeout(300_000);
  const secretary = await person(demo('thuky1.vpub'));
  const address = await arrange(secretary, {
    ...BRIEF,
    ...soon(),
    form: 'hybrid',
    title: titled('Họp giao ban trực tuyến'),
    chair: 'pho giam doc so cong thuong',
    delegates: ['ky thuat vien 1'],
    sites: [SITE],
  });
  await open(secretary, address);
  await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
  await expect(secretary.locator('.badge--live')).toHaveText(t('stage_under_way'));

  const site = await person(demo('thuky.03646'), {}, 'vi', `${address}/live`);
  const row = (page, name) => page.locator('.live__people li').filter({ hasText: name });

  await test.step('a commune sees itself and takes its seat', async () => {
    const own = site.locator('video[data-self]');
    await expect.poll(() => own.evaluate((video) => video.videoWidth), { timeout: 30_000 }).toBeGreaterThan(0);
    await axe(site);
    await shot(site, 'live-entrance');
    await site.getByRole('button', { name: like(t('live_sit_site')) }).click();
    await expect(site.getByRole('group', { name: t('live_toolbar') })).toBeVisible();
    // Nobody is heard unknowing.
    await site.getByRole('button', { name: t('live_microphone_on'), exact: true }).click();
    await expect(site.getByText(t('live_alone'))).toBeVisible();
  });

  await test.step('the hall joins, and both see each other', async () => {
    await secretary.getByRole('link', { name: t('live_join') }).click();
    await hydrated(secretary);
    await secretary.getByRole('button', { name: t('live_sit_hall') }).click();
    await seesSomebody(secretary);
    await seesSomebody(site);
    await expect(row(secretary, SITE)).toContainText(t('live_is_heard').slice(0, 3));
    await Promise.all([sees(secretary, SITE), seesLarge(secretary, SITE), hears(secretary)]);
    await axe(secretary);
    await shot(secretary, 'live-hall');
    await shot(site, 'live-site');
  });

  const decide = async (word) => {
    const menu = row(secretary, SITE).locator('details').first();
    await menu.locator('summary').first().click();
    await menu.getByRole('button', { name: t(word), exact: true }).click();
    await expect(menu).not.toHaveAttribute('open');
  };

  await test.step('the floor is asked for, given, and taken back', async () => {
    await site.getByRole('button', { name: t('live_ask'), exact: true }).click();
    await expect(row(secretary, SITE)).toContainText(t('live_asks'));
    await decide('live_mute');
    await expect(site.getByText(t('live_muted_by_chair'))).toBeVisible();
    await hearsNobody(secretary);
    await decide('live_floor_give');
    await expect(site.getByText(t('live_have_floor'))).toBeVisible();
    await expect(site.getByText(t('live_muted_by_chair'))).toHaveCount(0);
    await decide('live_floor_take');
    await expect(site.getByRole('button', { name: t('live_ask'), exact: true })).toBeVisible();
  });

  await test.step('a site shares its screen, and turns its camera off and on', async () => {
    const press = (name) => site.getByRole('button', { name: t(name), exact: true }).click();
    const screen = secretary.locator('.seatv.is-screen:not(.is-off) video');
    await press('live_share');
    await expect(site.getByText(t('refused_screen_needs_floor'))).toBeVisible();
    await decide('live_floor_give');
    await expect(site.getByText(t('live_have_floor'))).toBeVisible();
    await press('live_share');
    await expect(screen).toBeVisible({ timeout: 30_000 });
    await expect.poll(() => screen.evaluate((video) => video.videoWidth), { timeout: 30_000 }).toBeGreaterThan(640);
    await decide('live_screen_end');
    await expect(screen).toHaveCount(0, { timeout: 30_000 });
    await expect(site.getByText(t('refused_screen_ended'))).toBeVisible();
    await press('live_share');
    await expect(screen).toBeVisible({ timeout: 30_000 });
    await press('live_share_end');
    await expect(screen).toHaveCount(0, { timeout: 30_000 });
    await decide('live_floor_take');
    const shows = () => site.locator('video[data-self]').evaluate((video) => video.srcObject !== null);
    await press('live_camera_off');
    await expect.poll(shows).toBe(false);
    await press('live_camera_on');
    await expect.poll(shows).toBe(true);
  });

  await test.step('a site that drops out is missed, and is back by itself when its page is', async () => {
    await site.goto('about:blank');
    await expect(row(secretary, SITE)).toContainText(like(t('live_lost_since')));
    await open(site, `${address}/live`);
    await sit(site);
    await seesSomebody(secretary);
    await seesSomebody(site);
  });

  await test.step('who was there stands in the roll', async () => {
    await leave(site);
    await expect(row(secretary, SITE)).toContainText(t('live_not_here'));
    await open(secretary, `${address}/live`);
    await secretary.locator('.crecord > summary').click();
    await expect(secretary.getByRole('row').filter({ hasText: SITE })).toContainText(/\d\d:\d\d/);
    await shot(secretary, 'live-record');
    await open(secretary, `${address}?tab=sites`);
    await expect(secretary.locator('.sites li').filter({ hasText: SITE })).toContainText(t('roll_site_connected'));
  });
});
