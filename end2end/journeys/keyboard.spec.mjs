// Without a mouse: signing in, reading a meeting's paper, composing and sending a meeting, with Tab, Enter, Space and the
// arrows; what has the focus can be seen at every step.

import { test, expect, hydrated, shot, words } from '../fixtures.mjs';
import { demo, freeTuesday, inked } from '../steps.mjs';

const t = words('vi');

/** More presses than any page here needs. */
const PRESSES = 120;

/**
 * Presses Tab until the focus is on `goal`. Everything on the way must show that it has the focus: an outline or a shadow,
 * within the screen.
 */
async function tabTo(page, goal, key = 'Tab') {
  for (let press = 0; press < PRESSES; press += 1) {
    await page.keyboard.press(key);
    expect(await unseen(page), 'the focus can be seen').toBe('');
    if (await goal.evaluateAll((found) => found.some((one) => one === document.activeElement))) return;
  }
  throw new Error(`the focus never came to ${goal}`);
}

/** What has the focus without showing it; empty when it shows. */
function unseen(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return '';
    // A ring may be drawn round the whole box of a choice, or under the block that a link fills.
    let shown = null;
    for (let box = at, up = 0; box && up < 3 && !shown; box = box.parentElement, up += 1) {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(box);
      const isRinged = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
      if (isRinged || (up === 0 && boxShadow !== 'none')) shown = box;
    }
    const { top, bottom, width, height } = (shown ?? at).getBoundingClientRect();
    const isOnScreen = bottom > 0 && top < innerHeight && width > 1 && height > 1;
    return shown && isOnScreen ? '' : at.outerHTML.slice(0, 200);
  });
}

async function signInByKeys(page, name) {
  await page.goto('/');
  await hydrated(page);
  await tabTo(page, page.locator('input[autocomplete="username"]'));
  await page.keyboard.type(name);
  await tabTo(page, page.locator('input[autocomplete="current-password"]'));
  await page.keyboard.type(demo(name).password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(t('nav_home'));
  await hydrated(page);
}

test('a delegate reads a paper without a mouse', async ({ page }) => {
  await signInByKeys(page, 'giamdoc.snv');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: t('shell_skip') })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('link', { name: t('home_agenda') }));
  await page.keyboard.press('Enter');
  await expect(page.locator('.agenda')).toBeVisible();
  await tabTo(page, page.locator('.agenda a.paper').first());
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/papers\//);
  await expect.poll(() => inked(page.locator('pdf-reader .stage canvas').first())).toBeGreaterThan(100);
  await tabTo(page, page.getByRole('button', { name: t('reader_next_page') }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/page=2$/);
  await tabTo(page, page.locator('pdf-reader .stage'), 'Shift+Tab');
  await page.keyboard.press('End');
  await expect(page).not.toHaveURL(/page=2$/);
  await shot(page, 'keyboard-reader');
});

test('a secretary composes and sends a meeting without a mouse', async ({ page }) => {
  test.setTimeout(300_000);
  const title = `Họp giao ban bằng bàn phím ${Date.now() % 1_000_000}`;
  const field = (id) => page.locator(`[id="${id}"]`);
  const type = async (id, text) => {
    await tabTo(page, field(id));
    await page.keyboard.press('Control+a');
    await page.keyboard.type(text);
  };
  await signInByKeys(page, 'thuky1.vpub');
  await tabTo(page, page.locator('.rail__new'));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/meetings\/new$/);
  await expect(field('title')).toBeVisible();
  await type('title', title);
  await tabTo(page, field('kind'));
  const kinds = await field('kind').locator('option').evaluateAll((all) => all.map((one) => one.value));
  const wanted = kinds.indexOf('working');
  for (let step = await field('kind').evaluate((list) => list.selectedIndex); step < wanted; step += 1) await page.keyboard.press('ArrowDown');
  await expect(field('kind')).toHaveValue('working');
  await tabTo(page, page.locator('input[name="form"]'));
  await page.keyboard.press('Space');
  while (!(await page.locator('input[name="form"][value="in_person"]').isChecked())) await page.keyboard.press('ArrowRight');
  // Repeated on one server, each time in another week.
  const { repeatEachIndex } = test.info();
  const [year, month, day] = freeTuesday(3 + (repeatEachIndex > 0 ? 20 + repeatEachIndex : 0)).split('-');
  await type('sittings[0][date]', `${day}/${month}/${year}`);
  await type('sittings[0][from]', '07:30');
  await type('sittings[0][to]', '09:00');
  await tabTo(page, page.locator('[name="place"]'));
  await page.keyboard.type('Nhà văn hóa trung tâm');
  await choose(page, 'add_chair', 'pho chu tich');
  await expect(page.locator('.chip').filter({ hasText: 'Phó Chủ tịch' })).toBeVisible();
  await expect(field('add')).toBeFocused();
  await page.keyboard.type('giam doc so noi vu');
  await takeFirst(page);
  await expect(page.locator('.chip').filter({ hasText: 'Giám đốc Sở Nội vụ' })).toBeVisible();
  await type('agenda[0][title]', 'Kế hoạch tuần');
  await shot(page, 'keyboard-composer');
  await tabTo(page, page.locator('.cmp__foot button[value="publish"]'));
  await page.keyboard.press('Enter');
  await expect(page.locator('dialog[open] button[value="send"]')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/meetings\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
});

async function choose(page, field, text) {
  await tabTo(page, page.locator(`#${field}`));
  await page.keyboard.type(text);
  await takeFirst(page);
}

/** Takes the first of the names listed under the field. */
async function takeFirst(page) {
  const names = page.getByRole('listbox').getByRole('option');
  await expect(names.first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(names.first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
}

test('the key / leads into the search, and no letter that is typed at once is lost', async ({ page }) => {
  await signInByKeys(page, 'thuky1.vpub');
  const field = page.locator('input[data-search]');
  for (const from of ['/', '/meetings', '/account', '/figures']) {
    await page.goto(from);
    await hydrated(page);
    await page.keyboard.press('/');
    await page.keyboard.type('giao ban');
    await expect(field).toBeFocused();
    await expect(field, from).toHaveValue('giao ban');
  }
  // On the search page itself, from wherever the focus is.
  await page.locator('main').focus();
  await page.keyboard.press('/');
  await expect(field).toBeFocused();
  // The whole of it, as fast as one types: the page of what was found.
  await page.goto('/calendar');
  await hydrated(page);
  await page.keyboard.press('/');
  await page.keyboard.type('sở nội vụ');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/search\?q=/);
  await expect(field).toHaveValue('sở nội vụ');
  await expect(page.locator('main').getByRole('listitem').first()).toBeVisible();
});

test('a press on Search leads into its field as well', async ({ page }) => {
  await signInByKeys(page, 'thuky1.vpub');
  for (const from of ['/', '/meetings', '/calendar']) {
    await page.goto(from);
    await hydrated(page);
    await page.locator('a[data-search]:visible').first().click();
    await expect(page.locator('input[data-search]')).toBeFocused();
  }
});

test('an item of the agenda moves by pressing one button again and again', async ({ page }) => {
  await signInByKeys(page, 'thuky1.vpub');
  await page.goto('/meetings/new');
  await hydrated(page);
  const title = (at) => page.locator(`[id="agenda[${at}][title]"]`);
  const titles = ['Khai mạc', 'Báo cáo', 'Thảo luận', 'Kết luận'];
  for (const [at, text] of titles.entries()) {
    if (at > 0) await page.locator('button[name="then"][value="add_agenda"]').click();
    await title(at).fill(text);
  }
  await page.locator('[id="up:3"]').focus();
  for (const at of [2, 1]) {
    await page.keyboard.press('Enter');
    await expect(page.locator(`[id="up:${at}"]`)).toBeFocused();
  }
  await page.keyboard.press('Enter');
  // At the top there is only the way back.
  await expect(page.locator('[id="down:0"]')).toBeFocused();
  await expect(title(0)).toHaveValue('Kết luận');
  for (const at of [1, 2]) {
    await page.keyboard.press('Enter');
    await expect(page.locator(`[id="down:${at}"]`)).toBeFocused();
  }
  await page.keyboard.press('Enter');
  await expect(page.locator('[id="up:3"]')).toBeFocused();
  for (const [at, text] of titles.entries()) await expect(title(at)).toHaveValue(text);
});
