// With scripts switched off, what an office cannot do without still works: signing in, the lists, a meeting, composing and
// publishing one as a plain form, and the roll by hand.

import { test, expect, shot, words } from '../fixtures.mjs';
import { demo, freeTuesday, sit, soon } from '../steps.mjs';

const t = words('vi');

test.use({ javaScriptEnabled: false });

async function signInPlainly(page, name) {
  const { password } = demo(name);
  await page.goto('/');
  await page.getByLabel(t('account_user_name')).fill(name);
  await page.getByLabel(t('account_password'), { exact: true }).fill(password);
  await page.getByRole('main').getByRole('button', { name: t('sign_in'), exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(t('nav_home'));
}

/** Opens what is folded, as a press would. */
async function unfold(page, word) {
  await page.locator('summary').filter({ hasText: word }).first().click();
}

test('a refused password is told in words', async ({ page, faults }) => {
  faults.expect(/status of 422/);
  // A name that nobody has: a refusal delays the next sign-in with that name, and other journeys sign in
  // meanwhile.
  await page.goto('/');
  await page.getByLabel(t('account_user_name')).fill('nguoi.la');
  await page.getByLabel(t('account_password'), { exact: true }).fill('sai-mat-khau');
  await page.getByRole('main').getByRole('button', { name: t('sign_in'), exact: true }).click();
  await expect(page.getByText(t('refused_wrong_credentials'))).toBeVisible();
  await expect(page.getByLabel(t('account_user_name'))).toHaveValue('nguoi.la');
  // The address holds nothing that was typed, and the form's address leads to the form.
  expect(new URL(page.url()).search).toBe('');
  await page.goto(page.url());
  await expect(page.getByLabel(t('account_user_name'))).toHaveValue('');
});

test('a delegate finds the meeting and its paper', async ({ page }) => {
  await signInPlainly(page, 'giamdoc.snv');
  await page.getByRole('link', { name: t('home_read') }).first().click();
  await expect(page.getByRole('link', { name: /PDF/ })).toHaveAttribute('href', /^\/papers\/.+\/file$/);
  await page.goto('/');
  await page.getByRole('link', { name: t('home_agenda') }).click();
  await expect(page.locator('.agenda li').first()).toBeVisible();
  for (const [path, heading] of [['/meetings', 'nav_meetings'], ['/papers', 'nav_papers'], ['/calendar', 'nav_calendar']]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(t(heading));
    await expect(page.locator('main a[href^="/meetings/"]').first()).toBeVisible();
  }
});

test('a meeting is composed, published, opened, called and closed by plain forms', async ({ page, faults }) => {
  faults.expect(/status of 422/);
  const title = `Họp bàn kế hoạch số hóa hồ sơ ${Date.now() % 1_000_000}`;
  // A button that is marked as held back still answers.
  const step = (name) => page.locator(`button[name="then"][value="${name}"]`).first().click({ force: true });
  await signInPlainly(page, 'thuky1.vpub');

  await test.step('what is missing is told, and what was typed stays', async () => {
    await page.goto('/meetings/new');
    await page.locator('#title').fill(title);
    await page.locator('#kind').selectOption('dissemination');
    await page.locator('input[name="form"][value="in_person"]').check();
    await page.locator('[id="sittings[0][date]"]').fill(freeTuesday(4));
    await page.locator('[id="sittings[0][from]"]').fill('07:30');
    await page.locator('[id="sittings[0][to]"]').fill('16:30');
    await page.locator('[name="place"]').fill('Nhà văn hóa trung tâm');
    await page.locator('#add_chair').fill('pho giam doc so tu phap');
    await step('publish');
    // Whom a text fits is offered, also when it is one alone; nobody is taken by sending.
    const offers = page.locator('#add_chair-offers');
    await expect(offers.locator('button').first()).toContainText('Phó Giám đốc Sở Tư pháp');
    await offers.locator('button').first().click();
    await expect(page.locator('input[name="chair"]')).not.toHaveValue('');
    await page.locator('#add').fill('giam doc so noi vu');
    await step('add_delegate');
    await expect(page.locator('#title')).toHaveValue(title);
    await expect(page.locator('.chip').filter({ hasText: 'Giám đốc Sở Nội vụ' })).toBeVisible();
    await page.locator('[id="agenda[0][title]"]').fill('Kế hoạch số hóa');
    await step('publish');
    await expect(page.locator('.check.is-missed .slot').first()).toBeVisible();
    await shot(page, 'without-script-refused');
  });

  await test.step('one press on what would fit mends it', async () => {
    await page.locator('.check.is-missed .slot').filter({ hasText: '07:30' }).first().click();
    await expect(page.locator('[id="sittings[0][to]"]')).toHaveValue('11:30');
    await step('publish');
    await expect(page).toHaveURL(/\/meetings\/[0-9a-f-]{36}$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
    await expect(page.locator('.mh__b')).toContainText(t('stage_scheduled'));
  });

  await test.step('it is brought forward to today', async () => {
    const address = page.url();
    await page.goto(`${address}/edit`);
    await sit(page, soon());
    await step('publish');
    await expect(page).toHaveURL(address);
  });

  await test.step('it is opened and its roll is called', async () => {
    await page.getByRole('button', { name: t('state_open'), exact: true }).click();
    await expect(page.locator('.mh__b')).toContainText(t('stage_under_way'));
    await page.locator('.tabs a').nth(1).click();
    const delegate = page.locator('.rc').filter({ hasText: 'Giám đốc Sở Nội vụ' });
    await delegate.getByText(t('roll_absent'), { exact: true }).click();
    await delegate.getByRole('textbox').fill('Đi công tác');
    await delegate.getByRole('button', { name: t('roll_write') }).click();
    await expect(delegate.getByRole('textbox')).toHaveValue('Đi công tác');
    await page.getByText(t('roll_mark_rest', { n: 2 })).click();
    await page.getByRole('button', { name: t('roll_mark_rest_do', { n: 2 }) }).click();
    await expect(page.locator('.rollsum').getByRole('img')).toHaveAccessibleName(
      t('roll_sentence', { a: 2, b: 0, c: 1, d: 0 }),
    );
    await shot(page, 'without-script-roll');
  });

  await test.step('it is closed', async () => {
    await unfold(page, t('state_close'));
    await page.getByRole('button', { name: t('state_close_now') }).click();
    // It lasted seconds of its half hour, so the form comes back and asks.
    await page.getByRole('button', { name: t('state_close_anyway') }).click();
    await expect(page.locator('.mh__b')).toContainText(t('stage_held'));
  });
});
