// Dates and times as people type them, the small calendar beside a date, and the days off that it marks.

import { axe, expect, open, shot, signIn, test, words } from '../fixtures.mjs';
import { demo } from '../steps.mjs';

const t = words('vi');

const DAY = 86_400_000;
/** The local day in so many days, as fields hold it. */
function inDays(days) {
  const local = new Date(Date.now() + 7 * 3_600_000 + days * DAY);
  return local.toISOString().slice(0, 10).split('-').reverse().join('/');
}

test('what is typed is put into one form with the day of the week beside it', async ({ page }) => {
  await signIn(page, demo('thuky1.vpub'));
  await open(page, '/meetings/new');
  const date = page.locator('[id="sittings[0][date]"]');
  const type = async (field, text) => {
    await field.fill(text);
    await field.press('Tab');
  };
  await type(date, 'ngày mai');
  await expect(date).toHaveValue(inDays(1));
  await expect(page.locator('.sit__say .hint').first()).toHaveText(new RegExp(`^(Thứ|Chủ).*${inDays(1).slice(6)}$`));
  await type(date, '31/11');
  await expect(date).toHaveValue('31/11');
  await expect(page.locator('.field__error').first()).toContainText('30/11');
  await type(date, '5.12');
  await expect(date).toHaveValue(/^05\/12\/\d{4}$/);
  const [from, to] = ['from', 'to'].map((name) => page.locator(`[id="sittings[0][${name}]"]`));
  await type(from, '730');
  await type(to, '24h');
  await expect(from).toHaveValue('07:30');
  await expect(to).toHaveValue('24:00');
  await type(to, '0h');
  await expect(page.locator('.sit__say').first()).toContainText('24:00');
});

test('a date is chosen on the calendar with the keyboard', async ({ page }) => {
  await signIn(page, demo('thuky1.vpub'));
  await open(page, '/meetings/new');
  await page.locator('[id="sittings[0][from]"]').fill('08:00');
  await page.locator('[id="sittings[0][to]"]').fill('10:00');
  const date = page.locator('[id="sittings[0][date]"]');
  await date.fill('01/09/2027');
  await date.press('Alt+ArrowDown');
  const calendar = page.getByRole('dialog', { name: t('dates_choose') });
  await expect(calendar.getByRole('heading')).toHaveText('Tháng 9/2027');
  const focused = page.locator('.datepick [data-date]:focus');
  await expect(focused).toHaveText('1');
  await expect(calendar.locator('[data-date="2027-09-02"]')).toHaveAccessibleName(/Ngày nghỉ: Quốc khánh/);
  await axe(page);
  await shot(page, 'date-calendar', false);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await expect(calendar).toHaveCount(0);
  await expect(date).toBeFocused();
  await expect(date).toHaveValue('01/09/2027');

  const button = page.getByRole('button', { name: new RegExp(`^${t('dates_choose')}`) }).first();
  await button.click();
  await page.keyboard.press('Shift+PageDown');
  await expect(calendar).toContainText(t('dates_not_entered', { year: 2028 }));
  await page.keyboard.press('PageDown');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(date).toHaveValue('25/09/2028');
  await expect(button).toBeFocused();
  // What the form keeps and checks is the day that was chosen.
  await expect(page.getByText(t('dates_not_entered', { year: 2028 }))).toBeVisible();
});

test('the list of meetings takes dates without their year and says what it does not understand', async ({ page }) => {
  await signIn(page, demo('thuky1.vpub'));
  await open(page, '/meetings?from=31/11&to=');
  await expect(page.locator('.datefield__wrong').first()).toContainText('30/11');
  await expect(page.locator('#from')).toHaveValue('31/11');
  await page.locator('#from').fill('hôm kia');
  await page.locator('#from').press('Tab');
  await expect(page.locator('#from')).toHaveValue(inDays(-2));
  await page.getByRole('button', { name: t('meetings_filter_apply') }).click();
  await expect(page).toHaveURL(new RegExp(`from=${encodeURIComponent(inDays(-2))}`));
});

test('a date without its year follows whether the meeting took place', async ({ page }) => {
  await signIn(page, demo('thuky1.vpub'));
  await open(page, '/meetings/new');
  const date = page.locator('[id="sittings[0][date]"]');
  const held = page.getByLabel(t('composer_held'));
  // Yesterday without its year is planned for next year.
  const [yesterday, year] = [inDays(-1).slice(0, 5), Number(inDays(-1).slice(6))];
  await date.fill(yesterday);
  await date.press('Tab');
  await expect(date).toHaveValue(`${yesterday}/${year + 1}`);
  await held.check();
  await expect(date).toHaveValue(`${yesterday}/${year}`);
  await held.uncheck();
  await expect(date).toHaveValue(`${yesterday}/${year + 1}`);
  await date.fill(`${yesterday}/${year + 2}`);
  await date.press('Tab');
  await held.check();
  await expect(date).toHaveValue(`${yesterday}/${year + 2}`);
});

test('days off are entered year by year', async ({ page }) => {
  await signIn(page, demo('quantri'));
  await open(page, '/admin/days-off?year=2028');
  await expect(page.getByText(t('dates_not_entered', { year: 2028 }))).toBeVisible();
  await page.locator('summary').filter({ hasText: t('work_days_set') }).click();
  await page.locator('#date').fill('26/1/2028');
  await page.locator('#name').fill('Tết Nguyên đán');
  await axe(page);
  await page.getByRole('button', { name: t('work_days_set') }).click();
  await expect(page.getByRole('row').filter({ hasText: '26/01/2028' })).toContainText('Tết Nguyên đán');
  await page.getByRole('button', { name: t('work_days_declare', { year: 2028 }) }).click();
  await expect(page.getByText(t('dates_not_entered', { year: 2028 }))).toHaveCount(0);
  await shot(page, 'days-off');
  await page.getByRole('button', { name: t('work_days_reopen', { year: 2028 }) }).click();
  await page.getByRole('button', { name: t('work_days_drop_of', { date: '26/01/2028' }) }).click();
  await expect(page.getByText(t('work_days_none'))).toBeVisible();
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('the server reads the same', async ({ page }) => {
    const { name, password } = demo('thuky1.vpub');
    await page.goto('/');
    await page.getByLabel(t('account_user_name')).fill(name);
    await page.getByLabel(t('account_password'), { exact: true }).fill(password);
    await page.getByRole('main').getByRole('button', { name: t('sign_in'), exact: true }).click();
    await page.goto('/meetings/new');
    const date = page.locator('[id="sittings[0][date]"]');
    await date.fill('mai');
    await page.locator('[id="sittings[0][from]"]').fill('8 giờ');
    await page.locator('[id="sittings[0][to]"]').fill('9h30');
    await page.locator('button[name="then"][value="add_sitting"]').click();
    await expect(date).toHaveValue(inDays(1));
    await expect(page.locator('[id="sittings[0][from]"]')).toHaveValue('08:00');
    await expect(page.locator('[id="sittings[1][to]"]')).toHaveValue('09:30');
    await expect(page.getByRole('button', { name: t('dates_choose') })).toHaveCount(0);
  });
});
