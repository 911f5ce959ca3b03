// Behind a firewall that lets no UDP through: an online meeting goes over TCP, and says so.

import { chromium } from '../playwright.config.mjs';
import { test, expect, open, words } from '../fixtures.mjs';
import { hears, sees, sit } from '../media.mjs';
import { BRIEF, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');
const SITE = 'Tô Hiệu';

// Chromium sends no UDP past a proxy then, and there is none. The switch has had two names.
const policy = 'webrtc-ip-handling-policy=disable_non_proxied_udp';
const firewalled = [...chromium.args, `--${policy}`, `--force-${policy}`];
test.use({ launchOptions: { ...chromium, args: firewalled } });

test('where no UDP gets through, a meeting is seen and heard over TCP', async ({ person }) => {
  test.setTimeout(240_000);
  const secretary = await person(demo('thuky1.vpub'));
  const address = await arrange(secretary, {
    ...BRIEF,
    ...soon(),
    form: 'hybrid',
    title: titled('Họp qua tường lửa'),
    chair: 'pho giam doc so khoa hoc',
    delegates: ['ky thuat vien 1'],
    sites: [SITE],
  });
  await open(secretary, `${address}/live`);
  const site = await person(demo('thuky.03646'), {}, 'vi', `${address}/live`);
  await sit(secretary, 'hall');
  await sit(site);
  await Promise.all([sees(secretary, SITE), sees(site, t('live_hall'))]);
  await Promise.all([hears(secretary), hears(site)]);
  await expect(site.getByText(t('live_line_tcp'))).toBeVisible({ timeout: 20_000 });
});
