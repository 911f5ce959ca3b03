// One's own account and the administrator's part in it: a first password that is shown once, changing it, a new one when
// it is forgotten, and signing out everywhere.

import { test, expect, axe, open, shot, signIn, words } from '../fixtures.mjs';
import { TABLET, demo } from '../steps.mjs';

const t = words('vi');

test('a colleague gets an account, changes the password, forgets it, and signs out everywhere', async ({ person, browser, faults }) => {
  const name = `chuyenvien${Date.now() % 1_000_000}.snv`;
  const administrator = await person(demo('quantri.snv'), {}, 'vi', '/admin/people');
  const shown = administrator.getByRole('status').filter({ hasText: t('people_password', { user: name }) });
  const tablet = await stranger(browser, faults, TABLET);
  const desk = await stranger(browser, faults, {});
  let password;
  // A form that is refused is answered with its page, as 422.
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

  await test.step('a new one needs the old one, and both times the same', async () => {
    await signIn(tablet, { name, password });
    await signIn(desk, { name, password });
    await open(tablet, '/account');
    await change(tablet, 'khong-phai-mat-khau', 'hop-giay-khong-1', 'hop-giay-khong-1');
    await expect(tablet.getByText(t('refused_wrong_credentials'))).toBeVisible();
    await change(tablet, password, 'hop-giay-khong-1', 'hop-giay-khong-2');
    await expect(tablet.getByText(t('problem_different'))).toBeVisible();
    await shot(tablet, 'password-refused');
    await change(tablet, password, 'hop-giay-khong-1', 'hop-giay-khong-1');
    await expect(tablet.getByText(t('account_password_changed'))).toBeVisible();
  });

  await test.step('the other browser is signed out, and only the new password opens', async () => {
    await desk.goto('/account');
    await expect(desk).toHaveURL(/\/sign-in/);
    await refused(desk, { name, password });
    // Whoever was wrong waits a second, which a quick program lets them see.
    await expect(() => signIn(desk, { name, password: 'hop-giay-khong-1' })).toPass();
  });

  await test.step('the administrator gives another to who has forgotten it: every browser is signed out', async () => {
    await administrator.getByRole('searchbox', { name: t('people_find') }).fill('chuyen vien moi');
    await administrator.getByRole('button', { name: t('search_submit') }).click();
    const row = administrator.getByRole('row').filter({ hasText: name });
    await row.locator('summary').click();
    await row.getByRole('button', { name: t('person_reset') }).click();
    await expect(shown.locator('code')).not.toHaveText(password);
    password = await shown.locator('code').textContent();
    await expect(shown).toContainText(t('people_password_hint'));
    await shot(administrator, 'password-once', false);
    for (const page of [tablet, desk]) {
      await page.goto('/account');
      await expect(page).toHaveURL(/\/sign-in/);
    }
    await refused(tablet, { name, password: 'hop-giay-khong-1' });
  });

  await test.step('signing out everywhere ends the other browser’s session too', async () => {
    // Refused a moment ago: as above.
    await expect(() => signIn(tablet, { name, password })).toPass();
    await signIn(desk, { name, password });
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

/** Fills and sends the form that changes one's own password. */
async function change(page, old, fresh, again) {
  const values = { account_password_old: old, account_password_new: fresh, account_password_again: again };
  for (const [key, value] of Object.entries(values)) await page.getByLabel(t(key), { exact: true }).fill(value);
  await page.getByRole('button', { name: t('account_password_change') }).click();
}

/** Somebody does not get in. */
async function refused(page, user) {
  await page.getByLabel(t('account_user_name')).fill(user.name);
  await page.getByLabel(t('account_password'), { exact: true }).fill(user.password);
  await page.getByRole('main').getByRole('button', { name: t('sign_in'), exact: true }).click();
  await expect(page.getByText(t('refused_wrong_credentials'))).toBeVisible();
}
