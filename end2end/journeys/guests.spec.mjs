// People from outside: typed and pasted in the composer, shown on the meeting, called and counted apart, and added while the
// meeting is under way.

import { test, expect, axe, hydrated, like, open, shot, words } from '../fixtures.mjs';
import { BRIEF, TABLET, arrange, demo, freeTuesday, sendLooked, soon, titled } from '../steps.mjs';

const t = words('vi');

test.describe.configure({ mode: 'parallel' });

/** The row of the roll that names somebody. */
const called = (page, name) => page.locator('.rc').filter({ hasText: name });

test('guests are typed and pasted, sent with the meeting, and a change of them is told', async ({ person }) => {
  const title = titled('Họp góp ý quy hoạch');
  const secretary = await person(demo('thuky1.stp'), {}, 'vi', null);
  const address = await arrange(secretary, {
    ...BRIEF,
    title,
    date: freeTuesday(10),
    chair: 'giam doc so tu phap',
    delegates: ['pho giam doc so tu phap'],
  });
  const field = (at, name) => secretary.locator(`[id="guests[${at}][${name}]"]`);

  await test.step('one guest is typed, others are pasted', async () => {
    await open(secretary, `${address}/edit`);
    await secretary.getByRole('button', { name: t('composer_add_guest') }).click();
    await expect(field(0, 'name')).toBeFocused();
    await field(0, 'name').fill('Khách thứ nhất');
    await field(0, 'organisation').fill('Bộ Nội vụ');
    await secretary.getByText(t('composer_paste_guests'), { exact: true }).click();
    await secretary.locator('#add_guests').fill('Khách thứ hai; Giám đốc; Công ty Hai\nKhách thứ ba');
    await secretary.locator('button[value="paste_guests"]').click();
    await expect(field(1, 'organisation')).toHaveValue('Công ty Hai');
    await expect(field(2, 'name')).toHaveValue('Khách thứ ba');
    await expect(field(0, 'name')).toHaveValue('Khách thứ nhất');
  });

  await test.step('the check proposes with whom the meeting is', async () => {
    const proposed = t('composer_invites_others_body', { with: t('counterpart_people') });
    await expect(secretary.getByText(proposed)).toBeVisible();
    await axe(secretary);
    await shot(secretary, 'guests-composed');
  });

  await test.step('a guest is dropped, and the rest is sent', async () => {
    await secretary.getByRole('button', { name: t('composer_guest_drop', { n: 3 }) }).click();
    await expect(field(2, 'name')).toHaveCount(0);
    await secretary.getByRole('button', { name: t('state_send_changes') }).click();
    await sendLooked(secretary, async (look) => {
      await expect(look).toContainText('Khách thứ nhất, Bộ Nội vụ; Khách thứ hai, Giám đốc, Công ty Hai');
      await expect(look).toContainText(t('preview_guests_unreached', { n: 2 }));
      await shot(secretary, 'guests-preview');
    });
    await expect(secretary).toHaveURL(address);
  });

  await test.step('a delegate reads who the guests are, and that they are new', async () => {
    const delegate = await person(demo('phogiamdoc.stp'), TABLET, 'vi', null);
    await open(delegate, `${address}?tab=delegates`);
    const told = delegate.locator('.notice').filter({ hasText: like(t('meetings_changed')) });
    await expect(told.locator('.was')).toContainText(t('meetings_no_guests'));
    await expect(told).toContainText('Khách thứ nhất, Bộ Nội vụ; Khách thứ hai, Giám đốc, Công ty Hai');
    await expect(called(delegate, 'Khách thứ hai')).toContainText(t('guest_sort_enterprise'));
    await axe(delegate);
    await shot(delegate, 'guests-told');
  });
});

test('guests are called and counted apart, and somebody is added while the meeting goes on', async ({ person }) => {
  const title = titled('Họp tiếp doanh nghiệp');
  const secretary = await person(demo('thuky1.ttt'), {}, 'vi', null);
  const address = await arrange(secretary, {
    ...BRIEF,
    title,
    ...soon(),
    // The director chairs a meeting of the demo on most mornings.
    chair: 'pho giam doc thanh tra tinh',
    delegates: ['giam doc thanh tra tinh'],
    guests: 'Khách thứ nhất; Giám đốc; Công ty Một',
  });
  await open(secretary, `${address}/roll`);
  await secretary.getByRole('button', { name: t('state_open') }).first().click();
  const roll = secretary.locator('.rollsum');
  await expect(roll).toContainText(t('roll_delegates_present', { a: 0, n: 3, b: 0, m: 1 }));

  await test.step('a guest is marked like a delegate', async () => {
    await called(secretary, 'Khách thứ nhất').getByText(t('roll_in_room')).click();
    await expect(roll).toContainText(t('roll_delegates_present', { a: 0, n: 3, b: 1, m: 1 }));
    // The numbers are of everybody who is called.
    await expect(roll.getByRole('img')).toHaveAccessibleName(t('roll_sentence', { a: 1, b: 0, c: 0, d: 3 }));
  });

  await test.step('a delegate who came unexpected is found and added', async () => {
    await secretary.getByText(t('roll_add'), { exact: true }).click();
    await secretary.locator('#add-text').fill('giam doc so xay dung');
    await secretary.getByRole('radio', { name: like('Giám đốc Sở Xây dựng') }).first().check();
    await axe(secretary);
    await secretary.getByRole('button', { name: t('roll_add_submit') }).click();
    await expect(called(secretary, 'Giám đốc Sở Xây dựng').first()).toContainText(like(t('roll_added')));
    await expect(roll).toContainText(t('roll_delegates_present', { a: 0, n: 4, b: 1, m: 1 }));
  });

  await test.step('so is a guest', async () => {
    await secretary.locator('#add-name').fill('Khách đến sau');
    await secretary.locator('#add-organisation').fill('Bộ Công Thương');
    await secretary.getByRole('button', { name: t('roll_add_submit') }).click();
    await expect(called(secretary, 'Khách đến sau')).toContainText(t('guest_sort_ministry'));
    await expect(secretary.locator('#add-name')).toHaveValue('');
    await shot(secretary, 'guests-roll');
  });

  await test.step('whoever was added by mistake is taken off again, until they are called', async () => {
    await secretary.locator('#add-name').fill('Khách nhầm cuộc');
    await secretary.locator('#add-name').press('Enter');
    const wrong = called(secretary, 'Khách nhầm cuộc');
    const off = wrong.getByRole('button', { name: t('roll_take_off_of', { name: 'Khách nhầm cuộc' }) });
    await wrong.getByText(t('roll_in_room')).click();
    await expect(off).toHaveCount(0);
    await wrong.getByRole('button', { name: t('roll_undo', { name: 'Khách nhầm cuộc' }) }).click();
    await axe(secretary);
    await off.click();
    await expect(wrong).toHaveCount(0);
    await expect(called(secretary, 'Khách thứ nhất').getByRole('button', { name: like(t('roll_take_off')) })).toHaveCount(0);
  });

  await test.step('the one who was added is told', async () => {
    const late = await person(demo('giamdoc.sxd'), TABLET, 'vi', '/');
    await expect(late.getByRole('link', { name: t('home_added', { title }) })).toBeVisible();
  });
});

test('a list of names is pasted, and what is not clear is settled', async ({ person }) => {
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  const chip = (text) => page.locator('.chip').filter({ hasText: text });
  await page.locator('#title').fill(titled('Họp theo danh sách'));
  await page.getByText(t('composer_paste_names'), { exact: true }).click();
  const list = page.locator('#add_list');
  await list.fill('Sở Nội vụ; Ông Người ở ngoài, Vụ trưởng, Bộ Y tế\n1. Giám đốc Sở Xây dựng');
  await page.locator('button[value="paste_delegates"]').click();
  await expect(chip(t('composer_sends_delegate', { agency: 'Sở Nội vụ' }))).toBeVisible();
  await expect(chip('Giám đốc Sở Xây dựng')).toBeVisible();
  await expect(list).toHaveValue('Ông Người ở ngoài, Vụ trưởng, Bộ Y tế');
  await axe(page);
  await shot(page, 'names-pasted');

  await test.step('a draft that is opened again still has the names that are nobody yet, and is not sent without them', async () => {
    await expect(page.getByRole('status').filter({ hasText: like(t('composer_kept')) })).toBeVisible();
    await page.reload();
    await hydrated(page);
    await expect(list).toHaveValue('Ông Người ở ngoài, Vụ trưởng, Bộ Y tế');
    await expect(page.locator('#add_list-error')).toBeVisible();
    await page.locator('.cmp__foot button[value="publish"]').click();
    await expect(page.locator('dialog[open]')).toHaveCount(0);
    await expect(page).not.toHaveURL(/\/meetings\/[0-9a-f-]{36}$/);
  });

  await page.getByRole('button', { name: like(t('composer_name_as_guest_of')) }).click();
  await expect(page.locator('[id="guests[0][organisation]"]')).toHaveValue('Bộ Y tế');
  await expect(list).toHaveValue('');
});
