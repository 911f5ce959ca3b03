// Screens that slept: a hall's display whose line was away and whose room is dark, a home that lay open over night, a page whose
// session ended meanwhile.

import { test, expect, open, words } from '../fixtures.mjs';
import { BRIEF, arrange, demo, scanned, soon, titled } from '../steps.mjs';

const t = words('vi');

/** The tab is looked at, or not: what a browser tells a page of a screen that sleeps. */
const look = (page, isSeen) =>
  page.evaluate((isSeen) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !isSeen });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (isSeen ? 'visible' : 'hidden') });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, isSeen);

test('a hall that slept shows its code again as soon as the line is back, and in the dark', async ({ person, faults }) => {
  faults.expect(/net::ERR_INTERNET_DISCONNECTED/);
  const secretary = await person(demo('thuky2.vpub'));
  const address = await arrange(secretary, {
    ...BRIEF,
    ...soon(),
    title: titled('Họp chuẩn bị phiên thường kỳ'),
    chair: 'pho giam doc so xay dung',
    delegates: ['giam doc so noi vu'],
  });
  await open(secretary, address);
  await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
  const hall = await secretary.context().newPage();
  await open(hall, `${address}/hall`);
  const code = hall.getByRole('img', { name: t('hall_qr') });
  await scanned(code);

  await hall.context().setOffline(true);
  await expect(hall.getByText(t('hall_offline')).first()).toBeVisible({ timeout: 30_000 });
  await look(hall, false);
  await hall.context().setOffline(false);
  const answered = hall.waitForResponse((response) => response.url().includes('/api/') && response.ok(), { timeout: 5_000 });
  await look(hall, true);
  await answered;
  await expect(hall.getByText(t('hall_offline'))).toHaveCount(0);
  await scanned(code);

  for (const [colorScheme, forcedColors] of [['dark', 'none'], ['dark', 'active'], ['light', 'active']]) {
    await hall.emulateMedia({ colorScheme, forcedColors });
    const { pathname } = await scanned(code);
    expect(pathname, `${colorScheme}, forced colours ${forcedColors}`).toBe(`${address}/in`);
  }
  await hall.setViewportSize({ width: 1280, height: 720 });
  // With the white edge around it an eighth of the screen and more.
  expect((await code.boundingBox()).width / 1280, 'as much of a small screen').toBeGreaterThan(0.125);
});

test('a home that nobody looked at over night tells of what has come since, and of a session that ended', async ({ person, baseURL, faults }) => {
  faults.expect(/status of 401/);
  const delegate = await person(demo('giamdoc.snv'), {}, 'vi', '/');
  await look(delegate, false);
  const secretary = await person(demo('thuky2.vpub'));
  const title = titled('Họp trao đổi chuyên đề');
  await arrange(secretary, { ...BRIEF, ...soon(), title, chair: 'pho giam doc so tai chinh', delegates: ['giam doc so noi vu'] });
  await expect(delegate.getByText(title)).toHaveCount(0);
  await look(delegate, true);
  await expect(delegate.getByText(title).first()).toBeVisible();

  await look(delegate, false);
  const left = await delegate.context().request.post('/api/accounts/sign-out', {
    headers: { accept: 'text/html', origin: baseURL },
    maxRedirects: 0,
  });
  expect(left.status()).toBe(302);
  await look(delegate, true);
  await expect(delegate.getByText(t('failure_signed_out')).first()).toBeVisible();
  // Who is signed out asks no more until somebody signs in.
  let asked = 0;
  delegate.on('request', (request) => {
    if (request.url().includes('/api/')) asked += 1;
  });
  for (let n = 0; n < 3; n += 1) {
    await look(delegate, false);
    await look(delegate, true);
  }
  await expect(delegate.getByRole('link', { name: t('sign_in') }).first()).toBeVisible();
  expect(asked, 'questions without a session').toBeLessThan(4);
});
