// Before an online meeting: a commune tries what it has with one press, and the meeting's secretary sees who is ready.

import { test, expect, axe, open, shot, words } from '../fixtures.mjs';
import { BRIEF, arrange, demo, freeTuesday, titled } from '../steps.mjs';

const t = words('vi');
const SITE = 'Tô Hiệu';

test('a commune tries its devices and its line, and the secretary sees the result', async ({ person }) => {
  test.setTimeout(240_000);
  const secretary = await person(demo('thuky1.vpub'));
  const address = await arrange(secretary, {
    ...BRIEF,
    date: freeTuesday(11),
    form: 'hybrid',
    title: titled('Họp trực tuyến sắp tới'),
    chair: 'pho giam doc so xay dung',
    delegates: ['ky thuat vien 1'],
    sites: [SITE],
  });
  await open(secretary, `${address}/rehearsal`);
  const seen = secretary.locator('.tried__all tr').filter({ hasText: SITE });
  await expect(seen).toContainText(t('rehearsal_untried'));

  const site = await person(demo('thuky.03646'), {}, 'vi', `${address}/live`);
  await site.getByRole('link', { name: t('live_rehearse') }).click();
  await expect(site).toHaveURL(/\/rehearsal$/);
  const press = (name) => site.getByRole('button', { name: t(name), exact: true }).click();

  await test.step('one press tries picture, voice and line', async () => {
    const own = site.locator('video[data-self]');
    await expect.poll(() => own.evaluate((video) => video.videoWidth), { timeout: 30_000 }).toBeGreaterThan(0);
    await axe(site);
    await press('rehearsal_start');
    const back = site.locator('.tried__stage .seatv:not(.seatv--own):not(.is-dark) video');
    await expect(back).toBeVisible({ timeout: 30_000 });
    const frames = () => back.evaluate((video) => video.getVideoPlaybackQuality().totalVideoFrames);
    await expect.poll(frames, { timeout: 30_000 }).toBeGreaterThan(10);
    await expect(site.locator('.notice__title')).toHaveText(t('rehearsal_weak'), { timeout: 60_000 });
    await expect(site.getByText(t('rehearsal_do_hear'))).toBeVisible();
    await expect(site.locator('.tried')).toContainText('UDP');
  });

  await test.step('the test sound is played, and what was heard is said', async () => {
    await press('rehearsal_chime');
    await press('rehearsal_heard');
    await expect(site.locator('.notice__title')).toHaveText(t('rehearsal_good'));
    await axe(site);
    await shot(site, 'rehearsal-site');
  });

  await test.step('the secretary has been told meanwhile', async () => {
    await expect(seen).toContainText(t('rehearsal_is_ready'));
    await expect(seen).toContainText('UDP');
    await axe(secretary);
    await shot(secretary, 'rehearsal-all');
    await open(secretary, `${address}/rehearsal`);
    await expect(seen).toContainText(t('rehearsal_is_ready'));
  });

  await test.step('whoever tries again and hears nothing is told what to do', async () => {
    await press('rehearsal_not_heard');
    await expect(site.getByText(t('rehearsal_do_speaker'))).toBeVisible();
    await expect(seen).toContainText(t('rehearsal_is_bad'));
  });
});
