// What happens to a meeting after its invitations went out reaches those who were invited: another hour, a paper taken
// back, postponing and calling off.

import { test, expect, axe, like, open, shot, words } from '../fixtures.mjs';
import { BRIEF, TABLET, arrange, counted, demo, freeTuesday, inked, paper, pdf, sendLooked, titled } from '../steps.mjs';

const t = words('vi');

test.describe.configure({ mode: 'parallel' });

test('another hour is shown to a delegate as a change, once it is sent', async ({ person }) => {
  const title = titled('Họp xét duyệt hồ sơ');
  const secretary = await person(demo('thuky1.sct'), {}, 'vi', null);
  const address = await arrange(secretary, {
    ...BRIEF,
    title,
    date: freeTuesday(7),
    chair: 'giam doc so cong thuong',
    delegates: ['pho giam doc so cong thuong'],
  });
  const delegate = await person(demo('phogiamdoc.sct'), TABLET);
  const waits = delegate.getByRole('link', { name: t('home_changed', { title }) });

  await test.step('what is kept and not sent is the secretariat’s own', async () => {
    await open(secretary, `${address}/edit`);
    await secretary.locator('[id="sittings[0][from]"]').fill('14:00');
    await secretary.locator('[id="sittings[0][to]"]').fill('16:30');
    await secretary.getByRole('button', { name: t('composer_keep') }).click();
    await expect(secretary.getByRole('status').filter({ hasText: like(t('composer_kept')) })).toBeVisible();
    await open(delegate, address);
    await expect(delegate.locator('.mh__m').first()).toContainText('08:00–10:00');
    await expect(delegate.getByText(like(t('meetings_changed')))).toHaveCount(0);
    // The meeting's page would show the change at once, and then nothing waits.
    await open(delegate, '/');
  });

  await test.step('sent, it waits on the delegate’s home page', async () => {
    await secretary.getByRole('button', { name: t('state_send_changes') }).click();
    await sendLooked(secretary);
    await expect(secretary).toHaveURL(address);
    await open(delegate, '/');
    await expect(waits).toContainText(t('home_changed_what', { what: t('change_time') }));
  });

  await test.step('the meeting says what was and what is', async () => {
    await waits.tap();
    const told = delegate.locator('.notice').filter({ hasText: like(t('meetings_changed')) });
    await expect(told).toContainText(t('change_time'));
    await expect(told.locator('.was')).toContainText('08:00–10:00');
    await expect(told).toContainText(like(t('meetings_changed_now')));
    await expect(told).toContainText('14:00–16:30');
    await expect(delegate.locator('.mh__m').first()).toContainText('14:00–16:30');
    await axe(delegate);
    await shot(delegate, 'changed');
  });

  await test.step('what was seen no longer waits', async () => {
    await open(delegate, '/');
    await expect(delegate.getByRole('heading', { level: 1 })).toHaveText(t('nav_home'));
    await expect(waits).toHaveCount(0);
  });

  await test.step('another agenda does not hide the other hour', async () => {
    await open(secretary, `${address}/edit`);
    await secretary.locator('[id="agenda[0][title]"]').fill('Nghe báo cáo');
    await secretary.getByRole('button', { name: t('state_send_changes') }).click();
    await sendLooked(secretary);
    await expect(secretary).toHaveURL(address);
    await open(delegate, address);
    const told = delegate.locator('.notice').filter({ hasText: like(t('meetings_changed')) });
    await expect(told).toContainText(`${t('change_time')}, ${t('change_agenda')}`);
    await expect(told.locator('.was')).toContainText('08:00–10:00');
    await shot(delegate, 'changed-twice');
  });
});

test('a paper that was withdrawn is no longer opened, and this is said in words', async ({ person, faults }) => {
  faults.expect(/status of (404|409)/);
  const title = titled('Họp góp ý đề án');
  const secretary = await person(demo('thuky1.sxd'), {}, 'vi', null);
  const address = await arrange(secretary, {
    ...BRIEF,
    title,
    date: freeTuesday(7),
    chair: 'giam doc so xay dung',
    delegates: ['pho giam doc so xay dung'],
  });
  await open(secretary, address);
  await secretary.getByText(t('agenda_add_papers')).first().click();
  await secretary.locator('.upload__drop input').setInputFiles([
    paper('Đề án.pdf', pdf(['Page one', 'Page two'])),
    paper('Phụ lục.pdf', pdf(['Annex'])),
  ]);
  await expect(secretary.locator('a.paper')).toHaveCount(2);

  const delegate = await person(demo('phogiamdoc.sxd'), TABLET, 'vi', address);
  await delegate.locator('a.paper').filter({ hasText: 'Đề án' }).tap();
  await expect.poll(() => inked(delegate.locator('pdf-reader .stage canvas').first())).toBeGreaterThan(100);
  const read = new URL(delegate.url()).pathname;

  await test.step('the secretary withdraws it', async () => {
    await secretary.locator('summary').and(secretary.getByLabel(t('agenda_paper_menu', { title: 'Đề án' }))).click();
    await secretary.locator('summary').filter({ hasText: t('agenda_withdraw'), visible: true }).click();
    await expect(secretary.getByText(t('agenda_withdraw_ask', { title: 'Đề án' })).filter({ visible: true })).toBeVisible();
    await secretary.getByRole('button', { name: t('agenda_withdraw_yes'), exact: true }).filter({ visible: true }).click();
    await expect(secretary.locator('a.paper')).toHaveCount(1);
    await expect(secretary.locator('a.paper')).toContainText('Phụ lục');
    await expect(secretary.getByRole('button', { name: t('agenda_restore_label', { title: 'Đề án' }) })).toBeVisible();
  });

  await test.step('whoever has it open, or its address, is told', async () => {
    await delegate.goto(read);
    await expect(delegate.getByRole('main')).toContainText(t('reader_gone'));
    await expect(delegate.getByRole('link', { name: t('reader_all') })).toBeVisible();
    await expect(delegate.locator('pdf-reader')).toHaveCount(0);
    expect((await delegate.request.get(`${read}/file`)).status()).toBe(404);
    await axe(delegate);
    await shot(delegate, 'withdrawn');
  });

  await test.step('the meeting no longer lists it', async () => {
    await open(delegate, address);
    await expect(delegate.locator('a.paper')).toHaveCount(1);
    await expect(delegate.locator('a.paper')).toContainText('Phụ lục');
  });

  await test.step('a scan is taken once the secretary has declared that it holds no state secret', async () => {
    await open(secretary, address);
    await secretary.getByText(t('agenda_add_papers')).first().click();
    await secretary.locator('.upload__drop input').setInputFiles([paper('Bản quét.pdf', pdf(['']))]);
    const row = secretary.locator('.upload__row').filter({ hasText: 'Bản quét.pdf' });
    await expect(row).toContainText(t('unread_no_text'));
    const send = row.getByRole('button', { name: t('agenda_declare_send'), exact: true });
    await expect(send).toBeDisabled();
    await axe(secretary);
    await shot(secretary, 'declaration');
    await row.getByLabel(t('agenda_declare')).check();
    await send.click();
    await expect(secretary.locator('a.paper')).toHaveCount(2);
    await expect(secretary.locator('a.paper').filter({ hasText: 'Bản quét' })).toContainText('không chứa bí mật nhà nước');
  });
});

test('a meeting that is postponed or called off is told to delegates, gives its room back, and counts apart', async ({ person }) => {
  const date = freeTuesday(8);
  const meeting = { ...BRIEF, place: '', room: /Sở Tài chính/, date, chair: 'giam doc so tai chinh', delegates: ['pho giam doc so tai chinh'] };
  const [first, second] = [titled('Họp phân bổ dự toán'), titled('Họp thẩm tra quyết toán')];
  const secretary = await person(demo('thuky1.stc'), {}, 'vi', null);
  const delegate = await person(demo('phogiamdoc.stc'), TABLET, 'vi', null);
  const before = await counted(secretary, date);

  await test.step('postponing asks for a reason and says what follows', async () => {
    await open(secretary, await arrange(secretary, { ...meeting, title: first }));
    await callOff(secretary, 'postpone', '');
    await expect(secretary.getByRole('dialog')).toBeVisible();
    const reason = secretary.getByRole('dialog').getByRole('textbox');
    expect(await reason.evaluate((field) => field.validationMessage), "not the browser's own words").toBe(t('problem_missing'));
    await axe(secretary);
    await callOff(secretary, 'postpone', 'Chủ trì đi công tác');
    await expect(secretary.locator('.mh__b')).toContainText(t('stage_postponed'));
  });

  await test.step('another meeting takes its room and hour, and is called off in its turn', async () => {
    await open(secretary, await arrange(secretary, { ...meeting, title: second }));
    await callOff(secretary, 'cancel', 'Lồng ghép vào phiên họp thường kỳ');
    await expect(secretary.locator('.mh__b')).toContainText(t('stage_cancelled'));
    await shot(secretary, 'called-off');
  });

  await test.step('the delegate is told of both at home, and reads why', async () => {
    await open(delegate, '/');
    for (const [title, told, said, reason] of [
      [first, 'home_postponed', 'meetings_postponed_at', 'Chủ trì đi công tác'],
      [second, 'home_cancelled', 'meetings_cancelled_at', 'Lồng ghép vào phiên họp thường kỳ'],
    ]) {
      const waits = delegate.getByRole('link', { name: t(told, { title }) });
      await expect(waits).toContainText(reason);
      await waits.tap();
      await expect(delegate.getByRole('heading', { level: 1 })).toHaveText(title);
      await expect(delegate.locator('.mh')).toContainText(like(t(said)));
      await expect(delegate.locator('.mh')).toContainText(reason);
      await open(delegate, '/');
    }
  });

  await test.step('neither counts as held; each opens from a number of its own', async () => {
    const { postponed, cancelled } = before;
    expect(await counted(secretary, date)).toEqual({ ...before, postponed: postponed + 1, cancelled: cancelled + 1 });
    await secretary.locator('a[href*="what=postponed"]').first().click();
    await expect(secretary.getByRole('link', { name: first })).toBeVisible();
    await expect(secretary.getByRole('link', { name: second })).toHaveCount(0);
  });
});

/** Postpones or cancels the meeting on the page: opens the dialog unless it is open, writes why, presses. */
async function callOff(page, way, reason) {
  const dialog = page.getByRole('dialog', { name: t(`state_${way}_question`) });
  const press = { name: t(`state_${way}`), exact: true };
  if (!(await dialog.isVisible())) {
    await page.locator('summary').filter({ hasText: t('state_more') }).click();
    await page.getByRole('button', press).click();
  }
  await dialog.getByRole('textbox').fill(reason);
  await dialog.getByRole('button', press).click();
}
