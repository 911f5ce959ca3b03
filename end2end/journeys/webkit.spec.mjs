// WebKit, the engine of Safari on tablets: every page but the call renders and comes to life; the call says in words that this
// browser cannot hold one, and which can.

import { expect, open, words } from '../fixtures.mjs';
import { test } from '../webkit.mjs';
import { demo } from '../steps.mjs';

const t = words('vi');

test('WebKit opens every page, reads a paper, and is told plainly that it cannot join a call', async ({ person, webkit }) => {
  test.setTimeout(300_000);
  const secretary = await person(demo('thuky1.vpub'));
  await open(secretary, '/meetings?stage=under_way');
  const meeting = new URL(await secretary.locator('a[href^="/meetings/0"]').first().getAttribute('href'), 'http://here').pathname;
  await open(secretary, '/papers');
  const paper = await secretary.locator('a[href^="/papers/"]').first().getAttribute('href');
  // A word without an end, as file names and addresses are, must not widen a page.
  await open(secretary, '/meetings/new');
  await secretary.locator('#title').fill(`Sơ kết ${'không'.repeat(12)}`);
  await secretary.waitForURL(/draft=/);
  const tab = await webkit(demo('thuky1.vpub'));
  const heading = () => tab.asks(() => document.querySelector('h1')?.textContent.trim() ?? '');
  const fits = () =>
    tab.asks(() => {
      const width = window.innerWidth;
      const isWide = (one) => one.getBoundingClientRect().right > width + 1 && getComputedStyle(one).position !== 'fixed';
      const wide = [...document.body.querySelectorAll('*')].filter(isWide).slice(0, 4).map((one) => `${one.tagName}.${one.className}`);
      return document.documentElement.scrollWidth <= width ? 'fits' : [width, document.documentElement.scrollWidth, ...wide].join(' ');
    });

  for (const path of ['/', '/calendar', '/meetings', '/papers', '/figures', '/meetings/new', meeting, `${meeting}?tab=delegates`, `${meeting}/edit`, `${meeting}/panel`]) {
    await test.step(path, async () => {
      await tab.go(path);
      await expect.poll(heading, { timeout: 20_000 }).not.toBe('');
      expect(await fits(), `${path} is as wide as the screen`).toBe('fits');
    });
  }
  await tab.shot('panel');

  await test.step('a paper is drawn', async () => {
    await tab.go(paper);
    const drawn = () => tab.asks(() => [...document.querySelectorAll('pdf-reader canvas')].some((canvas) => canvas.width > 100));
    await expect.poll(drawn, { timeout: 60_000 }).toBe(true);
    await tab.shot('reader');
  });

  await test.step('the call is refused in words', async () => {
    await tab.go(`${meeting}/live`);
    const says = () => tab.asks(() => document.body.innerText);
    await expect.poll(says, { timeout: 30_000 }).toContain(t('live_unsupported'));
    await tab.shot('live');
  });
});
