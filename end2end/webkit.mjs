// WebKit in journeys: Debian's WebKitGTK, the engine of Safari on tablets, driven over WebDriver on a screen of its own. It has no
// camera, and its build none of what a call needs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test as base, admit, expect } from './fixtures.mjs';

const DRIVER = process.env.PHIEN_WEBKIT ?? '/usr/bin/WebKitWebDriver';
const BROWSER = process.env.PHIEN_WEBKIT_BROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const SIZE = '1366x768';

/** A port that nobody listens at. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A screen that nobody sees; its number is told by the program itself. */
async function screen() {
  const shown = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', `${SIZE}x24`, '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [number] = await once(shown.stdout, 'data');
  return { shown, display: `:${String(number).trim()}` };
}

/** `webkit(user)` opens WebKit signed in as somebody: `go(path)`, `asks(function, …)`, `shot(name)`. */
export const test = base.extend({
  webkit: async ({ browser, baseURL }, use) => {
    const { shown, display } = await screen();
    const port = await freePort();
    const env = { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11' };
    const driver = spawn(DRIVER, [`--port=${port}`], { stdio: 'ignore', env });
    const say = async (method, path, body) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        body: body && JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
      const { value } = await answer.json();
      if (value?.error) throw new Error(`${path}: ${value.message}`);
      return value;
    };
    let session;
    try {
      await expect.poll(() => say('GET', '/status').then(Boolean, () => false), { timeout: 20_000 }).toBe(true);
      const options = { binary: BROWSER, args: ['--automation'] };
      const { sessionId } = await say('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } });
      session = `/session/${sessionId}`;
      const asks = (question, ...args) => say('POST', `${session}/execute/sync`, { script: `return (${question})(...arguments)`, args });
      const go = async (path) => {
        await say('POST', `${session}/url`, { url: new URL(path, baseURL).href });
        const isHydrated = () => asks(() => document.documentElement.hasAttribute('data-hydrated'));
        await expect.poll(isHydrated, { timeout: 60_000, message: `${path} is hydrated` }).toBe(true);
      };
      const shot = async (name) => {
        const picture = await say('GET', `${session}/screenshot`);
        writeFileSync(join(import.meta.dirname, 'shots', `${name}-webkit.png`), Buffer.from(picture, 'base64'));
      };
      await use(async (user) => {
        const context = await browser.newContext();
        await admit(context, user, 'vi', baseURL);
        // A cookie is given to a page of its own place.
        await say('POST', `${session}/url`, { url: new URL('/sign-in', baseURL).href });
        for (const { name, value, path, httpOnly, secure, sameSite } of await context.cookies()) {
          await say('POST', `${session}/cookie`, { cookie: { name, value, path, httpOnly, secure, sameSite } });
        }
        await context.close();
        return { go, asks, shot };
      });
    } finally {
      if (session) await say('DELETE', session).catch(() => {});
      driver.kill();
      shown.kill();
    }
  },
});
