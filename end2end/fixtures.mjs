// What every journey uses: a page that may not fail silently, people who sign in, axe, screenshots.
//
//   import { test, expect, signIn, hydrated, axe, shot } from '../fixtures.mjs';

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';

export { expect };

/**
 * A test fails when its pages log an error or throw. A journey into a refusal says so beforehand:
 * `faults.expect(/status of 422/)`, because Chromium logs every refused request.
 *
 * `person(user)` opens a browser of that person's own, signed in, watched in the same way: a journey of a secretary and a
 * delegate at one time needs two. It ends on the home page, or on another `path`; on none at all with `null`.
 */
export const test = base.extend({
  faults: [
    async ({ context }, use) => {
      const seen = [];
      const expected = [];
      const faults = {
        expect: (pattern) => expected.push(pattern),
        watch(watched) {
          watched.on('console', (message) => {
            if (message.type() === 'error') seen.push(`${message.text()} (${message.location().url})`);
          });
          watched.on('weberror', (thrown) => seen.push(thrown.error().stack ?? String(thrown.error())));
        },
        /** The same of a page of Firefox. */
        watchFirefox(page) {
          page.on('console', (message) => {
            if (message.type() === 'error') seen.push(`Firefox: ${message.text()} (${message.location().url})`);
          });
          page.on('pageerror', (thrown) => seen.push(`Firefox: ${thrown.stack ?? thrown}`));
        },
      };
      faults.watch(context);
      await use(faults);
      const unexpected = seen.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
      expect(unexpected, 'errors in the console').toEqual([]);
    },
    { auto: true },
  ],

  person: async ({ browser, faults, baseURL }, use) => {
    const contexts = [];
    await use(async (user, options = {}, language = 'vi', path = '/') => {
      const context = await browser.newContext(options);
      contexts.push(context);
      faults.watch(context);
      await admit(context, user, language, baseURL);
      const page = await context.newPage();
      if (path) await open(page, path);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** Signs in as `user`, a `{ name, password }`, in a language; ends on a hydrated page. */
export async function signIn(page, user, language = 'vi') {
  await page.goto('/');
  if (language !== 'vi') {
    await page.locator(`button[name="locale"][value="${language}"]`).click();
    await expect(page.locator('html')).toHaveAttribute('lang', language);
  }
  // The attributes that password managers look for, so the words of either language may change.
  const password = page.locator('input[autocomplete="current-password"]');
  await page.locator('input[autocomplete="username"]').fill(user.name);
  await password.fill(user.password);
  await password.press('Enter');
  await expect(password).toHaveCount(0);
  await hydrated(page);
}

/** Signs a browser in without its page for it, which other journeys look at: by the form that this page sends. */
export async function admit(context, user, language, url) {
  await context.addCookies([{ name: 'locale', value: language, url }]);
  const answer = await context.request.post('/api/accounts/sign-in', {
    form: { user_name: user.name, password: user.password },
    headers: { accept: 'text/html', origin: url },
    maxRedirects: 0,
  });
  expect(answer.headers().location, `${user.name} signs in: ${answer.status()}`).toBe('/');
}

/** Opens a page, until it answers. */
export async function open(page, path) {
  await page.goto(path);
  await hydrated(page);
}

/** What an element of another page leads to and holds, read from that page's text without opening it. */
export async function glimpse(page, path, selector) {
  const answer = await page.request.get(path, { headers: { accept: 'text/html' } });
  const seen = await page.evaluate(
    ([text, chosen]) => {
      const found = new DOMParser().parseFromString(text, 'text/html').querySelector(chosen);
      return found && { href: found.getAttribute('href'), value: found.value };
    },
    [await answer.text(), selector],
  );
  expect(seen, `${selector} of ${path}`).not.toBeNull();
  return seen;
}

/** Waits until the page answers: text alone is there long before. */
export async function hydrated(page) {
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}

/** The texts of a language, `words('en')('roll_mark_rest', { n: 3 })`, from the files that the pages take them from. */
export function words(language) {
  const texts = locale(language);
  return (key, values = {}) => {
    if (!(key in texts)) throw new Error(`${language}.toml has no ${key}`);
    return texts[key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };
}

/** All texts of a language by their keys. */
export function locale(language) {
  const file = join(import.meta.dirname, '..', 'app', 'locales', `${language}.toml`);
  const lines = readFileSync(file, 'utf8').matchAll(/^(\w+) = (".*")$/gm);
  return Object.fromEntries(Array.from(lines, ([, key, text]) => [key, JSON.parse(text)]));
}

/** A text of the locale files as a pattern, anything standing for its arguments. */
export function like(text) {
  const parts = text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.+?'));
}

const AXE = readFileSync(join(import.meta.dirname, '..', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * axe finds nothing on the page as it stands. `rules` narrows it to a few of its rules. What it does find is told by the
 * end of the journey, with what it finds elsewhere.
 */
export async function axe(page, where = page.url(), rules = null) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: TAGS };
  const found = await page.evaluate(async (asked) => {
    const { violations } = await window.axe.run(document, { runOnly: asked, resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.html.slice(0, 160)}`),
    );
  }, runOnly);
  expect.soft(found, `axe on ${where}`).toEqual([]);
}

/** A picture of the page, or of the part in sight, for a person to look at: `end2end/shots/NAME-PROJECT.png`. */
export async function shot(page, name, fullPage = true) {
  const file = `${name}-${test.info().project.name}.png`;
  const path = join(import.meta.dirname, 'shots', file);
  await page.screenshot({ path, fullPage, animations: 'disabled' });
}
