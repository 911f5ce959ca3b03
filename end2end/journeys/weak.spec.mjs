// A line of 150 kbit/s: the meeting goes on with its sound, and with its pictures when the line is better again.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, open, words } from '../fixtures.mjs';
import { hears, sees, sit } from '../media.mjs';
import { program, settings } from '../program.mjs';
import { relay } from '../relay.mjs';
import { BRIEF, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');
const SITE = 'Chiềng An';
const PORT = 3194;
const MEDIA = 3494;
const BEFORE_THE_SERVER = '127.0.0.2';

/** A server whose pictures and sound go through a line that can be made thin. */
const test = base.extend({
  line: async ({ baseURL }, use) => {
    const data = mkdtempSync(join(tmpdir(), 'phien-weak-'));
    const media = { PHIEN_MEDIA_LISTEN: `127.0.0.1:${MEDIA}`, PHIEN_MEDIA_ADDRESSES: BEFORE_THE_SERVER };
    const env = { ...settings(data, PORT), ...media };
    const line = await relay(BEFORE_THE_SERVER, MEDIA);
    let running;
    try {
      expect(spawnSync(program, ['demo'], { env, stdio: 'ignore' }).status).toBe(0);
      running = spawn(program, ['serve'], { env, stdio: 'ignore' });
      const answers = () => fetch(`${baseURL}/sign-in`).then(({ ok }) => ok, () => false);
      await expect.poll(answers, { timeout: 30_000 }).toBe(true);
      await use(line);
    } finally {
      running?.kill('SIGTERM');
      line.close();
      rmSync(data, { recursive: true, force: true });
    }
  },
});

test.use({ baseURL: `http://127.0.0.1:${PORT}` });

test('a line of 150 kbit/s keeps the sound, and is better again when it is', async ({ line, person }) => {
  test.setTimeout(360_000);
  const hall = await person(demo('thuky1.vpub'));
  const address = await arrange(hall, {
    ...BRIEF,
    ...soon(),
    form: 'hybrid',
    title: titled('Họp qua đường truyền yếu'),
    chair: 'pho giam doc so noi vu',
    delegates: ['ky thuat vien 1'],
    sites: [SITE],
  });
  await open(hall, `${address}/live`);
  await sit(hall, 'hall');
  // The hall's two connections; the site's come after them.
  await expect.poll(() => line.count(), { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  const others = line.count();
  const site = await person(demo('thuky.03664'), {}, 'vi', `${address}/live`);
  await sit(site);
  await Promise.all([sees(hall, SITE), sees(site, t('live_hall'))]);
  expect(line.count()).toBeGreaterThan(others);

  line.narrow(150, others);
  const weak = site.getByText(t('live_line_small')).or(site.getByText(t('live_line_sound')));
  await expect(weak).toBeVisible({ timeout: 60_000 });
  await Promise.all([hears(site), hears(hall)]);

  line.narrow(Infinity, others);
  await expect(site.getByText(t('live_line_good'))).toBeVisible({ timeout: 120_000 });
  await sees(site, t('live_hall'));
});
