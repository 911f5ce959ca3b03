// Firefox holds a meeting as Chromium does: as a commune's site, and as the hall of those who direct it.

import { expect, like, open, words } from '../fixtures.mjs';
import { hears as hearsInFirefox, press, reads, shot, test } from '../firefox.mjs';
import { film, hears, people, sees, seesLarge, sit } from '../media.mjs';
import { BRIEF, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');

/** The address of a hybrid meeting under way, with a site. */
async function begun(secretary, title, chair, site) {
  const meeting = { ...BRIEF, ...soon(), form: 'hybrid', title: titled(title), sites: [site] };
  const address = await arrange(secretary, { ...meeting, chair, delegates: ['ky thuat vien 1'] });
  await open(secretary, address);
  await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
  await expect(secretary.locator('.badge--live')).toHaveText(t('stage_under_way'));
  return address;
}

test('a commune in Firefox is seen large and heard, shares its screen, sees and hears', async ({ person, firefox }) => {
  test.setTimeout(300_000);
  const SITE = 'Tô Hiệu';
  const secretary = await person(demo('thuky1.vpub'));
  const address = await begun(secretary, 'Họp giao ban, xã dùng Firefox', 'pho giam doc so tu phap', SITE);
  await open(secretary, `${address}/live`);
  await sit(secretary, 'hall');
  const site = await firefox(demo('thuky.03646'), `${address}/live`);
  await press(site, like(t('live_sit_site')));
  await Promise.all([sees(secretary, SITE), sees(site, t('live_hall'))]);
  await press(site, t('live_microphone_on'), '.calltools');
  await Promise.all([hears(secretary), hearsInFirefox(site), seesLarge(secretary, SITE)]);
  await shot(site, 'live-site');

  await test.step('it asks for the floor, is given it, and everybody sees its screen', async () => {
    await press(site, t('live_ask'));
    const row = people(secretary, SITE);
    await expect(row).toContainText(t('live_asks'));
    await row.locator('summary').first().click();
    await row.getByRole('button', { name: t('live_floor_give'), exact: true }).click();
    await reads(site, t('live_have_floor'));
    await press(site, t('live_share'));
    const screen = secretary.locator('.seatv.is-screen:not(.is-off) video');
    await expect.poll(() => screen.evaluate((video) => video.videoWidth), { timeout: 45_000 }).toBeGreaterThan(640);
    await press(site, t('live_share_end'));
    await expect(screen).toHaveCount(0, { timeout: 30_000 });
  });

  await test.step('it comes back after its page was loaded anew', async () => {
    await site.reload();
    await site.waitForSelector('html[data-hydrated]');
    // By itself, into the seat that it had.
    await site.waitForSelector('.calltools');
    await Promise.all([sees(secretary, SITE), sees(site, t('live_hall'))]);
  });
});

test('the hall in Firefox directs a meeting with a commune in Chromium', async ({ person, firefox }) => {
  test.setTimeout(300_000);
  const SITE = 'Chiềng Sinh';
  const secretary = await person(demo('thuky1.vpub'));
  const address = await begun(secretary, 'Họp giao ban, hội trường dùng Firefox', 'pho giam doc so tai chinh', SITE);
  const hall = await firefox(demo('thuky1.vpub'), `${address}/live`);
  await press(hall, t('live_sit_hall'));
  const site = await person(demo('thuky.03679'), {}, 'vi', `${address}/live`);
  await sit(site);
  await Promise.all([sees(hall, SITE), sees(site, t('live_hall'))]);
  await press(hall, t('live_microphone_on'), '.calltools');
  await Promise.all([hearsInFirefox(hall), hears(site)]);
  await test.step('the floor is given, and all are silenced but whoever has it', async () => {
    await site.getByRole('button', { name: t('live_ask'), exact: true }).click();
    await reads(hall, t('live_asks'));
    await press(hall, like(t('live_menu', { name: `{any}${SITE}` })), '.live__people');
    await press(hall, t('live_floor_give'), '.live__people details[open]');
    await expect(site.getByText(t('live_have_floor'))).toBeVisible();
    await press(hall, new RegExp(`^${t('live_mute_all')}`));
    await expect(site.getByText(t('live_muted_by_chair'))).toHaveCount(0);
  });
  await shot(hall, 'live-hall');
  expect((await film(site, t('live_hall'))).width).toBeGreaterThanOrEqual(160);
});
