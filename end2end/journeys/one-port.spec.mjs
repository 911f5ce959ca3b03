// A firewall that lets nothing out but 443/TCP: pages, picture and sound all come over that one port, and the page says that
// they take the longer way.

import { expect, open, words } from '../fixtures.mjs';
import { hears, sees, sit } from '../media.mjs';
import { UNSAFE, test } from '../one-port.mjs';
import { BRIEF, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');
const SITE = 'Tô Hiệu';

// Sites are told an address at which nobody takes UDP, nor TCP at this port.
test.use({ media: '127.0.0.2:3497' });

test('where nothing but 443 gets through, a meeting is seen and heard over it', async ({ person }) => {
  test.setTimeout(240_000);
  const secretary = await person(demo('thuky1.vpub'), UNSAFE);
  const address = await arrange(secretary, {
    ...BRIEF,
    ...soon(),
    form: 'hybrid',
    title: titled('Họp qua một cổng'),
    chair: 'pho giam doc so khoa hoc',
    delegates: ['ky thuat vien 1'],
    sites: [SITE],
  });
  await open(secretary, `${address}/live`);
  const site = await person(demo('thuky.03646'), UNSAFE, 'vi', `${address}/live`);
  await sit(secretary, 'hall');
  await sit(site);
  await Promise.all([sees(secretary, SITE), sees(site, t('live_hall'))]);
  await Promise.all([hears(secretary), hears(site)]);
  await expect(site.getByText(t('live_line_tcp'))).toBeVisible({ timeout: 20_000 });
});
