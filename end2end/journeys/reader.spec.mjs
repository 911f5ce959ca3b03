// Papers as secretaries send them and delegates read them: pages of all sizes, pages that are turned, a file that comes
// twice, and a session that ends while one reads.

import { test, expect, open, shot, words } from '../fixtures.mjs';
import { BRIEF, arrange, demo, freeTuesday, paper, pdf, titled } from '../steps.mjs';

const t = words('vi');

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Slides on which one sheet of A0 lies among small pages. */
const SIZES = [
  [720, 405],
  [2384, 3370],
  [720, 405],
  [720, 405],
  [720, 405],
];

const slides = () => {
  let next = 0;
  const text = pdf(SIZES.map((_, at) => `Trang ${at + 1}`)).toString('latin1');
  // Readers find the objects of a file whose table is wrong.
  // Within the smallest of them.
  const sized = text.replaceAll('72 700 Td', '72 200 Td').replaceAll('[0 0 595 842]', () => `[0 0 ${SIZES[next][0]} ${SIZES[next++][1]}]`);
  return Buffer.from(damaged(sized, 'Trang 5'), 'latin1');
};

/** The page with this text cannot be unpacked. */
const damaged = (file, text) => {
  const at = file.lastIndexOf('>>', file.indexOf(`(${text})`));
  return `${file.slice(0, at)}/Filter /FlateDecode ${file.slice(at)}`;
};

test('pages of all sizes are read, turned and remembered on a phone', async ({ person, faults }) => {
  // A browser that draws nothing throws without a word.
  faults.expect(/^$|status of (401|409)/);
  const title = titled('Họp duyệt quy hoạch');
  const secretary = await person(demo('thuky1.stp'), {}, 'vi', null);
  const address = await arrange(secretary, {
    ...BRIEF,
    title,
    date: freeTuesday(7),
    chair: 'giam doc so tu phap',
    delegates: ['pho giam doc so tu phap'],
  });
  const plan = paper('Quy hoạch.pdf', slides());

  await test.step('a file that comes twice is asked about', async () => {
    await open(secretary, address);
    await secretary.getByText(t('agenda_add_papers')).first().click();
    await secretary.locator('.upload__drop input').setInputFiles([plan]);
    await expect(secretary.locator('a.paper')).toHaveCount(1);
    await secretary.locator('.upload__drop input').setInputFiles([plan]);
    await expect(secretary.getByRole('button', { name: t('agenda_upload_again') })).toBeVisible();
    await secretary.getByRole('button', { name: t('agenda_upload_remove', { name: 'Quy hoạch.pdf' }) }).click();
    await expect(secretary.locator('a.paper')).toHaveCount(1);
  });

  const reader = await person(demo('phogiamdoc.stp'), PHONE, 'vi', address);

  await test.step('an opening that shows no page does not count as reading', async () => {
    const blind = await reader.context().newPage();
    await blind.addInitScript(() => { HTMLCanvasElement.prototype.getContext = () => null; });
    await open(blind, address);
    await blind.locator('a.paper').tap();
    await expect(blind.getByText(t('reader_page_broken', { page: 1 }))).toBeVisible();
    await open(blind, address);
    await expect(blind.locator('a.paper.is-unread')).toHaveCount(1);
    await blind.close();
  });

  await reader.locator('a.paper').tap();
  const field = reader.locator('.rdr__field');
  await expect(field).toHaveValue('1');
  const read = new URL(reader.url()).pathname;

  await test.step('a page on the screen does', async () => {
    await expect(reader.locator('.rdr__page canvas').first()).toBeVisible();
    await expect(async () => {
      await open(reader, address);
      await expect(reader.locator('a.paper')).not.toHaveClass(/is-unread/, { timeout: 1000 });
    }).toPass();
    await reader.goto(read);
  });

  await test.step('the page in the address stays the same over reloads', async () => {
    for (let reload = 0; reload < 3; reload += 1) {
      await reader.goto(reload === 0 ? `${read}?page=3` : reader.url());
      await expect(reader.locator('.rdr__page').nth(2).locator('canvas')).toBeVisible();
      await expect(field).toHaveValue('3');
      await expect.poll(() => new URL(reader.url()).searchParams.get('page')).toBe('3');
    }
  });

  await test.step('a damaged page says so, and hides no other', async () => {
    await reader.goto(`${read}?page=5`);
    const page = reader.locator('.rdr__page').nth(4);
    await expect(page.getByText(t('reader_page_blank', { page: 5 }))).toBeVisible();
    await expect(page.getByRole('link', { name: t('reader_download') })).toBeVisible();
    await shot(reader, 'damaged-page');
    await reader.goto(`${read}?page=4`);
    await expect(reader.locator('.rdr__page').nth(3).locator('canvas')).toBeVisible();
    await expect(reader.locator('.rdr__notice')).toHaveCount(1);
    await reader.goto(`${read}?page=3`);
    await expect(reader.locator('.rdr__page').nth(2).locator('canvas')).toBeVisible();
  });

  await test.step('a sheet of A0 leaves every page on the screen', async () => {
    const left = await reader.locator('.rdr__page').evaluateAll((pages) => pages.map((page) => page.getBoundingClientRect().left));
    for (const one of left) expect(one).toBeLessThan(30);
  });

  await test.step('a page is turned, its words with it, and stays so', async () => {
    const page = reader.locator('.rdr__page').nth(2);
    const isHigh = () => page.evaluate((box) => box.offsetHeight > box.offsetWidth);
    expect(await isHigh()).toBe(false);
    await reader.getByRole('button', { name: t('reader_turn') }).tap();
    await expect.poll(isHigh).toBe(true);
    await expect(page.locator('.textLayer')).toHaveAttribute('data-main-rotation', '90');
    await shot(reader, 'turned');
    await reader.reload();
    await expect(page.locator('canvas')).toBeVisible();
    expect(await isHigh()).toBe(true);
    await expect(page.locator('.textLayer span').first()).toBeAttached();
    const strays = await page.locator('.textLayer span').evaluateAll((words) => {
      const box = words[0].closest('.rdr__page').getBoundingClientRect();
      const inside = ({ left, right, top, bottom }) =>
        left >= box.left - 1 && right <= box.right + 1 && top >= box.top - 1 && bottom <= box.bottom + 1;
      return words.filter((word) => !inside(word.getBoundingClientRect())).length;
    });
    expect(strays).toBe(0);
  });

  await test.step('whose session has ended signs in and is back at the page', async () => {
    await reader.context().clearCookies({ name: /^(?!locale)/ });
    await reader.goto(reader.url());
    await expect(reader).toHaveURL(/\/sign-in\?next=/);
    expect(decodeURIComponent(new URL(reader.url()).searchParams.get('next'))).toBe(`${read}?page=3`);
  });
});
