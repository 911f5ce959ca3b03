// A hybrid meeting from end to end: the chair in the hall, two communes at their sites, a delegate on a tablet. A paper is
// opened before everybody, the floor is given, a site is cut off and comes back; roll, record and figures tell the truth.

import { test, expect, hydrated, like, open, shot, words } from '../fixtures.mjs';
import { hears, leave, people, sees, sit } from '../media.mjs';
import { BRIEF, TABLET, arrange, closeEarly, counted, demo, paper, pdf, soon, titled } from '../steps.mjs';

const t = words('vi');
const [NEAR, FAR] = ['Tô Hiệu', 'Chiềng Sinh'];

const pageOfPaper = (page) => page.locator('pdf-reader .rdr__field');

test('a chair, two sites and a delegate on a tablet hold a hybrid meeting', async ({ person, faults }) => {
  test.setTimeout(420_000);
  const secretary = await person(demo('thuky1.vpub'));
  const { date, ...hours } = soon();
  const address = await arrange(secretary, {
    ...BRIEF,
    ...hours,
    date,
    form: 'hybrid',
    place: 'Hội trường lớn',
    title: titled('Họp giao ban các xã'),
    chair: 'pho giam doc so xay dung',
    delegates: ['ky thuat vien 1', 'chu tich ubnd phuong to hieu'],
    sites: [NEAR, FAR],
  });
  const before = await counted(secretary, date);

  await test.step('a paper is added and the meeting opened', async () => {
    await open(secretary, address);
    const adding = secretary.locator('.agenda__tools > .more').first();
    await adding.locator('summary').click();
    const file = paper('bao-cao.pdf', pdf(['Trang mot', 'Trang hai', 'Trang ba']));
    await adding.locator('.upload input[type="file"]').setInputFiles(file);
    await expect(secretary.locator('.agenda .paper')).toHaveCount(1);
    await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
    await expect(secretary.locator('.badge--live')).toHaveText(t('stage_under_way'));
  });

  const chair = await person(demo('phogiamdoc.sxd'), {}, 'vi', `${address}/live`);
  const near = await person(demo('thuky.03646'), {}, 'vi', `${address}/live`);
  const far = await person(demo('thuky.03679'), {}, 'vi', `${address}/live`);
  const tablet = await person(demo('kythuat.vpub'), TABLET, 'vi', address);

  await test.step('the hall and both sites see each other', async () => {
    await sit(chair, 'hall');
    for (const site of [near, far]) await sit(site);
    await Promise.all([sees(chair, NEAR), sees(chair, FAR), sees(near, FAR), sees(far, t('live_hall'))]);
    await Promise.all([hears(chair), hears(near)]);
    await shot(near, 'hybrid-site');
  });

  await test.step('four see and hear each other, and the fourth leaves for the paper', async () => {
    const delegate = 'Kỹ thuật viên 1';
    await open(tablet, `${address}/live`);
    await sit(tablet, 'alone');
    await Promise.all([sees(chair, delegate), sees(near, delegate), sees(far, delegate), sees(tablet, t('live_hall'))]);
    await Promise.all([sees(tablet, NEAR), sees(tablet, FAR), sees(far, NEAR), hears(tablet), hears(far)]);
    await shot(tablet, 'hybrid-four-tablet');
    await leave(tablet);
    await expect(people(chair, delegate)).toContainText(t('live_not_here'));
    await open(tablet, address);
  });

  await test.step('a site says who sits behind its camera', async () => {
    const delegate = near.getByRole('checkbox', { name: /Chủ tịch UBND/ });
    await delegate.check();
    await expect(near.getByText(t('live_behind'))).toBeVisible();
    await expect(delegate).toBeChecked();
  });

  await test.step('a paper lies open before everybody, at the page of whoever presents', async () => {
    await chair.locator('summary').filter({ hasText: t('live_papers') }).click();
    await chair.locator('.menu__pop').getByRole('button', { name: /bao.cao/i }).click();
    await expect(pageOfPaper(near)).toHaveValue('1', { timeout: 30_000 });
    await tablet.getByRole('link', { name: t('shown_go') }).click();
    await hydrated(tablet);
    await expect(pageOfPaper(tablet)).toHaveValue('1', { timeout: 30_000 });
    const stage = chair.locator('pdf-reader .rdr__stage');
    await expect(pageOfPaper(chair)).toHaveValue('1', { timeout: 30_000 });
    await stage.click();
    await chair.keyboard.press('PageDown');
    for (const page of [chair, near, far, tablet]) await expect(pageOfPaper(page)).toHaveValue('2');
    // Whoever comes late reads at the page that is presented, though they are no delegate.
    await open(far, `${address}/live`);
    await sit(far);
    await expect(pageOfPaper(far)).toHaveValue('2', { timeout: 30_000 });
    await shot(near, 'hybrid-paper');
    await shot(tablet, 'hybrid-paper-tablet');
  });

  await test.step('who reads on is left alone, and is back with one press', async () => {
    await near.locator('pdf-reader .rdr__stage').click();
    await near.keyboard.press('End');
    const back = near.getByRole('button', { name: like(t('shown_follow')) });
    await expect(back).toBeVisible();
    await expect(pageOfPaper(chair)).toHaveValue('2');
    await back.click();
    await expect(pageOfPaper(near)).toHaveValue('2');
    await chair.getByRole('button', { name: t('shown_close') }).click();
    await expect(near.locator('pdf-reader')).toHaveCount(0);
  });

  await test.step('the floor is asked for and given', async () => {
    await far.getByRole('button', { name: t('live_ask'), exact: true }).click();
    await expect(people(chair, FAR)).toContainText(t('live_asks'));
    await people(chair, FAR).locator('summary').first().click();
    await people(chair, FAR).getByRole('button', { name: t('live_floor_give'), exact: true }).click();
    await expect(far.getByText(t('live_have_floor'))).toBeVisible();
    await expect(near.locator('.seatv.is-large').filter({ hasText: FAR })).toBeVisible({ timeout: 30_000 });
  });

  await test.step('a site that is cut off is missed, and is back', async () => {
    await far.goto('about:blank');
    await expect(people(chair, FAR)).toContainText(like(t('live_lost_since')), { timeout: 30_000 });
    // Whoever is back within ten seconds did not drop out.
    const longer = new RegExp(`(1[1-9]|[2-5]\\d)${t('live_record_seconds').replace('{n}', '')}|${t('live_record_minutes').replace('{n}', '')}`);
    const record = secretary.getByRole('row').filter({ hasText: FAR });
    await expect(async () => {
      await open(secretary, `${address}/live`);
      await secretary.locator('.crecord > summary').click();
      await expect(record).toContainText(longer, { timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
    await open(far, `${address}/live`);
    await sit(far);
    await Promise.all([sees(chair, FAR), sees(near, FAR)]);
  });

  await test.step('closed, its roll, its record and the figures tell what was', async () => {
    for (const page of [near, far, chair]) await leave(page);
    await open(secretary, address);
    await closeEarly(secretary, faults, t);
    await expect(secretary.locator('.mh')).toContainText(t('stage_held'));
    await open(secretary, `${address}?tab=sites`);
    await expect(secretary.locator('.sites').getByText(t('roll_site_connected'))).toHaveCount(2);
    await open(secretary, `${address}?tab=delegates`);
    const marked = secretary.locator('.rc').filter({ hasText: 'Chủ tịch UBND' });
    await expect(marked).toContainText(t('roll_online'));
    await open(secretary, `${address}/live`);
    const rows = secretary.getByRole('row');
    await expect(rows.filter({ hasText: FAR })).toContainText(like(t('live_record_times')));
    await shot(secretary, 'hybrid-record');
    const after = await counted(secretary, date);
    expect(after.held).toBe(before.held + 1);
    expect(after.online, 'a hybrid meeting with connected sites counts as online').toBe(before.online + 1);
  });
});
