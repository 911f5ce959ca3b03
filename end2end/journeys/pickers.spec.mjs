// Agencies and people are found while a few letters are typed, without marks, and taken with the arrows, Enter or a press;
// rooms are chosen from a list by the arrows.

import { test, expect, axe, shot, words } from '../fixtures.mjs';
import { demo } from '../steps.mjs';

const t = words('vi');

test.describe.configure({ mode: 'parallel' });

/** The list under a field, as far as it is shown. */
const listed = (page) => page.getByRole('listbox').getByRole('option');

/** Where the pages ask for agencies and people. */
const FIND = '**/api/meetings/find*';

/**
 * Keeps the answers to an address back until they are let go. The route stays: one that is taken away while a question sets
 * out would hide its answer from the test.
 */
async function hold(page, address) {
  let [release, tell] = [];
  const held = new Promise((resolve) => (release = resolve));
  const asked = new Promise((resolve) => (tell = resolve));
  await page.route(address, async (route) => {
    tell();
    await held;
    await route.continue();
  });
  return { asked, release };
}

/** Types into an empty field until something is listed. */
async function type(page, field, text) {
  await field.fill('');
  await field.pressSequentially(text);
  await expect(field).toHaveAttribute('aria-expanded', 'true');
}

test('people and agencies are taken into a meeting without marks and without a mouse', async ({ person, faults }) => {
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  const [chair, add] = [page.locator('#add_chair'), page.locator('#add')];
  const chip = (text) => page.locator('.chip').filter({ hasText: text });
  const key = (name) => page.keyboard.press(name);

  await test.step('an agency comes first under its own name, and the arrows go round', async () => {
    await type(page, add, 'so noi vu');
    await expect(listed(page).first()).toContainText(t('composer_agency_sends'));
    await expect(listed(page).first()).toContainText('Sở Nội vụ');
    await key('ArrowUp');
    await expect(listed(page).last()).toHaveAttribute('aria-selected', 'true');
    await key('ArrowDown');
    await expect(listed(page).first()).toHaveAttribute('aria-selected', 'true');
    await expect(add).toHaveAttribute('aria-activedescendant', await listed(page).first().getAttribute('id'));
    await axe(page);
    await shot(page, 'picker', false);
    await key('Enter');
    await expect(chip(t('composer_sends_delegate', { agency: 'Sở Nội vụ' }))).toBeVisible();
  });

  await test.step('the work goes on in the same, emptied field', async () => {
    await expect(add).toBeFocused();
    await expect(add).toHaveValue('');
    await page.keyboard.type('pho giam doc so noi vu');
    await expect(listed(page)).toHaveText([/Phó Giám đốc Sở Nội vụ/]);
    await key('ArrowDown');
    await key('Enter');
    await expect(chip('Phó Giám đốc Sở Nội vụ')).toBeVisible();
  });

  await test.step('Escape takes nobody, a press takes whom it meets', async () => {
    await type(page, chair, 'chu tich ubnd tinh');
    await key('Escape');
    await expect(listed(page)).toHaveCount(0);
    await expect(page.locator('input[name="chair"]')).toHaveValue('');
    await type(page, chair, 'pho chu tich ubnd tinh phu trach kinh te');
    await listed(page).filter({ hasText: 'phụ trách kinh tế' }).click();
    await expect(page.locator('input[name="chair"]')).not.toHaveValue('');
    await expect(chip('Phó Chủ tịch UBND tỉnh phụ trách kinh tế')).toBeVisible();
  });

  await test.step('keys pressed before the list has followed the text count for the list that comes', async () => {
    await type(page, add, 'giam doc');
    await expect(listed(page).nth(1)).toBeVisible();
    const { release } = await hold(page, FIND);
    await page.keyboard.type(' so noi vu');
    await key('ArrowDown');
    await key('Enter');
    await expect(listed(page).first()).toBeVisible();
    await expect(add).not.toHaveAttribute('aria-activedescendant');
    release();
    const drop = t('composer_drop', { name: 'Giám đốc Sở Nội vụ' });
    await expect(page.getByRole('button', { name: drop, exact: true })).toBeVisible();
    await expect(add).toHaveValue('');
    await expect(listed(page)).toHaveCount(0);
  });

  await test.step('what could not be asked is asked again, and nobody is said to be missing', async () => {
    faults.expect(/status of 503/);
    let asked = 0;
    await page.route(FIND, (route) => {
      asked += 1;
      return asked > 1 ? route.continue() : route.fulfill({ status: 503, json: 'unavailable' });
    });
    await add.fill('giam doc so noi vu');
    await expect(page.getByRole('status').filter({ hasText: t('combo_failed') })).toBeVisible();
    await shot(page, 'picker-failed', false);
    await expect(listed(page).first()).toBeVisible();
    await page.unrouteAll({ behavior: 'wait' });
    await add.fill('');
  });

  await test.step('of what is typed while an answer is on its way only the last is asked', async () => {
    const texts = [];
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route(FIND, async (route) => {
      texts.push(route.request().postData());
      await held;
      await route.continue();
    });
    await add.pressSequentially('giam doc');
    await expect.poll(() => texts.length).toBe(1);
    release();
    await expect(listed(page).first()).toBeVisible();
    await expect.poll(() => texts.length).toBe(2);
    expect(texts[1]).toMatch(/giam(\+|%20)doc/);
    await page.unrouteAll({ behavior: 'wait' });
    await add.fill('');
  });

  await test.step('an answer that comes after Escape lists nothing', async () => {
    const { asked, release } = await hold(page, FIND);
    const answered = page.waitForResponse(FIND);
    await add.fill('giam doc');
    await asked;
    await key('Escape');
    release();
    await (await answered).finished();
    // The page has its turn after the answer: what it would have listed is listed by then.
    await page.evaluate(() => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve), 0)));
    await expect(add).toHaveAttribute('aria-expanded', 'false');
    await expect(listed(page)).toHaveCount(0);
    await add.fill('');
  });

  await test.step('where the arrows stand is always in sight', async () => {
    await type(page, add, 'giam doc');
    const count = await listed(page).count();
    expect(count).toBeGreaterThan(6);
    const at = listed(page).and(page.locator('[aria-selected="true"]'));
    for (let pressed = 1; pressed <= count; pressed += 1) {
      await key('ArrowDown');
      await expect(at).toHaveAttribute('id', `add-${pressed - 1}`);
      await expect(at).toBeInViewport({ ratio: 0.9 });
    }
    await key('ArrowDown');
    await expect(at).toBeInViewport({ ratio: 0.9 });
    await key('Escape');
    await add.fill('');
  });

  await test.step('what fits nobody is said', async () => {
    await type(page, add, 'khong co ai ten nhu the');
    await expect(page.getByRole('status').filter({ hasText: t('composer_nobody_found') })).toBeVisible();
    await add.fill('');
  });

  await test.step('somebody is dropped by the keyboard', async () => {
    await page.getByRole('button', { name: t('composer_drop', { name: 'Phó Giám đốc Sở Nội vụ' }) }).focus();
    await key('Enter');
    await expect(chip('Phó Giám đốc Sở Nội vụ')).toHaveCount(0);
    await expect(add).toBeFocused();
  });

  await test.step('a room is chosen by the arrows', async () => {
    const room = page.locator('#room-0');
    await room.focus();
    await key('ArrowDown');
    await expect(room).not.toHaveValue('');
  });
});

test('an administrator finds an agency by words without marks, by code and by a former name', async ({ person }) => {
  const page = await person(demo('quantri'), {}, 'vi', '/admin/rooms');
  const field = page.getByRole('combobox', { name: t('room_agency') });
  const chosen = page.locator('input[name="agency"]');
  await page.locator('summary').filter({ hasText: t('rooms_add') }).click();
  await type(page, field, 'so noi vu');
  await page.keyboard.press('ArrowDown');
  await expect(listed(page).first()).toHaveAttribute('aria-selected', 'true');
  await axe(page);
  await page.keyboard.press('Enter');
  await expect(field).toHaveValue('Sở Nội vụ');
  await expect(chosen).toHaveValue('SNV');
  await type(page, field, 'nghe thuat');
  await expect(page.getByRole('status').filter({ hasText: t('agency_none_found') })).toBeVisible();
  await expect(chosen, 'what is not an agency is not the one chosen before').toHaveValue('');
  await type(page, field, '0364');
  await listed(page).filter({ hasText: 'Phường Tô Hiệu' }).click();
  await expect(field).toHaveValue('Phường Tô Hiệu');
  await expect(chosen).toHaveValue('03646');
  await type(page, field, 'noi vu');
  await page.keyboard.press('Escape');
  await expect(listed(page)).toHaveCount(0);
});
