// What every journey uses: a page that may not fail silently, people who sign in, axe, screenshots.
//
//   import { test, expect, signIn, hydrated, axe, shot } from '../fixtures.mjs';

import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect } from '@playwright/test';

export { expect };

/**
 * A test fails when its pages log an error or throw. A journey into a refusal says so beforehand:
 * `faults.expect(/status of 422/)`, because Chromium logs every refused request.
 *
 * `person(user)` opens a browser of that person's own, signed in, watched in the same way: a journey of a secretary and a
 * delegate at one time needs two.
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
      };
      faults.watch(context);
      await use(faults);
      const unexpected = seen.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
      expect(unexpected, 'errors in the console').toEqual([]);
    },
    { auto: true },
  ],

  person: async ({ browser, faults }, use) => {
    const contexts = [];
    await use(async (user, options = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      faults.watch(context);
      const page = await context.newPage();
      await signIn(page, user);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** Signs in as `user`, a `{ name, password }`, from whatever page asks for it; ends on a hydrated page. */
export async function signIn(page, user) {
  await page.goto('/');
  // The attributes that password managers look for, so the words of either language may change.
  const password = page.locator('input[autocomplete="current-password"]');
  await page.locator('input[autocomplete="username"]').fill(user.name);
  await password.fill(user.password);
  await password.press('Enter');
  await expect(password).toHaveCount(0);
  await hydrated(page);
}

/** Waits until the page answers: text alone is there long before. */
export async function hydrated(page) {
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}

/** axe finds nothing on the page as it stands. */
export async function axe(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.html.slice(0, 160)}`),
  );
  expect(found, `axe on ${page.url()}`).toEqual([]);
}

/** A picture of the whole page for a person to look at: `end2end/shots/NAME-PROJECT.png`. */
export async function shot(page, name) {
  const file = `${name}-${test.info().project.name}.png`;
  const path = join(import.meta.dirname, 'shots', file);
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
}
