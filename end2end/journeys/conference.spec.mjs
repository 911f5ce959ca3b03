// A hybrid meeting as a province holds it, filmed step by step: the chair in the hall with Chromium, a commune in Firefox, a
// commune on a phone, a commune behind a firewall that lets 443 through alone, and a delegate in the hall with a tablet.

import { press, reads, shot as shotOfFirefox } from '../firefox.mjs';
import { axe, expect, like, open, shot, words } from '../fixtures.mjs';
import { hears, people, sees, sit } from '../media.mjs';
import { UNSAFE, behindAFirewall, test } from '../one-port.mjs';
import { BRIEF, TABLET, arrange, closeEarly, demo, paper, pdf, soon, titled } from '../steps.mjs';

const t = words('vi');
const [FOX, PHONE, WALLED] = ['Tô Hiệu', 'Chiềng Sinh', 'Chiềng An'];
const ON_A_PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test('a chair, three communes of all sorts and a delegate in the hall hold a hybrid meeting', async ({ person, firefox, faults }) => {
  test.setTimeout(480_000);
  const secretary = await person(demo('thuky1.vpub'), UNSAFE);
  const address = await arrange(secretary, {
    ...BRIEF,
    ...soon(),
    form: 'hybrid',
    title: titled('Hội nghị trực tuyến toàn tỉnh'),
    chair: 'pho giam doc so vh, tt va dl',
    delegates: ['ky thuat vien 1'],
    sites: [FOX, PHONE, WALLED],
  });
  await open(secretary, address);
  await secretary.locator('.agenda__tools > .more').first().locator('summary').click();
  const file = paper('bao-cao.pdf', pdf(['Trang mot', 'Trang hai']));
  await secretary.locator('.upload input[type="file"]').first().setInputFiles(file);
  await expect(secretary.locator('.agenda .paper')).toHaveCount(1);
  await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
  await expect(secretary.locator('.badge--live')).toHaveText(t('stage_under_way'));

  const chair = await person(demo('phogiamdoc.svhttdl'), { ...UNSAFE, viewport: { width: 1366, height: 768 } }, 'vi', `${address}/live`);
  const phone = await person(demo('thuky.03679'), { ...UNSAFE, ...ON_A_PHONE }, 'vi', `${address}/live`);
  const walled = await person(demo('thuky.03664'), UNSAFE, 'vi', null);
  await walled.addInitScript(behindAFirewall);
  await open(walled, `${address}/live`);
  const tablet = await person(demo('kythuat.vpub'), { ...UNSAFE, ...TABLET }, 'vi', `${address}/panel`);
  const fox = await firefox(demo('thuky.03646'), `${address}/live`);
  const queue = chair.locator('.cqueue > li');

  await test.step('all are in, each over the way that its network has', async () => {
    await sit(chair, 'hall');
    await sit(phone);
    await sit(walled);
    await press(fox, like(t('live_sit_site')));
    await Promise.all([FOX, PHONE, WALLED].map((site) => sees(chair, site)));
    await Promise.all([phone, walled, fox].map((site) => sees(site, t('live_hall'))));
    await expect(walled.getByText(t('live_line_tcp'))).toBeVisible({ timeout: 30_000 });
    await Promise.all([hears(chair), hears(phone)]);
    await shot(chair, 'conference-chair', false);
    await shot(phone, 'conference-phone', false);
    await shot(tablet, 'conference-panel', false);
    await shotOfFirefox(fox, 'conference-site');
  });

  await test.step('a paper lies open before everybody', async () => {
    await chair.locator('summary').filter({ hasText: t('live_papers') }).click();
    await chair.locator('.menu__pop').getByRole('button', { name: /bao.cao/i }).click();
    await expect(tablet.locator('.hpanel__papers .is-open')).toContainText(t('panel_presented', { n: 1 }));
    await expect(phone.locator('pdf-reader')).toBeVisible({ timeout: 30_000 });
    await fox.waitForSelector('pdf-reader', { timeout: 30_000 });
    await shot(phone, 'conference-phone-paper', false);
    await shot(chair, 'conference-chair-paper', false);
    await chair.getByRole('button', { name: t('shown_close') }).click();
    await expect(phone.locator('pdf-reader')).toHaveCount(0);
  });

  await test.step('a site in Firefox and the delegate in the hall ask, and are called in turn', async () => {
    await press(fox, t('live_ask'));
    await expect(queue).toHaveText([new RegExp(FOX)]);
    await tablet.getByRole('button', { name: t('live_ask'), exact: true }).click();
    await expect(queue).toHaveText([new RegExp(FOX), /Kỹ thuật viên 1/]);
    await shot(chair, 'conference-queue', false);
    await queue.first().getByRole('button', { name: like(t('live_floor_give')) }).click();
    await reads(fox, t('live_have_floor'));
    await expect(phone.locator('.seatv.is-large').filter({ hasText: FOX })).toBeVisible({ timeout: 30_000 });
    await shot(phone, 'conference-phone-turn', false);
    await queue.first().getByRole('button', { name: like(t('live_floor_give')) }).click();
    await expect(tablet.locator('.hpanel__speaker')).toContainText('Kỹ thuật viên 1');
    await shot(tablet, 'conference-panel-turn', false);
  });

  await test.step('all are silenced but the hall and whoever speaks', async () => {
    await chair.getByRole('button', { name: like(t('live_mute_all')) }).click();
    for (const site of [phone, walled]) await expect(site.getByRole('button', { name: t('live_wait'), exact: true })).toBeVisible();
    await axe(phone);
    await chair.getByRole('button', { name: like(t('live_unmute_all')) }).click();
    await expect(phone.getByRole('button', { name: t('live_microphone_on'), exact: true })).toBeVisible();
  });

  await test.step('a site that is cut off needs attention, and comes back', async () => {
    await walled.goto('about:blank');
    await chair.getByRole('button', { name: like(t('live_attention')) }).click();
    await expect(people(chair, WALLED)).toContainText(like(t('live_lost_since')), { timeout: 30_000 });
    await shot(chair, 'conference-lost', false);
    await open(walled, `${address}/live`);
    await sit(walled);
    await chair.getByRole('button', { name: t('live_all'), exact: true }).click();
    await sees(chair, WALLED);
  });

  await test.step('closed, everybody is told when it ended', async () => {
    await open(secretary, address);
    await closeEarly(secretary, faults, t);
    await expect(secretary.locator('.mh')).toContainText(t('stage_held'));
    const over = like(t('refused_held'));
    for (const page of [chair, phone, walled]) await expect(page.getByText(over).first()).toBeVisible({ timeout: 30_000 });
    await open(secretary, `${address}?tab=sites`);
    await expect(secretary.locator('.sites').getByText(t('roll_site_connected'))).toHaveCount(3);
    await shot(secretary, 'conference-held', false);
  });
});
