// Every page of the program for everybody: axe, one main heading, nothing wider than the screen, targets for a finger, no
// text of the other language. Each page is opened once and looked at by day and by night, on a phone and on a desk.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, settings } from '../program.mjs';
import { test, expect, axe, glimpse, hydrated, locale, shot } from '../fixtures.mjs';
import { demo } from '../steps.mjs';

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

/** Calm pages: a colour on its way from light to dark is neither. */
const CALM = { viewport: PHONE, hasTouch: true, reducedMotion: 'reduce' };

/** Fixed to the size of a projector; nobody holds it in the hand. */
const HALL = /\/hall$/;

/** Nobody's identifier. */
const NOWHERE = '00000000-0000-4000-8000-000000000000';

const PAGES = {
  'thuky1.vpub': [
    ['home', '/'],
    ['papers', '/papers'],
    ['calendar-week', '/calendar?view=week'],
    ['calendar-month', '/calendar?view=month'],
    ['calendar-rooms', `/calendar?view=rooms&date=${weekday()}`],
    ['meetings', '/meetings'],
    ['composer', '/meetings/new'],
    ['draft', '/meetings?stage=draft', 'first'],
    ['edit', '/meetings?stage=scheduled', 'first', '/edit'],
    ['scheduled', '/meetings?stage=scheduled', 'first'],
    ['cancelled', '/meetings?stage=cancelled', 'first'],
    ['held', '/meetings?stage=held', 'first'],
    ['roll', '/meetings?stage=held', 'first', '/roll'],
    ['hall', '/meetings?stage=scheduled', 'first', '/hall'],
    ['live', '/meetings?stage=scheduled', 'first', '/live'],
  ],
  'giamdoc.snv': [
    ['home-of-a-delegate', '/'],
    ['meeting-under-way', '/', 'hero'],
    ['sites', '/', 'hero', '?tab=sites'],
    ['scan', '/', 'hero', '/in'],
    ['reader', '/', 'paper'],
    ['figures', '/figures'],
    ['search', '/search?q=giao+ban'],
    ['more', '/more'],
    ['account', '/account'],
    ['no-such-meeting', `/meetings/${NOWHERE}`],
    ['no-such-edit', `/meetings/${NOWHERE}/edit`],
    ['no-such-hall', `/meetings/${NOWHERE}/hall`],
    ['no-such-paper', `/papers/${NOWHERE}`],
  ],
  quantri: [
    ['admin', '/admin'],
    ['agencies', '/admin/agencies'],
    ['hours', '/admin/agencies', 'agency'],
    ['people', '/admin/people'],
    ['person', '/admin/people', 'person'],
    ['rooms', '/admin/rooms'],
    ['room', '/admin/rooms', 'room'],
    ['rules', '/admin/rules'],
    ['imports', '/admin/imports'],
    ['audit', '/admin/audit'],
    ['no-such-page', '/admin/no-such-page'],
  ],
};

const LINKS = {
  first: 'main table a[href*="/meetings/"], main .list a[href*="/meetings/"]',
  agency: '.tree a[href^="/admin/agencies/"]',
  person: 'main table a[href^="/admin/people/"]',
  room: 'main table a[href^="/admin/rooms/"]',
  hero: '.hero a[href^="/meetings/"]:not([href$="/live"])',
  paper: '.hero a[href^="/papers/"]',
};

test.describe.configure({ mode: 'parallel' });

for (const [user, pages] of Object.entries(PAGES)) {
  test(`every page that ${user} may see is for everybody`, async ({ person, faults }) => {
    test.setTimeout(300_000);
    faults.expect(/status of 404/);
    const page = await person(demo(user), CALM, 'en', null);
    for (const [name, path, link, rest] of pages) {
      await test.step(name, async () => {
        await page.setViewportSize(DESK);
        await page.goto(await addressOf(page, path, link, rest));
        await everySize(page, name);
      });
    }
  });
}

test('the page for signing in is for everybody', async ({ browser, faults }) => {
  const context = await browser.newContext(CALM);
  faults.watch(context);
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.locator('button[name="locale"][value="en"]').click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await everySize(page, 'sign-in');
  await context.close();
});

/** Turns the page to a theme, until its colours have come. */
function dressed(page, theme) {
  return page.evaluate(async (code) => {
    if (document.documentElement.getAttribute('data-theme') === code) return;
    document.documentElement.setAttribute('data-theme', code);
    // Some colours begin to change only after others have come.
    do {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      await Promise.allSettled(document.getAnimations().map((running) => running.finished));
    } while (document.getAnimations().some(({ playState }) => playState === 'running'));
  }, theme);
}

test('the page for the first administrator of an empty system is for everybody', async ({ browser, faults }) => {
  const data = mkdtempSync(join(tmpdir(), 'phien-e2e-'));
  const port = await freePort();
  const server = spawn(program, ['serve'], { env: settings(data, port), stdio: 'ignore' });
  try {
    const context = await browser.newContext({ ...CALM, baseURL: `http://127.0.0.1:${port}` });
    faults.watch(context);
    const page = await context.newPage();
    await context.addCookies([{ name: 'locale', value: 'en', url: `http://127.0.0.1:${port}` }]);
    await expect.poll(() => page.request.get('/first').then((answer) => answer.status(), () => 0)).toBe(200);
    await page.goto('/');
    await expect(page).toHaveURL(/\/first$/);
    await everySize(page, 'first');
    await context.close();
  } finally {
    server.kill('SIGTERM');
    await new Promise((ended) => server.once('exit', ended));
    rmSync(data, { recursive: true, force: true });
  }
});

/** A day ahead on which rooms are open and mostly free, whatever day the journey is made on: a page with links to press. */
function weekday() {
  const day = new Date(Date.now() + 7 * 24 * 3600 * 1000);
  while ([0, 6].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

/** A port that nobody listens on. */
function freePort() {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

async function addressOf(page, path, link, rest = '') {
  return link ? (await glimpse(page, path, LINKS[link])).href + rest : path;
}

/** Looks at a page in both sizes by day and by night. */
async function everySize(page, name) {
  await hydrated(page);
  if (name === 'reader') await expect(page.locator('pdf-reader canvas').first()).toBeVisible();
  const here = page.url();
  await expect.soft(page.locator('h1'), `one main heading: ${here}`).toHaveCount(1);
  expect.soft(await strangers(page), `texts of the other language: ${here}`).toEqual([]);
  // From one to the next either the size changes or the theme: each change draws the whole page anew.
  for (const [size, viewport, themes] of [['desk', DESK, ['light', 'dark']], ['phone', PHONE, ['dark', 'light']]]) {
    await page.setViewportSize(viewport);
    for (const theme of themes) {
      await dressed(page, theme);
      // The night changes colours alone.
      await axe(page, `${name}, ${size}, ${theme}`, theme === 'dark' ? ['color-contrast'] : null);
      if ((size === 'phone') === (theme === 'dark')) await shot(page, `${name}-${size}-${theme}`, false);
    }
    if (HALL.test(here)) continue;
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(wide, `width beyond the screen: ${name}, ${size}`).toBe(0);
  }
  if (!HALL.test(here)) expect.soft(await small(page), `targets too small for a finger: ${name}`).toEqual([]);
}

/** Texts of the pages that stand there in Vietnamese though the page is in English; the data, positions among them, stay
 * Vietnamese. */
async function strangers(page) {
  const [vi, en] = [locale('vi'), locale('en')];
  const english = new Set(Object.values(en));
  const data = new Set(['Thư ký', 'Chủ trì', 'Quản trị hệ thống', 'Quản trị cơ quan', 'Lãnh đạo', 'Đại biểu', 'Tỉnh']);
  const wanted = Object.entries(vi).filter(([key, text]) => text !== en[key] && !english.has(text) && !data.has(text));
  const shown = await page.evaluate(() => {
    const texts = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const within = walk.currentNode.parentElement;
      if (!within.closest('script, style, noscript, [lang="vi"]')) texts.push(walk.currentNode.data.trim());
    }
    for (const field of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
      for (const name of ['aria-label', 'placeholder', 'title']) texts.push(field.getAttribute(name) ?? '');
    }
    return texts;
  });
  const there = new Set(shown);
  return wanted.filter(([, text]) => there.has(text)).map(([key, text]) => `${key}: ${text}`);
}

/** What can be pressed and is smaller than 44 px either way. A link within a sentence, and a field within its label, are not counted. */
function small(page) {
  return page.evaluate(() => {
    const least = 43.5;
    const found = [];
    const pressed = 'a[href], button, summary, select, textarea, input:not([type="hidden"]), [role="button"]';
    for (const target of document.querySelectorAll(pressed)) {
      if (!target.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const area = target.closest('label') ?? target;
      const { width, height } = area.getBoundingClientRect();
      // Hidden from sight until it has the focus.
      if (width <= 1 || height <= 1 || target.closest('.vh, .skip')) continue;
      const isInline = getComputedStyle(target).display === 'inline' && target.parentElement.textContent.trim() !== target.textContent.trim();
      if (isInline || target.closest('svg')) continue;
      if (width < least || height < least) {
        found.push(`${target.outerHTML.slice(0, 120)} ${Math.round(width)}×${Math.round(height)}`);
      }
    }
    return found;
  });
}
