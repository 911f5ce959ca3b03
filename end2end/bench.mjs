// The first load as a visitor has it: `cargo xtask bench` starts it with PHIEN_BENCH, a JSON of what to open.
//
// Every load is cold: a browser context of its own with an empty cache and only the session's cookie. Twice a page: as
// fast as the machine goes, for sizes; then as a cheap tablet on a weak line, for times. Prints one JSON.

import { chromium } from '@playwright/test';

const { address, cookie, pages, rounds } = JSON.parse(process.env.PHIEN_BENCH);

/** A five-year-old tablet on a weak line: the processor four times slower, 1.6 Mbit/s, 150 ms. */
const WEAK = { slowdown: 4, bytesPerSecond: (1.6 * 1000 * 1000) / 8, latencyMs: 150 };

const browser = await chromium.launch({
  executablePath: process.env.PHIEN_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

const results = [];
for (const page of pages) {
  const { requests } = await coldLoad(page.path, null);
  const weak = [];
  for (let round = 0; round < rounds; round += 1) weak.push(await coldLoad(page.path, WEAK));
  results.push({
    name: page.name,
    sizes: sizes(requests),
    requests: requests.length,
    paint: median(weak.map((load) => load.paint)),
    answers: median(weak.map((load) => load.answers)),
    paints: weak.map((load) => Math.round(load.paint)),
    requestsToPaint: Math.max(...weak.map((load) => load.requests.filter((r) => r.start <= load.paint).length)),
  });
}
await browser.close();
console.log(JSON.stringify({ browser: browser.version(), results }));

/** Opens a page with nothing in the cache; ends when it answers and the line is quiet. */
async function coldLoad(path, line) {
  const context = await browser.newContext({ viewport: { width: 820, height: 1180 }, locale: 'vi-VN' });
  const [name, value] = cookie.split('=');
  await context.addCookies([{ name, value, url: address }]);
  const page = await context.newPage();
  if (line) {
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Emulation.setCPUThrottlingRate', { rate: line.slowdown });
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: line.latencyMs,
      downloadThroughput: line.bytesPerSecond,
      uploadThroughput: line.bytesPerSecond,
    });
  }
  await page.addInitScript(() => {
    const note = () => {
      if (document.documentElement?.hasAttribute('data-hydrated')) window.answersAt ??= performance.now();
      else requestAnimationFrame(note);
    };
    note();
  });
  await page.goto(address + path, { waitUntil: 'load', timeout: 120_000 });
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached', timeout: 120_000 });
  await page.waitForLoadState('networkidle', { timeout: 120_000 });
  const seen = await page.evaluate(() => {
    const [document] = performance.getEntriesByType('navigation');
    const entries = [document, ...performance.getEntriesByType('resource')];
    return {
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      answers: window.answersAt,
      requests: entries.map((e) => ({ url: e.name, start: e.startTime, bytes: e.encodedBodySize })),
    };
  });
  if (new URL(page.url()).pathname !== path) throw new Error(`${path} led to ${page.url()}`);
  await context.close();
  if (seen.paint === undefined) throw new Error(`${path} painted nothing`);
  return seen;
}

/** Bytes as they came over the line, by what they are. */
function sizes(requests) {
  const sums = { html: 0, wasm: 0, js: 0, css: 0, icons: 0, fonts: 0, other: 0 };
  requests.forEach(({ url, bytes }, index) => {
    const { pathname } = new URL(url);
    if (index === 0) sums.html += bytes;
    else if (pathname.endsWith('.wasm')) sums.wasm += bytes;
    else if (/\.m?js$/.test(pathname)) sums.js += bytes;
    else if (pathname.endsWith('.css')) sums.css += bytes;
    else if (pathname.endsWith('.svg')) sums.icons += bytes;
    else if (pathname.endsWith('.woff2')) sums.fonts += bytes;
    else sums.other += bytes;
  });
  return sums;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
