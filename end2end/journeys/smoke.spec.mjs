// The first minute: the program answers, in Vietnamese, with a page that is alive.

import { test, expect, axe, hydrated, shot } from '../fixtures.mjs';

test('a visitor is met by the sign-in page in Vietnamese', async ({ page }) => {
  const answer = await page.goto('/');
  expect(answer?.ok()).toBe(true);
  await expect(page.locator('html')).toHaveAttribute('lang', 'vi');
  await expect(page.locator('input[autocomplete="username"]')).toBeVisible();
  await expect(page.locator('input[autocomplete="current-password"]')).toBeVisible();
  await hydrated(page);
  await axe(page);
  await shot(page, 'sign-in');
});
