// Firefox in journeys: Debian's, driven over WebDriver BiDi, since Playwright has only a Firefox of its own. Pages here are
// Puppeteer's: `press` and what `media.mjs` asks by `page.evaluate` is what a journey needs of them.

import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { test as base, admit, expect } from './fixtures.mjs';

/** A camera and a microphone of film and tone, allowed, and sound without a press, as Chromium has them. */
const extraPrefsFirefox = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // The server is on this machine, where nobody resolves names of the local network.
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

/** A journey's Firefox: `firefox(user, path)` opens a page of that person's own, watched as Chromium's are. */
export const test = base.extend({
  firefox: async ({ browser, faults, baseURL, ignoreHTTPSErrors }, use) => {
    const launched = await puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.PHIEN_FIREFOX ?? '/usr/bin/firefox-esr',
      headless: true,
      acceptInsecureCerts: Boolean(ignoreHTTPSErrors),
      extraPrefsFirefox,
    });
    try {
      await use(async (user, path, { viewport = { width: 1366, height: 768 } } = {}) => {
        const context = await launched.createBrowserContext();
        await context.setCookie(...(await cookies(browser, user, baseURL, ignoreHTTPSErrors)));
        const page = await context.newPage();
        faults.watchFirefox(page);
        // The question before a page is left that sits in a meeting: whoever loads it anew means it.
        page.on('dialog', (dialog) => dialog.accept());
        await page.setViewport(viewport);
        await page.evaluateOnNewDocument(drawsAScreen);
        await page.evaluateOnNewDocument(keepsConnections);
        await page.goto(new URL(path, baseURL).href);
        await hydrated(page);
        return page;
      });
    } finally {
      await launched.close();
    }
  },
});

/** Without a desktop there is no screen to choose: a drawing of its size that changes, encoded and sent as a screen is. */
function drawsAScreen() {
  // Only a page that came over a safe way has devices.
  if (!navigator.mediaDevices) return;
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const pen = canvas.getContext('2d');
    let at = 0;
    setInterval(() => {
      pen.fillStyle = at % 2 ? '#224488' : '#ddeeff';
      pen.fillRect((at * 40) % 1280, (at * 24) % 720, 240, 160);
      at += 1;
    }, 100);
    return canvas.captureStream(10);
  };
}

/** The page's connections, for their statistics. */
function keepsConnections() {
  const Connection = window.RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Connection {
    constructor(...settings) {
      super(...settings);
      window.connections.push(this);
    }
  };
}

/** Somebody is heard on a page: sound with some strength is played. Without a sound card nothing else can listen. */
export async function hears(page) {
  const energy = () =>
    page.evaluate(async () => {
      const open = window.connections.filter(({ connectionState }) => connectionState === 'connected');
      const reports = await Promise.all(open.map((connection) => connection.getStats()));
      const sounds = reports.flatMap((report) => [...report.values()]).filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
      return sounds.reduce((sum, { totalAudioEnergy = 0 }) => sum + totalAudioEnergy, 0);
    });
  let before = Number.POSITIVE_INFINITY;
  const grows = async () => {
    const now = await energy();
    const grown = now - before;
    before = now;
    return grown;
  };
  await expect.poll(grows, { timeout: 45_000, intervals: [2_000] }).toBeGreaterThan(0.000_1);
}

/** The cookies of somebody who signs in. */
async function cookies(browser, user, baseURL, ignoreHTTPSErrors) {
  const context = await browser.newContext({ ignoreHTTPSErrors, baseURL });
  await admit(context, user, 'vi', baseURL);
  const kept = await context.cookies();
  await context.close();
  return kept.map(({ name, value, domain, path, httpOnly, secure, sameSite }) => {
    return { name, value, domain, path, httpOnly, secure, sameSite };
  });
}

async function hydrated(page) {
  await page.waitForSelector('html[data-hydrated]', { timeout: 60_000 });
}

/** Presses the button of a name, a text or a pattern, within a part of the page, once there is one that may be pressed. */
export async function press(page, name, within = 'body') {
  const pattern = name instanceof RegExp ? [name.source, name.flags] : [name, null];
  const found = () =>
    page.evaluateHandle(
      ([text, flags], scope) => {
        const fits = (word) => (flags === null ? word === text : new RegExp(text, flags).test(word));
        const isOpen = (button) => !button.disabled && button.checkVisibility();
        const wordOf = (button) => button.getAttribute('aria-label') ?? button.textContent.trim();
        const buttons = document.querySelectorAll(`${scope} button, ${scope} a.btn, ${scope} summary`);
        return [...buttons].find((one) => isOpen(one) && fits(wordOf(one))) ?? null;
      },
      pattern,
      within,
    );
  let button = null;
  const isFound = async () => Boolean((button = (await found()).asElement()));
  await expect.poll(isFound, { timeout: 30_000, message: `a button ${name}` }).toBe(true);
  // As a person presses: a page may play sound and share a screen only then.
  await button.click();
}

/** Waits until a text stands on the page. */
export async function reads(page, text, timeout = 30_000) {
  const body = () => page.evaluate(() => document.body.innerText.replace(/\s+/g, ' '));
  await expect.poll(body, { timeout }).toContain(text);
}

/** A picture of what is in sight. */
export async function shot(page, name) {
  await page.screenshot({ path: join(import.meta.dirname, 'shots', `${name}-firefox.png`) });
}
