// A page whose data did not come for want of a connection: it can be asked for again, and asks by itself.

import { test, expect, axe, open, shot, words } from '../fixtures.mjs';
import { demo } from '../steps.mjs';

const t = words('vi');

test('a meeting and a paper that could not be reached are shown once the network is back', async ({ person, faults }) => {
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings?stage=scheduled');
  const heading = page.getByRole('heading', { level: 1 });
  const card = page.getByRole('status').filter({ hasText: t('failure_unavailable') });
  const again = card.getByRole('link', { name: t('failure_try_again') });
  const title = async () => (await heading.textContent()).trim();
  faults.expect(/net::ERR_(FAILED|INTERNET_DISCONNECTED)/);

  await test.step('a press asks again', async () => {
    await page.route('**/api/meetings/get', (route) => route.abort());
    await page.locator('main a[href^="/meetings/0"]:not([href$="/edit"])').first().click();
    await expect(again).toBeVisible();
    await expect(card).not.toContainText('đã nhập');
    await axe(page);
    await shot(page, 'unreached', false);
    await again.click();
    await expect(again).toBeVisible();
    await page.unroute('**/api/meetings/get');
    await again.click();
    await expect(card).toHaveCount(0);
    expect(await title()).not.toBe(t('meetings_column_title'));
  });

  await test.step('a browser that is online again asks by itself', async () => {
    await open(page, '/papers');
    // The reader's bundle is here already; only its data is not.
    await page.context().setOffline(true);
    await page.locator('main a[href^="/papers/"]').first().click();
    await expect(again).toBeVisible();
    await page.context().setOffline(false);
    await expect(card).toHaveCount(0);
    expect(await title()).not.toBe(t('nav_papers'));
  });
});
