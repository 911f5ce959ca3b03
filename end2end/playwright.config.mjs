// How the journeys run: Debian's Chromium, two sizes, the program on a data folder of its own.
//
// `cargo xtask test journeys` builds the program and sets everything below. With PHIEN_E2E_URL the journeys use a server
// that already runs; they then leave their meetings in its data.

import { defineConfig } from '@playwright/test';

const port = process.env.PHIEN_E2E_PORT ?? '3199';
const address = process.env.PHIEN_E2E_URL ?? `http://127.0.0.1:${port}`;
const report = process.env.PHIEN_E2E_REPORT;

/** Debian's Chromium, with a camera and a microphone of film and tone. */
export const chromium = {
  executablePath: process.env.PHIEN_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // A camera and a microphone that need no permission and no hardware, reachable by their address.
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    '--disable-features=WebRtcHideLocalIpsWithMdns',
  ],
};

/** Journeys with moving pictures. */
const FILM = /(console|conference|devices|video|tcp|one-port|lines|rehearsal|hybrid|weak|firefox|webkit)\.spec\.mjs/;

export default defineConfig({
  testDir: 'journeys',
  outputDir: 'test-results',
  // A development build of the module is large: its first load on a busy machine takes seconds, and some journeys load
  // twenty pages. What hangs is ended by the limits of a single step long before.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  // A journey that passes only the second time has found something.
  retries: 0,
  workers: 2,
  reporter: report ? [['list'], ['json', { outputFile: report }]] : [['list']],
  use: {
    baseURL: address,
    launchOptions: chromium,
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    screenshot: 'only-on-failure',
    // The film of every frame would take as long as all the journeys; what the page was at every step stays.
    trace: { mode: 'retain-on-failure', screenshots: false, sources: false },
    actionTimeout: 15_000,
    navigationTimeout: 20_000,
  },
  projects: [
    // Composing at a desk is part of the first meeting.
    { name: 'desktop', testIgnore: [/compose\.spec\.mjs/, FILM], use: { viewport: { width: 1440, height: 900 } } },
    // Journeys that bring sizes of their own run once.
    { name: 'tablet', testMatch: /(smoke|compose)\.spec\.mjs/, use: { viewport: { width: 820, height: 1180 }, hasTouch: true } },
    // Up to four browsers encode and decode film without hardware: one such journey after the other, when the rest is done.
    {
      name: 'film',
      testMatch: FILM,
      dependencies: ['desktop', 'tablet'],
      workers: 1,
      use: { viewport: { width: 1440, height: 900 } },
    },
  ],
  webServer: process.env.PHIEN_E2E_URL
    ? undefined
    : {
        command: `node server.mjs ${port}`,
        url: address,
        // Filling the demo with an unoptimised program is most of it.
        timeout: 240_000,
        stdout: 'pipe',
        stderr: 'pipe',
        gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
      },
});
