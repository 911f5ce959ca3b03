// The pictures of the readme, taken from a running demo: `node end2end/pictures.mjs http://127.0.0.1:3000`.
//
// What changes from day to day is chosen by what it is (the meeting under way, the first of the list), so that the
// pictures can be taken again at any time. Palettes are reduced by pngquant when it is installed.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';

const address = process.argv[2] ?? 'http://127.0.0.1:3000';
const folder = resolve(import.meta.dirname, '..', 'docs', 'images');
const password = 'hop-khong-giay';
const desk = { width: 1440, height: 900 };
const tablet = { width: 820, height: 1180 };

const browser = await chromium.launch({
  executablePath: process.env.PHIEN_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
mkdirSync(folder, { recursive: true });

const chair = await person('pct1.ubnd', tablet);
await picture(chair, 'home');
const meeting = await underWay(chair);

const secretary = await person('thuky1.vpub', desk);
await open(secretary, meeting);
await picture(secretary, 'meeting');
await open(secretary, '/meetings/new');
await compose(secretary);
await picture(secretary, 'composer');
await open(secretary, '/calendar');
await picture(secretary, 'calendar');

const officer = await person('baocao.snv', desk);
await open(officer, `/figures?period=c-${new Date().getFullYear()}`);
await picture(officer, 'figures');

await browser.close();

/** A browser of that person's own, signed in. */
async function person(user, viewport) {
  const context = await browser.newContext({ viewport, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
  const page = await context.newPage();
  await page.goto(address);
  const field = page.locator('input[autocomplete="current-password"]');
  await page.locator('input[autocomplete="username"]').fill(user);
  await field.fill(password);
  await field.press('Enter');
  await field.waitFor({ state: 'detached' });
  await alive(page);
  return page;
}

async function open(page, path) {
  await page.goto(address + path);
  await alive(page);
}

async function alive(page) {
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
  await page.evaluate(() => document.fonts.ready);
}

/** The address of the meeting under way, else of the first on the person's home page. */
async function underWay(page) {
  const link = page.locator('main a[href^="/meetings/"]').first();
  return (await link.getAttribute('href')).replace(/[?#].*/, '');
}

/** A conference that is too long by half a day. */
async function compose(page) {
  await page.locator('[name="title"]').fill('Hội nghị quán triệt Nghị quyết chuyên đề quý I');
  await page.locator('[name="kind"]').selectOption('dissemination');
  const day = new Date(Date.now() + 21 * 24 * 3600 * 1000);
  while ([0, 6].includes(day.getDay()) || day.getDate() === 25) day.setDate(day.getDate() + 1);
  const date = [day.getDate(), day.getMonth() + 1, day.getFullYear()].map((n) => String(n).padStart(2, '0')).join('/');
  await page.locator('[name="sittings[0][date]"]').fill(date);
  await page.locator('[name="sittings[0][from]"]').fill('08:00');
  await page.locator('[name="sittings[0][to]"]').fill('16:30');
  await page.locator('[name="sittings[0][to]"]').blur();
  await page.waitForLoadState('networkidle');
  await page.locator('.dmeter .is-over').first().waitFor({ timeout: 10_000 }).catch(() => {});
}

async function picture(page, name) {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  spawnSync('pngquant', ['--force', '--skip-if-larger', '--output', path, '256', path], { stdio: 'ignore' });
  console.log(path);
}
