// A draft is reached by clicking: its papers before anybody is invited, and its end. What was called off reads as called off.

import { test, expect, like, open, shot, words } from '../fixtures.mjs';
import { BRIEF, arrange, demo, freeTuesday, paper, pdf, titled } from '../steps.mjs';

const t = words('vi');

test('a draft gets its papers before the invitations, and is dropped, all by clicking', async ({ person }) => {
  const page = await person(demo('thuky1.vpub'));
  const title = titled('Hội nghị còn soạn');
  const meeting = { ...BRIEF, title, date: freeTuesday(14), chair: 'pho chanh van phong', delegates: ['ky thuat vien 1'] };
  const address = await arrange(page, { ...meeting, then: 'add_agenda' });

  await test.step('from home to the draft, from an item to its papers', async () => {
    await open(page, '/');
    await page.getByRole('link', { name: new RegExp(title) }).click();
    await page.waitForURL(/\/edit$/);
    await page.getByRole('link', { name: new RegExp(t('composer_item_add_papers')) }).first().click();
    await expect(page).toHaveURL(new RegExp(`${address}#item-`));
    await page.getByText(t('agenda_add_papers')).first().click();
    await page.locator('.upload input[type="file"]').first().setInputFiles(paper('ke-hoach.pdf', pdf(['Ke hoach tuan'])));
    await expect(page.locator('.agenda .paper').first()).toContainText('ke-hoach');
    await shot(page, 'draft-page');
  });

  await test.step('an item that holds papers is not dropped, and stays where it is', async () => {
    await page.getByRole('link', { name: t('state_compose_on') }).click();
    await page.waitForURL(/\/edit$/);
    await expect(page.getByRole('link', { name: new RegExp(t('composer_item_papers', { n: 1 }).replace(/[()]/g, '\\$&')) })).toBeVisible();
    await page.locator('button[value="drop_agenda:0"]').click();
    await expect(page.getByText(t('refused_item_has_papers', { n: 1 }))).toBeVisible();
    await expect(page.locator('[id="agenda[0][title]"]')).toHaveValue('Kế hoạch tuần');
  });

  await test.step('the draft is dropped from its own page', async () => {
    await page.getByRole('link', { name: t('composer_draft_page') }).click();
    await expect(page).toHaveURL(address);
    await page.getByRole('button', { name: t('state_drop') }).click();
    await page.getByRole('dialog').getByRole('button', { name: t('state_drop') }).click();
    await expect(page).not.toHaveURL(address);
    await open(page, '/');
    await expect(page.getByRole('link', { name: new RegExp(title) })).toHaveCount(0);
  });
});

test('what was cancelled reads as cancelled, first, with the reason', async ({ person }) => {
  const page = await person(demo('thuky1.vpub'), {}, 'vi', null);
  const title = titled('Họp sẽ hủy');
  const meeting = { ...BRIEF, title, date: freeTuesday(15), chair: 'pho chanh van phong', delegates: ['giam doc so noi vu'] };
  const address = await arrange(page, meeting);
  await open(page, address);
  await page.locator('summary').filter({ hasText: t('state_more') }).click();
  await page.getByRole('button', { name: t('state_cancel'), exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Chủ trì đi công tác');
  await dialog.getByRole('button', { name: t('state_cancel'), exact: true }).click();
  await expect(page.locator('.mh__b')).toContainText(t('stage_cancelled'));

  const delegate = await person(demo('giamdoc.snv'));
  const told = delegate.locator('section', { has: delegate.locator('#waiting') }).getByRole('link').filter({ hasText: title });
  await expect(told).toContainText(t('home_cancelled', { title }));
  await expect(told).toContainText('Chủ trì đi công tác');
  await shot(delegate, 'home-cancelled');
  await told.click();
  await expect(delegate.locator('.mh__b')).toContainText(t('stage_cancelled'));
});

test('a site finds the meetings that it joins on its home page', async ({ person }) => {
  const page = await person(demo('thuky.03646'));
  const sites = page.locator('section', { has: page.locator('#sites') });
  await expect(sites.getByRole('listitem').first()).toContainText(t('home_site_of', { agency: '' }).trim());
  const join = sites.getByRole('link', { name: new RegExp(`^(${t('home_join')}|${t('live_rehearse')}): `) }).first();
  await shot(page, 'home-site');
  await join.click();
  await page.waitForURL(/\/meetings\/[^/]+\/(live|rehearsal)$/);

  // The page of a meeting that is still ahead offers the rehearsal as well.
  await open(page, '/');
  const ahead = sites.getByRole('listitem').filter({ has: page.getByRole('link', { name: like(t('live_rehearse')) }) });
  await ahead.first().locator('.item__title').click();
  await page.waitForURL(/\/meetings\/[0-9a-f-]{36}$/);
  await page.locator('.mh').getByRole('link', { name: t('live_rehearse'), exact: true }).click();
  await page.waitForURL(/\/rehearsal$/);
});
