// What several journeys do in the same way: compose, choose people, find a free day, make a PDF, read a code.

import { createHmac } from 'node:crypto';
import { expect } from '@playwright/test';
import jsQR from 'jsqr';
import { glimpse, open } from './fixtures.mjs';

/** Somebody of the demo. */
export const demo = (name) => ({ name, password: 'hop-khong-giay' });

/** The code that an authenticator app shows now for a base32 secret (RFC 6238), or some half-minutes `later`. */
export function phone(secret, later = 0) {
  const letters = [...secret.replace(/\s/g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter));
  const bits = letters.map((value) => value.toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const digest = createHmac('sha1', key).update(step).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** The size of a delegate's tablet. */
export const TABLET = { viewport: { width: 820, height: 1180 }, hasTouch: true };

// On a server that keeps what earlier runs booked, each run begins in another month.
const RUN = process.env.PHIEN_E2E_URL ? Math.floor(Date.now() / 60_000) % 20 : 0;

/**
 * A Tuesday well beyond what the demo has booked, as an ISO date; each journey takes a `week` of its own. The 25th is kept
 * free of meetings: then it is the Wednesday.
 */
export function freeTuesday(week) {
  const day = new Date(Date.now() + (21 + 7 * (week + 12 * RUN)) * 86_400_000);
  while (day.getUTCDay() !== 2) day.setUTCDate(day.getUTCDate() + 1);
  if (day.getUTCDate() === 25) day.setUTCDate(26);
  return day.toISOString().slice(0, 10);
}

/**
 * Half an hour of today in Viet Nam that begins in a few minutes and lies in one session of the day: a meeting is opened
 * on a day of its own, so what a journey opens is planned for today.
 */
export function soon() {
  const local = new Date(Date.now() + 7 * 3_600_000);
  let from = local.getUTCHours() * 60 + local.getUTCMinutes() + 5;
  for (const cut of [12 * 60 + 30, 18 * 60]) if (from < cut && from + 30 > cut) from = cut;
  const clock = (minute) => [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return { date: local.toISOString().slice(0, 10), from: clock(from), to: clock(Math.min(from + 30, 24 * 60 - 1)) };
}

/** Fills the first sitting of the composer. */
export async function sit(page, { date, from, to }) {
  await page.locator('[id="sittings[0][date]"]').fill(date);
  await page.locator('[id="sittings[0][from]"]').fill(from);
  await page.locator('[id="sittings[0][to]"]').fill(to);
}

/** Chooses the room of the composer whose name has this pattern. */
export async function chooseRoom(page, room) {
  // By its value: what its option says changes once it is known whether it is free.
  const value = await page.locator('#room-0 option').filter({ hasText: room }).first().getAttribute('value');
  await page.locator('#room-0').selectOption(value);
}

/** Fills the part of the composer that every meeting needs; `room` is a pattern of its name, `place` somewhere else. */
export async function compose(page, meeting) {
  await open(page, '/meetings/new');
  await fill(page, meeting);
}

async function fill(page, { title, kind, form, date, from, to, room, place }) {
  await page.locator('#title').fill(title);
  await page.locator('#kind').selectOption(kind);
  await page.locator(`input[name="form"][value="${form}"]`).check();
  await sit(page, { date, from, to });
  if (place) await page.locator('[name="place"]').fill(place);
  if (room) await chooseRoom(page, room);
}

/** Looks at what will be sent, and sends it. */
export async function sendLooked(page, seen = null) {
  const send = page.locator('dialog[open] button[name="then"][value="send"]');
  await expect(send).toBeFocused();
  if (seen) await seen(page.locator('dialog[open]'));
  await send.click();
}

/** The words of a text without marks. */
function plainWords(text) {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase();
  return plain.split(/[^a-z0-9]+/).filter(Boolean);
}

/**
 * A meeting whose invitations are out, or with `then: 'keep'` a draft; gives its address. For journeys that begin there: it
 * is composed by the plain form, as a browser without scripts sends it, for the one who is signed in on `page`. `chair` and
 * `delegates` are typed; an agency's own name invites the agency. `guests` are pasted, one a line.
 */
export async function arrange(page, { chair, delegates, guests = '', sites = [], item = 'Kế hoạch tuần', then = 'publish', ...meeting }) {
  const storageState = await page.context().storageState();
  const context = await page.context().browser().newContext({ javaScriptEnabled: false, storageState });
  const plain = await context.newPage();
  const submit = async (button) => {
    const loaded = plain.waitForEvent('load');
    await button.click({ force: true });
    await loaded;
  };
  const press = (step) => submit(plain.locator(`button[name="then"][value="${step}"]`).last());
  // A name that fits several is asked about: the one that holds most of its words, and begins as it does, is meant.
  const settle = async () => {
    const choices = plain.locator('button[name="then"][value^="choose:"]');
    while ((await choices.count()) > 0) {
      const fields = (await choices.evaluateAll((all) => all.map((one) => one.value.split(':')[1])));
      const typed = plainWords(await plain.locator(`#${fields[0]}`).inputValue());
      const labels = (await choices.allInnerTexts()).map(plainWords);
      const rank = (words) => typed.filter((word) => words.includes(word)).length + (words[0] === typed[0] ? 0.5 : 0);
      const held = labels.map((words, at) => (fields[at] === fields[0] ? rank(words) : -1));
      await submit(choices.nth(held.indexOf(Math.max(...held))));
    }
  };
  await plain.goto('/meetings/new');
  await fill(plain, meeting);
  await plain.locator('#add_chair').fill(chair);
  for (const delegate of delegates) {
    await plain.locator('#add').fill(delegate);
    await press('add_delegate');
    await settle();
  }
  await expect(plain.locator('[name="delegates[]"]')).toHaveCount(delegates.length);
  for (const site of sites) {
    const names = await plain.locator('#add_site option').allTextContents();
    await plain.locator('#add_site').selectOption({ label: names.find((name) => name.includes(site)) });
    await press('add_site');
  }
  await expect(plain.locator('[name="sites[]"]')).toHaveCount(sites.length);
  if (guests) {
    await plain.locator('details:has(#add_guests) > summary').click();
    await plain.locator('#add_guests').fill(guests);
    await press('paste_guests');
    await expect(plain.locator('[id="guests[0][name]"]')).not.toHaveValue('');
  }
  await plain.locator('[id="agenda[0][title]"]').fill(item);
  await press(then);
  await expect(plain).toHaveURL(then === 'publish' ? /\/meetings\/[0-9a-f-]{36}$/ : /\/edit#/);
  const { pathname } = new URL(plain.url());
  await context.close();
  return pathname.replace(/\/edit$/, '');
}

/** How many meetings of a day the figures of the signed-in person's agency count as held, as online, cancelled and postponed. */
export async function counted(page, date) {
  const { value } = await glimpse(page, '/meetings/new', '[name="agency"]');
  await open(page, `/figures?agency=${value}&scope=own&period=${date}_${date}`);
  // A share leads to the same list as the number that it is made of.
  const link = (what) => page.locator(`a[href*="what=${what}&"], a[href$="what=${what}"]`).filter({ hasText: /^\s*\d+\s*$/ });
  const number = async (what) => Number(await link(what).first().textContent());
  const [held, online] = [await number('held'), await number('counted_online')];
  return { held, online, cancelled: await number('cancelled'), postponed: await number('postponed') };
}

/** A meeting of the least that there is to say, for `arrange`. */
export const BRIEF = { kind: 'working', form: 'in_person', from: '08:00', to: '10:00', place: 'Nhà văn hóa trung tâm' };

/** Closes a meeting seconds after it was opened: the program asks once, and is told that it is meant. */
export async function closeEarly(page, faults, t) {
  faults.expect(/status of 409/);
  await page.locator('summary').filter({ hasText: t('state_close') }).click();
  await page.getByRole('button', { name: t('state_close_now') }).click();
  await page.getByRole('button', { name: t('state_close_anyway') }).click();
}

/** A title that no other run uses. */
export const titled = (text) => `${text} ${Date.now() % 1_000_000}`;

/** A file for a field that takes papers. */
export function paper(name, buffer) {
  return { name, mimeType: 'application/pdf', buffer };
}

/** Picks somebody from the list under a search field. */
export async function pick(page, field, text, option) {
  await page.locator(field).fill(text);
  await page.getByRole('option', { name: option }).first().click();
}

/** A PDF whose pages each say a line of ASCII; `padding` bytes make it as long as a scanned one. */
export function pdf(lines, padding = 0) {
  const kids = lines.map((_, at) => `${4 + at * 2} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${lines.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...lines.flatMap((line, at) => {
      const drawn = `BT /F1 48 Tf 72 700 Td (${line}) Tj ET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + at * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
        `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
      ];
    }),
  ];
  let text = '%PDF-1.4\n';
  const starts = objects.map((object, at) => {
    const start = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return start;
  });
  text += `%${'0'.repeat(padding)}\n`;
  const table = starts.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const trailer = `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\n`;
  return Buffer.from(`${text}${trailer}startxref\n${text.length}\n%%EOF\n`);
}

/** What a camera reads from a picture on the page, as the address in it. */
export async function scanned(picture) {
  const png = (await picture.screenshot({ scale: 'css' })).toString('base64');
  // A page of nobody's turns the picture into dots.
  const board = await picture.page().context().newPage();
  const { dots, width, height } = await board.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const { data, width, height } = pen.getImageData(0, 0, image.width, image.height);
    return { dots: Array.from(data), width, height };
  }, `data:image/png;base64,${png}`);
  await board.close();
  const found = jsQR(Uint8ClampedArray.from(dots), width, height);
  expect(found, 'a code in the picture').not.toBeNull();
  return new URL(found.data);
}

/** How many dots of a canvas are not the paper's white. */
export function inked(canvas) {
  return canvas.evaluate((drawn) => {
    const { data } = drawn.getContext('2d').getImageData(0, 0, drawn.width, drawn.height);
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0 && data[at] < 128) dark += 1;
    return dark;
  });
}
