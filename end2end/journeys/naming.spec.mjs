// An agency that is invited names who comes for it: its people are found without marks and ticked, and those who are named
// find the meeting on their home page.

import { test, expect, axe, hydrated, shot, words } from '../fixtures.mjs';
import { BRIEF, TABLET, arrange, demo, freeTuesday, titled } from '../steps.mjs';

const t = words('vi');

test('an invited agency names its delegates, and they find the meeting at home', async ({ person, faults }) => {
  const title = titled('Họp bàn cơ sở dữ liệu dùng chung');
  const secretary = await person(demo('thuky1.syt'), {}, 'vi', null);
  const address = await arrange(secretary, {
    ...BRIEF,
    title,
    date: freeTuesday(5),
    chair: 'giam doc so y te',
    delegates: ['so tu phap'],
  });

  const head = await person(demo('giamdoc.stp'), TABLET);
  const choice = (name) => head.locator('.choice').filter({ hasText: name });
  const chosen = (name) => choice(name).getByRole('checkbox');

  await test.step('what waits at home leads to the naming', async () => {
    await head.getByRole('link', { name: t('home_name_delegates', { title }) }).tap();
    await expect(head).toHaveURL(new RegExp(`${address}/delegates\\?agency=`));
    await expect(head.getByRole('heading', { level: 1 })).toContainText(title);
    await expect(choice('Phó Giám đốc Sở Tư pháp')).toBeVisible();
    await axe(head);
  });

  await test.step('sending with nobody ticked is told beside the list', async () => {
    faults.expect(/status of 422/);
    await head.getByRole('button', { name: t('naming_submit') }).tap();
    await expect(head.locator('#people-error')).toHaveText(t('problem_missing'));
    await hydrated(head);
    await expect(head).toHaveURL(new RegExp(`${address}/delegates\\?agency=`));
  });

  await test.step('whoever is ticked stays while others are looked for, without marks', async () => {
    const search = head.getByRole('searchbox', { name: t('naming_find') });
    await search.fill('pho giam doc');
    await expect(choice('Chuyên viên 1')).toHaveCount(0);
    await choice('Phó Giám đốc Sở Tư pháp').tap();
    await search.fill('chuyen vien 1');
    await choice('Chuyên viên 1').tap();
    await expect(chosen('Phó Giám đốc Sở Tư pháp')).toBeChecked();
    await expect(chosen('Chuyên viên 1')).toBeChecked();
    await search.fill('khong co ai ten nhu the');
    await expect(head.getByText(t('naming_nobody'))).toBeVisible();
    await expect(chosen('Chuyên viên 1')).toBeChecked();
    await shot(head, 'naming');
  });

  await test.step('both are listed as delegates, and nothing waits for the agency any more', async () => {
    await head.getByRole('button', { name: t('naming_submit') }).tap();
    await expect(head).toHaveURL(`${address}?tab=delegates`);
    await expect(head.getByText('Phó Giám đốc Sở Tư pháp')).toBeVisible();
    await expect(head.getByText('Chuyên viên 1')).toBeVisible();
    await expect(head.getByText(t('naming_waits', { agency: 'Sở Tư pháp' }))).toHaveCount(0);
  });

  await test.step('a delegate who was named opens the meeting from home', async () => {
    const named = await person(demo('chuyenvien1.stp'), TABLET);
    const next = named.locator('.hero');
    await expect(next.getByRole('heading', { level: 2 })).toHaveText(title);
    await next.getByRole('link', { name: t('home_agenda') }).tap();
    await expect(named).toHaveURL(new RegExp(address));
    await expect(named.getByRole('heading', { level: 1 })).toHaveText(title);
    await expect(named.locator('.agenda li')).toHaveCount(1);
  });
});
