// What journeys of online meetings ask of a page: who is seen, who is heard.

import { expect, like, words } from './fixtures.mjs';

const t = words('vi');

/** The row of a seat in the list of everybody. */
export const people = (page, name) => page.locator('.live__people li').filter({ hasText: name });

/** Somebody's picture. */
export const shown = (page, name) =>
  page.locator('.seatv:not(.seatv--own):not(.is-off):not(.is-dark)').filter({ hasText: name });

/** Somebody's film on a page: how many pictures of it were decoded, how wide they are, how far it has played. */
export const film = (page, name) =>
  page.evaluate((name) => {
    const figures = [...document.querySelectorAll('.seatv:not(.seatv--own):not(.is-off):not(.is-dark)')];
    const video = figures.find((figure) => figure.textContent.includes(name))?.querySelector('video');
    if (!video?.videoWidth) return { frames: 0, width: 0, seconds: 0 };
    // Firefox counts no decoded pictures of a stream; those that it presents are counted here.
    if (video.presented === undefined) {
      video.presented = 0;
      const count = () => {
        video.presented += 1;
        video.requestVideoFrameCallback(count);
      };
      video.requestVideoFrameCallback(count);
    }
    const frames = Math.max(video.getVideoPlaybackQuality().totalVideoFrames, video.presented);
    return { frames, width: video.videoWidth, seconds: video.currentTime };
  }, name);

/** Somebody's picture moves on a page, of Chromium or Firefox: frames are decoded and played, from one look to the next. */
export async function sees(page, name) {
  let before = { frames: Number.POSITIVE_INFINITY, seconds: Number.POSITIVE_INFINITY };
  const moves = async () => {
    const now = await film(page, name);
    const [frames, plays] = [now.frames - before.frames, now.seconds > before.seconds];
    before = now;
    return plays ? frames : 0;
  };
  await expect.poll(moves, { timeout: 90_000, intervals: [1_000] }).toBeGreaterThan(3);
}

/**
 * A picture comes in a size that fits where it stands: the middle layer or more where it is large. Browsers that share two
 * cores need a while until their lines are believed.
 */
export async function seesLarge(page, name) {
  await expect.poll(async () => (await film(page, name)).width, { timeout: 120_000 }).toBeGreaterThanOrEqual(320);
}

/** The loudest moment of the next seconds in what a page plays, of 1: Chromium's own microphone beeps once a second. */
function loudest(page) {
  return page.evaluate(async () => {
    const voices = document.querySelector('live-media').shadowRoot.querySelectorAll('audio');
    const playing = [...voices].filter((voice) => voice.srcObject && !voice.paused);
    if (!playing.length) return 0;
    const context = new AudioContext();
    await context.resume();
    const ears = playing.map((voice) => {
      const ear = new AnalyserNode(context, { fftSize: 2048 });
      context.createMediaStreamSource(voice.srcObject).connect(ear);
      return ear;
    });
    const samples = new Float32Array(2048);
    const until = performance.now() + 2_500;
    let loud = 0;
    while (performance.now() < until) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      for (const ear of ears) {
        ear.getFloatTimeDomainData(samples);
        loud = Math.max(loud, ...samples.map(Math.abs));
      }
    }
    await context.close();
    return loud;
  });
}

/** Nobody is heard on a page any more. */
export async function hearsNobody(page) {
  await expect.poll(() => loudest(page), { timeout: 45_000 }).toBeLessThan(0.002);
}

/** Somebody is heard on a page. */
export async function hears(page) {
  await expect.poll(() => loudest(page), { timeout: 45_000 }).toBeGreaterThan(0.01);
}

const SEATS = { site: like(t('live_sit_site')), hall: t('live_sit_hall'), alone: t('live_sit_person') };

/**
 * Takes a seat, a site's own, the hall's, or a delegate's, and turns the microphone on: it is off at first, and as it was where the
 * page was loaded anew.
 */
export async function sit(page, seat = 'site') {
  const enter = page.getByRole('button', { name: SEATS[seat], exact: seat !== 'site' });
  const tools = page.getByRole('group', { name: t('live_toolbar') });
  // A page that had the seat a moment ago takes it again by itself.
  await expect(enter.or(tools)).toBeVisible();
  if (await enter.isVisible()) await enter.click();
  await expect(tools).toBeVisible();
  const [on, off] = ['live_microphone_on', 'live_microphone_off'].map((word) => page.getByRole('button', { name: t(word), exact: true }));
  await expect(on.or(off)).toBeVisible();
  if (await on.isVisible()) await on.click();
}

/** Leaves, which is asked about. */
export async function leave(page) {
  await page.getByRole('button', { name: t('live_leave') }).first().click();
  const dialog = page.getByRole('dialog', { name: t('live_leave_ask') });
  await dialog.getByRole('button', { name: t('live_leave') }).click();
  await expect(dialog).toBeHidden();
}
