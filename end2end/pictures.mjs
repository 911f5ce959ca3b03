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

const launch = (more = []) =>
  chromium.launch({
    executablePath: process.env.PHIEN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', ...more],
  });
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

await online();
await browser.close();

/** The province's next online conference: its chair and three communes, before cameras that show a drawn room. */
async function online() {
  await open(secretary, '/meetings?stage=scheduled');
  const link = secretary.locator('main a[href^="/meetings/"]').filter({ hasText: '226-KL/TW' }).first();
  const conference = (await link.getAttribute('href')).replace(/[?#].*/, '');
  const folder = mkdtempSync(join(tmpdir(), 'phien-film-'));
  const browsers = [];
  const seated = async (user, number, speaks) => {
    const film = join(folder, `${number}.y4m`);
    writeFileSync(film, room(number));
    const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    const own = await launch([...camera, '--disable-features=WebRtcHideLocalIpsWithMdns', `--use-file-for-fake-video-capture=${film}`]);
    browsers.push(own);
    const page = await person(user, desk, own);
    await open(page, `${conference}/live`);
    if (speaks) await page.locator('.live__enter button[aria-keyshortcuts="Alt+M"]').click();
    await page.locator('.live__sit button').first().click();
    return page;
  };
  try {
    await seated('pct1.ubnd', 0, true);
    for (const [at, code] of ['03646', '03664'].entries()) await seated(`thuky.${code}`, at + 1, false);
    const page = await seated('thuky.03679', 3, false);
    const shown = () => [...document.querySelectorAll('.seatv:not(.seatv--own) video')].filter((film) => film.videoWidth > 0).length >= 3;
    await page.waitForFunction(shown, null, { timeout: 120_000 });
    await page.locator('.seatv.is-large:not(.is-off):not(.is-dark) video').waitFor();
    await picture(page, 'online');
  } finally {
    await Promise.all(browsers.map((one) => one.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A film of a second in YUV4MPEG2: a wall, a table, and as many people behind it as the room's number says, who move a little. */
function room(number) {
  const [width, height, frames] = [640, 360, 30];
  const walls = [[150, 118, 138], [168, 122, 132], [140, 132, 120], [160, 116, 126]];
  const people = [[320], [230, 410], [170, 320, 470], [260, 400]][number];
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420mpeg2\n`)];
  for (let frame = 0; frame < frames; frame += 1) {
    const planes = [Buffer.alloc(width * height), Buffer.alloc((width * height) / 4), Buffer.alloc((width * height) / 4)];
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const [luma, blue, red] = colour(x, y, frame);
        planes[0][y * width + x] = luma;
        if (y % 2 === 0 && x % 2 === 0) {
          const at = (y / 2) * (width / 2) + x / 2;
          planes[1][at] = blue;
          planes[2][at] = red;
        }
      }
    }
    parts.push(Buffer.from('FRAME\n'), ...planes);
  }
  return Buffer.concat(parts);

  function colour(x, y, frame) {
    if (y > 300) return [70 - (y - 300) / 4, 118, 142];
    for (const [at, middle] of people.entries()) {
      const sway = 3 * Math.sin((2 * Math.PI * (frame + 9 * at)) / frames);
      const [dx, head, shoulders] = [x - middle - sway, y - 150, y - 300];
      if (dx * dx + head * head * 0.8 < 46 * 46) return y < 130 ? [38, 126, 130] : [176, 108, 150];
      if ((dx * dx) / 1.7 + shoulders * shoulders < 96 * 96) return Math.abs(dx) < 12 ? [205, 128, 128] : [52 + 22 * at, 138 - 6 * at, 122];
    }
    const isWindow = x > 40 && x < 150 && y > 40 && y < 170;
    const [luma, blue, red] = walls[number];
    return isWindow ? [214, 134, 122] : [luma - y / 8, blue, red];
  }
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
