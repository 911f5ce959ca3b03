// A conference is composed under the law: too long is told before the press, published, and known to the next booking.

import { test, expect, hydrated, open, shot, words } from '../fixtures.mjs';
import { compose, demo, freeTuesday, pick, sendLooked } from '../steps.mjs';

const t = words('vi');

test('a conference is kept within its limit, published, and in the way of a second one', async ({ person }, info) => {
  test.setTimeout(300_000);
  const size = info.project.name;
  const date = freeTuesday(1);
  const title = `Hội nghị triển khai quy chế họp không giấy ${size} ${Date.now() % 100_000}`;
  const room = /Phòng họp số 1/;
  const over = /Quá 1 buổi/;
  const secretary = await person(demo('thuky1.vpub'), info.project.use);

  await test.step('an over-long conference is told before the press, and one press mends it', async () => {
    await compose(secretary, { title, kind: 'dissemination', form: 'in_person', date, from: '07:30', to: '16:30', room });
    await expect(secretary.locator('.dmeter')).toContainText(over);
    await expect(secretary.locator('.check.is-missed').first()).toBeVisible();
    await shot(secretary, `composer-too-long`);
    await secretary.locator('.check.is-missed .slot').filter({ hasText: /07:30/ }).first().click();
    await expect(secretary.locator('[id="sittings[0][to]"]')).toHaveValue('11:30');
    await expect(secretary.locator('.dmeter')).not.toContainText(over);
  });

  await test.step('it is published with a chair, delegates and an agenda', async () => {
    await pick(secretary, '#add_chair', 'pho chu tich', /Phó Chủ tịch/);
    await pick(secretary, '#add', 'giam doc so noi vu', /Giám đốc Sở Nội vụ/);
    await secretary.locator('[id="agenda[0][title]"]').fill('Dự thảo quy chế');
    await secretary.locator('[id="agenda[0][minutes]"]').fill('45');
    await secretary.locator('button[name="then"][value="publish"]').last().click();
    await sendLooked(secretary, async (look) => {
      for (const words of [title, '07:30–11:30', 'Phó Chủ tịch', 'Giám đốc Sở Nội vụ', 'Dự thảo quy chế', t('agenda_minutes', { n: 45 })]) {
        await expect(look).toContainText(words);
      }
      await shot(secretary, 'composer-preview');
    });
    await secretary.waitForURL(/\/meetings\/[0-9a-f-]{36}$/);
    await expect(secretary.getByRole('heading', { level: 1 })).toContainText(title);
  });

  await test.step('a second meeting in the same room is told of the first by name', async () => {
    await compose(secretary, { title: `${title} bis`, kind: 'working', form: 'in_person', date, from: '08:00', to: '10:00', room });
    const clash = secretary.locator('.check.is-missed').filter({ hasText: title });
    await expect(clash).toBeVisible();
    await expect(clash.locator('.slot').first()).toBeVisible();
    await shot(secretary, `composer-clash`);
  });
});

test('a title that is too long says by how much, and a word without an end widens no phone', async ({ person }) => {
  const secretary = await person(demo('thuky1.vpub'), { viewport: { width: 390, height: 844 } });
  const title = `Sơ kết ${'không'.repeat(12)} ${Date.now() % 100_000}`;
  const fits = async () =>
    expect(await secretary.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);

  await open(secretary, '/meetings/new');
  await secretary.locator('#title').fill('ệ'.normalize('NFD').repeat(307));
  await expect(secretary.locator('#title-error')).toHaveText(t('problem_too_many_letters', { over: 7, n: 300 }));
  await secretary.locator('#title').fill(title.normalize('NFD'));
  await expect(secretary.locator('#title-error')).toBeHidden();
  await secretary.waitForURL(/draft=/);
  const search = `/meetings?text=${encodeURIComponent(title)}`;
  await expect(async () => {
    await open(secretary, search);
    await expect(secretary.getByRole('link', { name: title, exact: true })).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await fits();
  await secretary.getByRole('link', { name: title, exact: true }).click();
  await secretary.waitForURL(/\/meetings\/[0-9a-f-]{36}/);
  await hydrated(secretary);
  await fits();
});
