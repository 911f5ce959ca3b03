// The record of a meeting put right: closed by mistake and reopened, hours corrected, and a meeting entered after it took
// place. The figures follow each time.

import { test, expect, axe, like, open, shot, words } from '../fixtures.mjs';
import { BRIEF, arrange, closeEarly, compose, counted, demo, paper, pdf, pick, soon, titled } from '../steps.mjs';

const t = words('vi');

test.describe.configure({ mode: 'parallel' });

/** A local time of Viet Nam, some minutes before now and on the same day, as forms take it. */
function minutesAgo(minutes) {
  const local = new Date(Date.now() + 7 * 3_600_000);
  const minute = Math.max(local.getUTCHours() * 60 + local.getUTCMinutes() - minutes, 0);
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Yesterday in Viet Nam, as an ISO date. */
const yesterday = () => new Date(Date.now() + 7 * 3_600_000 - 86_400_000).toISOString().slice(0, 10);

test('a meeting closed by mistake is reopened, and its hours are corrected in the end', async ({ person, faults }) => {
  const secretary = await person(demo('thuky1.sgddt'), {}, 'vi', null);
  const { date, ...hours } = soon();
  const address = await arrange(secretary, {
    ...BRIEF,
    ...hours,
    date,
    title: titled('Họp rà soát văn bản'),
    chair: 'pho giam doc so giao duc',
    delegates: ['chuyen vien 1 so giao duc'],
  });
  const delegate = await person(demo('chuyenvien1.sgddt'), {}, 'vi', address);
  const before = await counted(secretary, date);
  await open(secretary, address);
  const stage = secretary.locator('.mh__b');

  await test.step('a wrong step of the agenda is taken back', async () => {
    await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
    await secretary.getByRole('button', { name: like(t('agenda_discuss')) }).click();
    await expect(secretary.locator('.agenda .is-now')).toHaveCount(1);
    await expect(secretary.getByRole('button', { name: t('state_take_back') })).toHaveCount(0);
    await secretary.getByRole('button', { name: t('agenda_undo_step') }).click();
    await expect(secretary.locator('.agenda .is-now')).toHaveCount(0);
    await expect(secretary.getByRole('button', { name: t('state_take_back') })).toBeVisible();
    await secretary.getByRole('button', { name: like(t('agenda_discuss')) }).click();
    await expect(delegate.locator('.agenda .is-now')).toHaveCount(1);
  });

  await test.step('closing it so early asks once', async () => {
    faults.expect(/status of 409/);
    await secretary.locator('summary').filter({ hasText: t('state_close') }).click();
    await secretary.getByRole('button', { name: t('state_close_now') }).click();
    await expect(secretary.locator('.menu__pop').getByText(t('refused_closes_early'))).toBeVisible();
    await expect(stage).toContainText(t('stage_under_way'));
    await axe(secretary);
    await shot(secretary, 'record-early');
    await secretary.getByRole('button', { name: t('state_close_anyway') }).click();
    await expect(stage).toContainText(t('stage_held'));
    await expect(delegate.locator('.mh__b')).toContainText(t('stage_held'));
  });

  await test.step('it is reopened, with the item that was discussed', async () => {
    await secretary.locator('summary').filter({ hasText: t('state_reopen') }).click();
    await secretary.getByRole('button', { name: t('state_reopen_now') }).click();
    await expect(stage).toContainText(t('stage_under_way'));
    await expect(secretary.locator('.agenda .is-now')).toHaveCount(1);
    await expect(delegate.locator('.mh__b')).toContainText(t('stage_under_way'));
    expect((await counted(secretary, date)).held).toBe(before.held);
    // What was pressed is told to those who conduct it, and to nobody else.
    const told = (page) => page.locator('section[aria-labelledby="corrected"]');
    await open(secretary, address);
    await expect(told(secretary)).toContainText(like(t('reopened_after')));
    await open(delegate, address);
    await expect(told(delegate)).toHaveCount(0);
  });

  await test.step('closed again, its hours are corrected with a reason', async () => {
    await open(secretary, address);
    await closeEarly(secretary, faults, t);
    await expect(stage).toContainText(t('stage_held'));
    faults.expect(/status of 422/);
    const began = minutesAgo(20);
    await secretary.locator('summary').filter({ hasText: t('correct_title') }).click();
    await secretary.locator('#opened').fill(began);
    await secretary.getByRole('button', { name: t('correct_save') }).click();
    await expect(secretary.locator('#reason-error')).toContainText(t('problem_missing'));
    await axe(secretary);
    await shot(secretary, 'record-correct');
    await secretary.locator('#correct-reason').fill('Mở họp muộn trên phần mềm');
    await secretary.getByRole('button', { name: t('correct_save') }).click();
    await expect(secretary.locator('.mh')).toContainText(began);
    await expect(delegate.locator('.mh')).toContainText(began);
    expect((await counted(secretary, date)).held).toBe(before.held + 1);
  });
});

test('a meeting that took place is entered afterwards, with its papers and its roll', async ({ person, faults }) => {
  // A check that is under way while the meeting is entered comes too late.
  faults.expect(/status of 409/);
  const secretary = await person(demo('thuky1.skhcn'), {}, 'vi', null);
  const date = yesterday();
  const before = await counted(secretary, date);
  const title = titled('Họp xử lý sự cố');

  await test.step('it is composed with its real hours', async () => {
    await compose(secretary, { ...BRIEF, title, date });
    await expect(secretary.getByText(t('refused_in_the_past')).first()).toBeVisible();
    await secretary.getByLabel(t('composer_held')).check();
    await expect(secretary.getByText(t('refused_in_the_past'))).toHaveCount(0);
    await pick(secretary, '#add_chair', 'giam doc so khoa hoc', /^Giám đốc Sở KH/);
    await secretary.locator('[id="agenda[0][title]"]').fill('Nguyên nhân và cách khắc phục');
    await shot(secretary, 'record-enter');
    await secretary.getByRole('button', { name: t('composer_enter') }).click();
    await expect(secretary).toHaveURL(/\/meetings\/[0-9a-f-]{36}$/);
  });

  await test.step('its page says so, takes papers and the roll', async () => {
    await expect(secretary.locator('.mh__b')).toContainText(t('stage_held'));
    await expect(secretary.getByText(like(t('meetings_entered')))).toBeVisible();
    await secretary.getByText(t('agenda_add_papers')).first().click();
    await secretary.locator('.upload__drop input').setInputFiles([paper('Biên bản.pdf', pdf(['Minutes']))]);
    await expect(secretary.locator('a.paper')).toHaveCount(1);
    await axe(secretary);
    await shot(secretary, 'record-entered');
    await secretary.getByRole('link', { name: like(t('meetings_tab_delegates')) }).click();
    await secretary.getByText(like(t('roll_mark_rest'))).first().click();
    await secretary.getByRole('button', { name: like(t('roll_mark_rest_do')) }).click();
    await expect(secretary.getByText(like(t('roll_mark_rest')))).toHaveCount(0);
  });

  await test.step('it is counted', async () => {
    expect((await counted(secretary, date)).held).toBe(before.held + 1);
  });
});
