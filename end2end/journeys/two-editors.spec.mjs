// Two secretaries have one meeting open: who is second is told so, keeps what was typed, and may keep it as a draft.

import { test, expect, axe, like, open, shot, words } from '../fixtures.mjs';
import { BRIEF, arrange, demo, freeTuesday, titled } from '../steps.mjs';

const t = words('vi');

test('the second of two editors is told, and loses nothing of what was typed', async ({ person, faults }) => {
  faults.expect(/status of 409/);
  const title = titled('Họp chuẩn bị đối thoại');
  const [ofTheFirst, ofTheSecond] = [`${title} lần một`, `${title} lần hai`];
  const item = (page) => page.locator('[id="agenda[0][title]"]');
  const state = (page, key) => page.getByRole('status').filter({ hasText: key });
  const secretary = await person(demo('thuky1.vpub'), {}, 'vi', null);
  const address = await arrange(secretary, {
    ...BRIEF,
    title,
    date: freeTuesday(6),
    chair: 'pho chanh van phong',
    delegates: ['ky thuat vien 1'],
    then: 'keep',
  });
  await open(secretary, `${address}/edit`);
  const colleague = await person(demo('thuky2.vpub'), {}, 'vi', `${address}/edit`);

  await test.step('the first is kept', async () => {
    await secretary.locator('#title').fill(ofTheFirst);
    await expect(state(secretary, like(t('composer_kept')))).toBeVisible();
  });

  await test.step('the second is told, with everything still in the fields', async () => {
    await colleague.locator('#title').fill(ofTheSecond);
    await item(colleague).focus();
    await colleague.keyboard.press('End');
    await colleague.keyboard.type(' và phân công');
    const told = colleague.locator('#refused');
    await expect(told).toContainText(t('failure_stale'));
    await expect(told).toContainText(t('composer_stale'));
    await expect(told).toContainText(like(t('composer_stale_by', { who: 'Thư ký 1' })));
    await expect(state(colleague, t('composer_not_kept'))).toBeVisible();
    await expect(colleague.locator('#title')).toHaveValue(ofTheSecond);
    await expect(item(colleague)).toHaveValue('Kế hoạch tuần và phân công');
    await axe(colleague);
    await shot(colleague, 'two-editors');
  });

  await test.step('one press keeps it as a draft of its own', async () => {
    await colleague.getByRole('button', { name: t('composer_stale_copy') }).click();
    await expect(colleague).not.toHaveURL(`${address}/edit`);
    await expect(state(colleague, like(t('composer_kept')))).toBeVisible();
    await expect(colleague.locator('#refused')).toHaveCount(0);
    await open(colleague, colleague.url());
    await expect(colleague.locator('#title')).toHaveValue(ofTheSecond);
    await expect(item(colleague)).toHaveValue('Kế hoạch tuần và phân công');
    await expect(colleague.locator('.chip').filter({ hasText: 'Kỹ thuật viên 1' })).toBeVisible();
  });

  await test.step('what the first kept is as it was', async () => {
    await open(secretary, `${address}/edit`);
    await expect(secretary.locator('#title')).toHaveValue(ofTheFirst);
    await expect(item(secretary)).toHaveValue('Kế hoạch tuần');
  });

  await test.step('whoever means it replaces the other version with one press', async () => {
    await open(colleague, `${address}/edit`);
    const newest = `${title} lần ba`;
    await secretary.locator('#title').fill(`${title} lần hai rưỡi`);
    await expect(state(secretary, like(t('composer_kept')))).toBeVisible();
    await colleague.locator('#title').fill(newest);
    await colleague.getByRole('button', { name: t('composer_stale_over') }).click();
    await expect(state(colleague, like(t('composer_kept')))).toBeVisible();
    await expect(colleague.locator('#refused')).toHaveCount(0);
    await open(secretary, `${address}/edit`);
    await expect(secretary.locator('#title')).toHaveValue(newest);
  });
});
