// The main job from end to end: a conference is composed under the law, published, read on a tablet, held, and counted.

import { test, expect, axe, hydrated, shot } from '../fixtures.mjs';

const demo = (name) => ({ name, password: 'hop-khong-giay' });
const TABLET = { viewport: { width: 820, height: 1180 }, hasTouch: true };

/** A working Tuesday well beyond what the demo has booked, as an ISO date; each run and size takes another. */
function freeTuesday(weeks) {
  const day = new Date(Date.now() + (21 + 7 * weeks) * 86_400_000);
  while (day.getUTCDay() !== 2 || day.getUTCDate() === 25) day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

/** Fills the part of the composer that every meeting needs. */
async function compose(page, { title, kind, form, date, from, to, room }) {
  await page.goto('/meetings/new');
  await hydrated(page);
  await page.locator('#title').fill(title);
  await page.locator('#kind').selectOption(kind);
  await page.locator(`input[name="form"][value="${form}"]`).check();
  await page.locator('[id="sittings[0][date]"]').fill(date);
  await page.locator('[id="sittings[0][from]"]').fill(from);
  await page.locator('[id="sittings[0][to]"]').fill(to);
  await page.locator('#room-0').selectOption({ label: room });
}

/** Picks somebody from the list under a search field. */
async function pick(page, field, text, option) {
  await page.locator(field).fill(text);
  await page.getByRole('option', { name: option }).first().click();
}

for (const [language, words] of [
  ['vi', { over: /Quá 1 buổi/, clash: /đã giữ phòng|trùng lịch/i, held: /Đã họp/ }],
  ['en', { over: /Over by 1 session|1 session over/i, clash: /clash|taken|booked/i, held: /Held/ }],
]) {
  test(`a conference goes from the composer to the figures (${language})`, async ({ person }, info) => {
    test.setTimeout(240_000);
    const size = info.project.name;
    const date = freeTuesday((language === 'vi' ? 0 : 2) + (size === 'desktop' ? 0 : 1));
    const title = `Hội nghị triển khai quy chế họp không giấy ${language} ${size} ${Date.now() % 100_000}`;
    const room = /Phòng họp số 1/;
    const secretary = await person(demo('thuky1.vpub'), info.project.use);
    await secretary.context().addCookies([{ name: 'locale', value: language, url: secretary.url() }]);

    await test.step('an over-long conference is told before the press, and one press mends it', async () => {
      await compose(secretary, { title, kind: 'dissemination', form: 'in_person', date, from: '07:30', to: '16:30', room: (await labelOf(secretary, room)) });
      await expect(secretary.locator('.dmeter')).toContainText(words.over);
      await expect(secretary.locator('.check.is-missed').first()).toBeVisible();
      await shot(secretary, `composer-too-long-${language}`);
      await secretary.locator('.check.is-missed .slot').filter({ hasText: /07:30/ }).first().click();
      await expect(secretary.locator('[id="sittings[0][to]"]')).toHaveValue('11:30');
      await expect(secretary.locator('.dmeter')).not.toContainText(words.over);
    });

    await test.step('it is published with a chair, delegates and an agenda', async () => {
      await pick(secretary, '#add_chair', 'pho chu tich', /Phó Chủ tịch/);
      await pick(secretary, '#add', 'giam doc so noi vu', /Giám đốc Sở Nội vụ/);
      await secretary.locator('[id="agenda[0][title]"]').fill('Dự thảo quy chế');
      await secretary.locator('[id="agenda[0][minutes]"]').fill('45');
      await secretary.locator('button[name="then"][value="publish"]').last().click();
      await secretary.waitForURL(/\/meetings\/[0-9a-f-]{36}$/);
      await expect(secretary.getByRole('heading', { level: 1 })).toContainText(title);
    });
    const address = new URL(secretary.url()).pathname;

    await test.step('a second meeting in the same room is told of the first by name', async () => {
      await compose(secretary, { title: `${title} bis`, kind: 'working', form: 'in_person', date, from: '08:00', to: '10:00', room: (await labelOf(secretary, room)) });
      const clash = secretary.locator('.check.is-missed').filter({ hasText: title });
      await expect(clash).toBeVisible();
      await expect(clash.locator('.slot').first()).toBeVisible();
      await shot(secretary, `composer-clash-${language}`);
    });

    await test.step('the secretary adds a paper', async () => {
      await secretary.goto(address);
      await hydrated(secretary);
      await secretary.locator('.agenda summary').filter({ hasText: /Dự thảo quy chế/ }).first().click();
      await secretary.locator('input[type="file"]').first().setInputFiles({ name: 'Dự thảo quy chế.pdf', mimeType: 'application/pdf', buffer: onePage() });
      await expect(secretary.locator('a.paper').first()).toBeVisible({ timeout: 30_000 });
    });

    const delegate = await person(demo('giamdoc.snv'), TABLET);
    await test.step('a delegate opens it on a tablet', async () => {
      await delegate.goto(address);
      await hydrated(delegate);
      await axe(delegate);
      await delegate.locator('a.paper').first().click();
      await delegate.waitForURL(/\/papers\//);
      await expect(delegate.locator('pdf-reader canvas').first()).toBeVisible({ timeout: 30_000 });
      await shot(delegate, `reader-${language}`);
    });

    await test.step('it is opened, its roll called, and closed', async () => {
      await secretary.goto(address);
      await hydrated(secretary);
      await secretary.locator('form[action*="open"] button').click();
      await expect(secretary.locator('.badge--live').first()).toBeVisible();
      await secretary.locator('form[action*="mark_rest"] button, form[action*="mark-rest"] button').first().click();
      await expect(secretary.locator('form[action*="mark_rest"] button, form[action*="mark-rest"] button')).toHaveCount(0);
      await secretary.locator('summary').filter({ hasText: /Kết thúc|Close/ }).first().click();
      await secretary.locator('form[action*="close"] button').first().click();
      await expect(secretary.locator('.badge--live')).toHaveCount(0);
    });

    await test.step('the figure has changed and opens into this meeting', async () => {
      await secretary.goto('/figures');
      const agency = await secretary.locator('select[name="agency"] option').filter({ hasText: /^\s*UBND tỉnh/ }).first().getAttribute('value');
      await secretary.goto(`/figures?agency=${agency}&scope=own&period=${date}_${date}`);
      await hydrated(secretary);
      await shot(secretary, `figures-${language}`);
      await secretary.locator('a[href*="what=held"]').first().click();
      await secretary.waitForURL(/\/meetings\?/);
      await expect(secretary.getByRole('link', { name: title })).toBeVisible();
    });
  });
}

/** The option of the first room whose name fits, as the composer words it. */
async function labelOf(page, name) {
  if (!page.url().includes('/meetings/new')) {
    await page.goto('/meetings/new');
  }
  const labels = await page.locator('#room-0 option').allTextContents();
  return labels.find((label) => name.test(label));
}

/** The smallest PDF with a page that a reader can show. */
function onePage() {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>',
  ];
  let text = '%PDF-1.4\n';
  const starts = objects.map((object, index) => {
    const start = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return start;
  });
  const table = starts.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`).join('');
  const trailer = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\n`;
  return Buffer.from(`${text}${trailer}startxref\n${text.length}\n%%EOF\n`);
}
