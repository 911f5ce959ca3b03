// The pictures of the readme, taken from a running demo: `node end2end/pictures.mjs http://127.0.0.1:3000`.
//
// What changes from day to day is chosen by what it is (the meeting under way, the first of the list), so that the
// pictures can be taken again at any time. Palettes are reduced by pngquant when it is installed.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';

const address = process.argv[2] ?? 'http://127.0.0.1:3000';
const folder = resolve(import.meta.dirname, '..', 'docs', 'images');
const password = 'hop-khong-giay';
const desk = { width: 1440, height: 900 };
const tablet = { width: 820, height: 1180 };

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const browser = await launch();
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

await online(meeting);
await browser.close();

function launch(...more) {
  const executablePath = process.env.PHIEN_CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...quiet, ...more] });
}

/** The conference as a commune sees it: the hall and two other sites, each with a drawn camera of its own. */
async function online(meeting) {
  const cameras = mkdtempSync(join(tmpdir(), 'phien-cameras-'));
  const rooms = [];
  for (const [at, user] of ['thuky1.vpub', 'thuky.03679', 'thuky.03664', 'thuky.03646'].entries()) {
    const film = join(cameras, `${at}.mjpeg`);
    writeFileSync(film, await drawn(at));
    const room = await launch(
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    );
    rooms.push(room);
    const page = await person(user, desk, room);
    await open(page, `${meeting}/live`);
    await page.getByRole('button', { name: at === 0 ? /^Vào họp từ hội trường/ : /^Vào họp từ điểm cầu/ }).click();
    await page.getByRole('group', { name: 'Điều khiển' }).waitFor();
    if (at < 3) continue;
    const seen = page.locator('.seatv:not(.seatv--own):not(.is-off):not(.is-dark)');
    await seen.nth(2).waitFor({ timeout: 60_000 });
    // The large picture comes first at a small size.
    await page.waitForFunction(() => document.querySelector('.seatv.is-large video')?.videoWidth >= 640, null, {
      timeout: 60_000,
    }).catch(() => {});
    await picture(page, 'online');
  }
  for (const room of rooms) await room.close();
  rmSync(cameras, { recursive: true, force: true });
}

/** One frame of a meeting room that nobody sits in but shapes. */
async function drawn(at) {
  const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
  const walls = ['#31536b', '#5b4a3f', '#3e5a48', '#4b4668'];
  const people = Array.from({ length: at === 0 ? 5 : 3 - (at % 2) }, (_, n, all = at === 0 ? 5 : 3 - (at % 2)) => {
    const x = (640 / (all + 1)) * (n + 1);
    const shade = ['#22303a', '#2d2621', '#26332b', '#2a2838'][at];
    return `<circle cx="${x}" cy="190" r="34" fill="${shade}"/><path d="M${x - 62} 330c0-62 28-96 62-96s62 34 62 96z" fill="${shade}"/>`;
  });
  const table = '<rect y="300" width="640" height="60" fill="#7a5a3c"/><rect y="300" width="640" height="6" fill="#93704d"/>';
  const wall = `<rect width="640" height="360" fill="${walls[at]}"/><rect x="70" y="36" width="500" height="84" rx="6" fill="#fff" opacity="0.16"/>`;
  await page.setContent(`<body style="margin:0"><svg width="640" height="360">${wall}${people.join('')}${table}</svg>`);
  const frame = await page.screenshot({ type: 'jpeg', quality: 90 });
  await page.close();
  return Buffer.concat(Array.from({ length: 30 }, () => frame));
}

/** A browser of that person's own, signed in. */
async function person(user, viewport, within = browser) {
  const context = await within.newContext({ viewport, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
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
