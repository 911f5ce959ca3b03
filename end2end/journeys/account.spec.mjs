// A person's own account and what the administrator does with it: a first password that is shown once and
// opens nothing but the page to change it, changing it, a new one when it is forgotten, and signing out
// everywhere.

import { test, expect, axe, like, open, shot, signIn, words } from '../fixtures.mjs';
import { TABLET, demo, phone } from '../steps.mjs';

const t = words('vi');
const FIRST = 'nui xanh dem ba con ca';
const SECOND = 'may trang om tam ngon doi';

test('a colleague gets an account, changes the password, forgets it, and signs out everywhere', async ({ person, browser, faults }) => {
  const name = `chuyenvien${Date.now() % 1_000_000}.snv`;
  const administrator = await person(demo('quantri.snv'), {}, 'vi', '/admin/people');
  const shown = administrator.getByRole('status').filter({ hasText: t('people_password', { user: name }) });
  const tablet = await stranger(browser, faults, TABLET);
  const desk = await stranger(browser, faults, {});
  let password;
  // A refused form is answered with its page, status 422.
  faults.expect(/status of 422/);

  await test.step('the first password is shown once', async () => {
    await administrator.locator('summary').filter({ hasText: t('people_add') }).click();
    await administrator.getByLabel(t('person_name'), { exact: true }).fill('Chuyên viên mới');
    await administrator.getByLabel(t('person_position'), { exact: true }).fill('Chuyên viên');
    await administrator.getByLabel(t('person_user_name'), { exact: true }).fill(name);
    await administrator.getByRole('checkbox', { name: t('role_delegate') }).check();
    await administrator.getByRole('button', { name: t('people_add') }).click();
    password = await shown.locator('code').textContent();
    await axe(administrator);
    await administrator.reload();
    await expect(administrator.getByRole('heading', { level: 1 })).toHaveText(t('people_title'));
    await expect(shown).toHaveCount(0);
  });

  await test.step('it opens nothing but the page to change it, and an easy one is refused with its reason', async () => {
    await begin(tablet, { name, password });
    await tablet.goto('/calendar');
    await expect(tablet.getByRole('heading', { level: 1 })).toHaveText(t('choose_password_title'));
    await axe(tablet);
    await clear(tablet);
    await expect(tablet.getByText(t('problem_weak_better'))).toBeVisible();
    await choose(tablet, password, '1234567890');
    await expect(tablet.getByText(t('problem_weak_common'))).toBeVisible();
    await expect(tablet.locator('#old')).toHaveValue(password);
    await shot(tablet, 'password-weak');
    await choose(tablet, password, FIRST);
    await expect(tablet).toHaveURL(/\/calendar/);
    password = FIRST;
  });

  await test.step('a new one needs the old one, and both times the same', async () => {
    await signIn(desk, { name, password });
    await open(tablet, '/account');
    await change(tablet, 'khong-phai-mat-khau', SECOND, SECOND);
    await expect(tablet.getByText(t('problem_wrong_password'))).toBeVisible();
    await expect(tablet.locator('#old')).toBeFocused();
    await expect(tablet.locator('#new')).toHaveValue(SECOND);
    await change(tablet, password, SECOND, FIRST);
    await expect(tablet.getByText(t('problem_different'))).toBeVisible();
    for (const [field, value] of Object.entries({ old: password, new: SECOND, again: FIRST })) {
      await expect(tablet.locator(`#${field}`)).toHaveValue(value);
    }
    await axe(tablet);
    await shot(tablet, 'password-refused');
    await change(tablet, password, SECOND, SECOND);
    await expect(tablet.getByText(t('account_password_changed'))).toBeVisible();
  });

  await test.step('the other browser is signed out, and only the new password opens', async () => {
    await desk.goto('/account');
    await expect(desk).toHaveURL(/\/sign-in/);
    await refused(desk, { name, password });
    // Whoever was wrong waits a second, which a quick program lets them see.
    await expect(() => signIn(desk, { name, password: SECOND })).toPass();
  });

  await test.step('the administrator gives another to who has forgotten it: every browser is signed out', async () => {
    await administrator.getByRole('searchbox', { name: t('people_find') }).fill('chuyen vien moi');
    await administrator.getByRole('button', { name: t('search_submit') }).click();
    const row = administrator.getByRole('row').filter({ hasText: name });
    await row.locator('summary').first().click();
    await row.locator('summary').filter({ hasText: t('person_reset') }).click();
    await row.getByRole('button', { name: t('person_reset') }).click();
    await expect(shown.locator('code')).not.toHaveText(password);
    password = await shown.locator('code').textContent();
    await expect(shown).toContainText(t('people_password_hint'));
    await shot(administrator, 'password-once', false);
    for (const page of [tablet, desk]) {
      await page.goto('/account');
      await expect(page).toHaveURL(/\/sign-in/);
    }
    await refused(tablet, { name, password: SECOND });
  });

  await test.step('a code on the phone is turned on, and asked for after the password', async () => {
    // Refused a moment ago: as above.
    await expect(() => begin(tablet, { name, password })).toPass();
    await expect(tablet.getByRole('listitem').filter({ hasText: like(t('event_password_reset')) })).toBeVisible();
    await choose(tablet, password, FIRST);
    await expect(tablet.getByRole('heading', { name: t('notices_account') })).toBeVisible();
    await axe(tablet);
    await open(tablet, '/account');
    await tablet.getByRole('link', { name: t('second_factor_turn_on') }).click();
    await tablet.locator('input[name="second_password"]').fill(FIRST);
    await tablet.getByRole('button', { name: t('second_factor_begin') }).click();
    const secret = await tablet.locator('.si__secret').textContent();
    await axe(tablet);
    await clear(tablet);
    const app = tablet.getByRole('link', { name: t('second_factor_open') });
    await expect(app).toHaveAttribute('href', new RegExp(`^otpauth://totp/.*${secret.replace(/\s/g, '')}`));
    await copied(tablet, t('second_factor_copy'), secret.replace(/\s/g, ''));
    await shot(tablet, 'second-factor');
    await tablet.getByLabel(t('code_label'), { exact: true }).fill(phone(secret));
    await tablet.getByRole('button', { name: t('second_factor_confirm') }).click();
    const codes = tablet.locator('.si__codes li');
    await expect(codes).toHaveCount(10);
    await axe(tablet);
    await copied(tablet, t('second_factor_codes_copy'), (await codes.allTextContents()).join('\n'));
    await tablet.reload();
    await expect(codes).toHaveCount(0);
    await open(tablet, '/account');
    await tablet.getByRole('link', { name: t('second_factor_renew') }).click();
    await tablet.locator('input[name="second_password"]').fill(FIRST);
    // The code that turned it on is used up; the phone already accepts the next one.
    await tablet.getByLabel(t('code_label'), { exact: true }).fill(phone(secret, 1));
    await axe(tablet);
    await tablet.getByRole('button', { name: t('second_factor_renew') }).click();
    await expect(codes).toHaveCount(10);
    await shot(tablet, 'recovery-codes');
    const recovery = await codes.first().textContent();
    await signIn(desk, { name, password: FIRST });
    await expect(desk.getByRole('heading', { level: 1 })).toHaveText(t('code_title'));
    await axe(desk);
    await clear(desk);
    await shot(desk, 'second-factor-code');
    await desk.getByLabel(t('code_label'), { exact: true }).fill(recovery);
    await desk.getByRole('button', { name: t('code_submit') }).click();
    await expect(desk.getByRole('heading', { level: 1 })).toHaveText(t('nav_home'));
  });

  await test.step('signing out everywhere ends the other browser’s session too', async () => {
    await open(tablet, '/account');
    await tablet.getByRole('button', { name: t('account_sign_out_everywhere') }).tap();
    await expect(tablet).toHaveURL(/\/sign-in/);
    faults.expect(/status of 401/);
    await desk.getByRole('link', { name: t('nav_meetings'), exact: true }).first().click();
    await expect(desk.getByText(t('failure_signed_out'))).toBeVisible();
    await desk.goto('/meetings');
    await expect(desk).toHaveURL(/\/sign-in/);
  });

  await Promise.all([tablet, desk].map((page) => page.context().close()));
});

/** A browser in which nobody is signed in. */
async function stranger(browser, faults, options) {
  const context = await browser.newContext(options);
  faults.watch(context);
  return context.newPage();
}

/** Signs in with a password that another person set, which leads to the page to change it. */
async function begin(page, user) {
  await page.goto('/sign-in');
  await page.getByLabel(t('account_user_name')).fill(user.name);
  await page.getByLabel(t('account_password'), { exact: true }).fill(user.password);
  await page.getByRole('main').getByRole('button', { name: t('sign_in'), exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(t('choose_password_title'));
}

/** Fills in and sends the form of that page. */
async function choose(page, old, fresh) {
  const values = { choose_password_old: old, account_password_new: fresh, account_password_again: fresh };
  for (const [key, value] of Object.entries(values)) await page.getByLabel(t(key), { exact: true }).fill(value);
  await page.getByRole('button', { name: t('account_password_change') }).click();
}

/** Fills and sends the form that changes one's own password. */
async function change(page, old, fresh, again) {
  const values = { account_password_old: old, account_password_new: fresh, account_password_again: again };
  for (const [key, value] of Object.entries(values)) await page.getByLabel(t(key), { exact: true }).fill(value);
  await page.getByRole('button', { name: t('account_password_change') }).click();
}

/** On a phone the switch of the language covers no heading, and nothing is wider than the screen. */
async function clear(page) {
  const before = page.viewportSize();
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    const [title, lang] = await Promise.all(['h1', '.lang button'].map((part) => page.locator(part).boundingBox()));
    expect(title.y, `heading below the switch at ${width}`).toBeGreaterThanOrEqual(lang.y + lang.height);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  await page.setViewportSize(before);
}

/** A press on the button copies the text. */
async function copied(page, name, text) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const button = page.getByRole('button', { name });
  await button.click();
  await expect(button).toContainText(t('copied'));
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
}

/** Somebody does not get in. */
async function refused(page, user) {
  await page.getByLabel(t('account_user_name')).fill(user.name);
  await page.getByLabel(t('account_password'), { exact: true }).fill(user.password);
  await page.getByRole('main').getByRole('button', { name: t('sign_in'), exact: true }).click();
  await expect(page.getByText(t('refused_wrong_credentials'))).toBeVisible();
}
