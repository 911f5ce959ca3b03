// Devices, browsers and networks that misbehave in an online meeting: each is told in words, and leads back without loading the
// page anew.

import { test, expect, admit, like, open, words } from '../fixtures.mjs';
import { hears, sees, sit } from '../media.mjs';
import { BRIEF, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');
const SITE = 'Tô Hiệu';

/** A meeting, so many days ahead, with the hall in it: equipment is tried from the invitations on. */
async function hybrid(person, days) {
  const hall = await person(demo('thuky1.vpub'));
  const address = await arrange(hall, {
    ...BRIEF,
    ...soon(),
    date: new Date(Date.now() + 7 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10),
    form: 'hybrid',
    title: titled('Họp thử thiết bị'),
    chair: 'pho giam doc so nn',
    delegates: ['ky thuat vien 1'],
    sites: [SITE],
  });
  await open(hall, `${address}/live`);
  await sit(hall, 'hall');
  return { hall, address };
}

/** The site's page, with a fault that is there from the first script on. */
async function faulty(person, address, fault) {
  const page = await person(demo('thuky.03646'), {}, 'vi', null);
  await page.addInitScript(fault);
  await open(page, `${address}/live`);
  return page;
}

const again = (page) => page.getByRole('button', { name: t('failure_try_again'), exact: true });
const enter = (page) => page.getByRole('button', { name: like(t('live_sit_site')) });

test('devices that are withheld, taken and held are told, and come back', async ({ person }) => {
  test.setTimeout(300_000);
  const { hall, address } = await hybrid(person, 1);
  const site = await faulty(person, address, () => {
    const media = navigator.mediaDevices;
    const real = media.getUserMedia.bind(media);
    const refuses = (name) => () => Promise.reject(new DOMException('taken', name));
    window.fault = 'silent';
    window.tracks = [];
    const faults = { silent: () => new Promise(() => {}), taken: refuses('NotReadableError'), denied: refuses('NotAllowedError') };
    media.getUserMedia = async (wishes) => {
      const stream = await (faults[window.fault] ?? real)(wishes);
      window.tracks.push(...stream.getTracks());
      return stream;
    };
  });
  await test.step('a question of the browser that nobody answers', async () => {
    await expect(site.getByText(t('live_unanswered'))).toBeVisible({ timeout: 30_000 });
    // Whoever presses is asked once more, by a browser that answers now.
    await site.evaluate(() => (window.fault = ''));
    await again(site).click();
    await expect(site.getByText(t('live_unanswered'))).toBeHidden();
  });
  await sit(site);
  await sees(hall, SITE);
  await test.step('a microphone that the system holds', async () => {
    const hold = (isHeld) =>
      site.evaluate((isHeld) => {
        const microphone = window.tracks.findLast(({ kind, readyState }) => kind === 'audio' && readyState === 'live');
        Object.defineProperty(microphone, 'muted', { value: isHeld, configurable: true });
        microphone.dispatchEvent(new Event(isHeld ? 'mute' : 'unmute'));
      }, isHeld);
    await hold(true);
    await expect(site.getByText(t('live_held'))).toBeVisible();
    // Nobody is told that it speaks.
    await expect(hall.locator('.live__people li').filter({ hasText: SITE })).toContainText(t('live_is_silent'));
    await hold(false);
    await expect(site.getByText(t('live_held'))).toBeHidden();
    await hears(hall);
  });
  await test.step('a camera that another program takes', async () => {
    await site.evaluate(() => (window.fault = 'taken'));
    await site.getByRole('button', { name: t('live_camera_off'), exact: true }).click();
    await site.getByRole('button', { name: t('live_camera_on'), exact: true }).click();
    await expect(site.getByText(t('live_busy'))).toBeVisible();
    await site.evaluate(() => (window.fault = ''));
    await again(site).click();
    await expect(site.getByText(t('live_busy'))).toBeHidden();
    await sees(hall, SITE);
  });
  await test.step('a camera that is unplugged, and one that is not allowed', async () => {
    await site.evaluate(() => {
      window.fault = 'denied';
      const camera = window.tracks.findLast(({ kind, readyState }) => kind === 'video' && readyState === 'live');
      camera.stop();
      camera.dispatchEvent(new Event('ended'));
    });
    await expect(site.getByText(t('live_denied'))).toBeVisible({ timeout: 30_000 });
    await hears(hall);
    await site.evaluate(() => (window.fault = ''));
    await again(site).click();
    await expect(site.getByText(t('live_denied'))).toBeHidden();
    await sees(hall, SITE);
  });
});

test('sound that the browser withholds is asked for by a press', async ({ person }) => {
  test.setTimeout(240_000);
  const { hall, address } = await hybrid(person, 2);
  const site = await faulty(person, address, () => {
    const play = HTMLMediaElement.prototype.play;
    window.isBlocked = true;
    // One that is blocked does not begin by itself either.
    Object.defineProperty(HTMLAudioElement.prototype, 'autoplay', { get: () => false, set() {} });
    HTMLMediaElement.prototype.play = function () {
      const isVoice = this instanceof HTMLAudioElement && window.isBlocked;
      return isVoice ? Promise.reject(new DOMException('press first', 'NotAllowedError')) : play.call(this);
    };
  });
  await sit(site);
  await expect(site.getByText(t('live_blocked_sound'))).toBeVisible({ timeout: 30_000 });
  await site.evaluate(() => (window.isBlocked = false));
  await again(site).click();
  await expect(site.getByText(t('live_blocked_sound'))).toBeHidden();
  await hears(site);
  await test.step('the system pauses the voices, and they go on', async () => {
    await site.evaluate(() => {
      const voices = document.querySelector('live-media').shadowRoot.querySelectorAll('audio');
      for (const voice of voices) voice.pause();
    });
    await hears(site);
  });
  await sees(hall, SITE);
});

test('who signs out elsewhere is neither seen nor heard, and the next person is not seated', async ({ person, baseURL, faults }) => {
  test.setTimeout(240_000);
  faults.expect(/status of 401|Authentication failed/);
  const { hall, address } = await hybrid(person, 3);
  const site = await faulty(person, address, () => {
    const media = navigator.mediaDevices;
    const real = media.getUserMedia.bind(media);
    window.tracks = [];
    media.getUserMedia = async (wishes) => {
      const stream = await real(wishes);
      window.tracks.push(...stream.getTracks());
      return stream;
    };
  });
  await sit(site);
  await sees(hall, SITE);
  const context = site.context();
  const left = await context.request.post('/api/accounts/sign-out', { headers: { accept: 'text/html', origin: baseURL }, maxRedirects: 0 });
  expect(left.status()).toBe(302);
  const isOn = () => site.evaluate(() => window.tracks.some(({ readyState }) => readyState === 'live'));
  await expect.poll(isOn, { timeout: 30_000 }).toBe(false);
  await expect(site.getByRole('group', { name: t('live_toolbar') })).toHaveCount(0);
  // A colleague signs in with the same browser: nobody is seated by that.
  await admit(context, demo('chutich.03646'), 'vi', baseURL);
  await expect(hall.locator('.live__people li').filter({ hasText: SITE })).toContainText(t('live_not_here'), { timeout: 30_000 });
  expect(await isOn()).toBe(false);
});

test('two devices that come to one seat at once: one has it, and the other is told', async ({ person }) => {
  test.setTimeout(240_000);
  const { hall, address } = await hybrid(person, 4);
  const devices = [];
  for (const user of ['thuky.03646', 'chutich.03646']) devices.push(await person(demo(user), {}, 'vi', `${address}/live`));
  await Promise.all(devices.map((device) => enter(device).first().click()));
  const tools = (device) => device.getByRole('group', { name: t('live_toolbar') });
  const seated = async () => (await Promise.all(devices.map((device) => tools(device).count()))).join('');
  await expect.poll(seated, { timeout: 30_000 }).toMatch(/^(10|01)$/);
  const loser = devices[(await seated()) === '10' ? 1 : 0];
  await expect(loser.getByText(t('live_replaced'))).toBeVisible();
  await expect(loser.locator('.note--error, .notice--error')).toHaveCount(0);
  await sees(hall, SITE);
});

test('a network that lets no WebSocket through is named, and left behind by itself', async ({ person, faults }) => {
  test.setTimeout(240_000);
  faults.expect(/WebSocket/);
  const { hall, address } = await hybrid(person, 5);
  const site = await person(demo('thuky.03646'), {}, 'vi', null);
  let isBlocked = true;
  await site.routeWebSocket(/\/socket$/, (socket) => (isBlocked ? socket.close() : socket.connectToServer()));
  await open(site, `${address}/live`);
  await expect(site.getByText(t('live_blocked'))).toBeVisible({ timeout: 60_000 });
  isBlocked = false;
  await expect(site.getByText(t('live_blocked'))).toBeHidden({ timeout: 60_000 });
  await sit(site);
  await sees(hall, SITE);
});

test('a socket that breaks alone costs neither picture nor sound', async ({ person }) => {
  test.setTimeout(240_000);
  const { hall, address } = await hybrid(person, 6);
  const site = await person(demo('thuky.03646'), {}, 'vi', null);
  await site.addInitScript(() => {
    const Connection = window.RTCPeerConnection;
    window.made = 0;
    window.RTCPeerConnection = class extends Connection {
      constructor(...settings) {
        super(...settings);
        window.made += 1;
      }
    };
  });
  const lines = [];
  await site.routeWebSocket(/\/socket$/, (socket) => {
    const server = socket.connectToServer();
    lines.push({ socket, server });
  });
  await open(site, `${address}/live`);
  await sit(site);
  await Promise.all([sees(hall, SITE), sees(site, t('live_hall'))]);
  await expect(site.getByText(t('live_line_good'))).toBeVisible({ timeout: 30_000 });
  const made = await site.evaluate(() => window.made);
  const pictures = () => hall.locator('.seatv.is-large:not(.is-off) video').first().evaluate((video) => video.getVideoPlaybackQuality().totalVideoFrames);
  const before = await pictures();
  const [{ socket, server }] = lines;
  // As a proxy that is started anew: the server hears no goodbye of the page.
  await server.close({ code: 4000 });
  await socket.close({ code: 4000 });
  await expect.poll(() => lines.length).toBeGreaterThan(1);
  await expect(hall.locator('.live__people li').filter({ hasText: SITE })).not.toContainText(like(t('live_lost_since')), { timeout: 15_000 });
  await expect.poll(pictures).toBeGreaterThan(before + 20);
  await Promise.all([sees(hall, SITE), sees(site, t('live_hall')), hears(hall)]);
  expect(await site.evaluate(() => window.made), 'connections that stand are not made anew').toBe(made);
  await expect(site.getByRole('group', { name: t('live_toolbar') })).toBeVisible();
});
