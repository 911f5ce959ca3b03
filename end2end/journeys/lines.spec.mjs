// What fails while a meeting is on: the server is killed and started again, and everybody is back by themselves.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, open, words } from '../fixtures.mjs';
import { hears, people, sees, sit } from '../media.mjs';
import { program, settings } from '../program.mjs';
import { BRIEF, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');
const SITE = 'Chiềng An';
const PORT = 3196;
const MEDIA = 3496;

/** A server of this journey's own, which it may kill. */
const test = base.extend({
  server: async ({ baseURL }, use) => {
    const data = mkdtempSync(join(tmpdir(), 'phien-lines-'));
    const env = { ...settings(data, PORT), PHIEN_MEDIA_LISTEN: `127.0.0.1:${MEDIA}` };
    let running;
    const start = async () => {
      running = spawn(program, ['serve'], { env, stdio: 'ignore' });
      const answers = () => fetch(`${baseURL}/sign-in`).then(({ ok }) => ok, () => false);
      await expect.poll(answers, { timeout: 30_000 }).toBe(true);
    };
    const kill = async () => {
      running.kill('SIGKILL');
      if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
    };
    try {
      expect(spawnSync(program, ['demo'], { env, stdio: 'ignore' }).status).toBe(0);
      await start();
      await use({ start, kill });
    } finally {
      if (running) await kill();
      rmSync(data, { recursive: true, force: true });
    }
  },
});

test.use({ baseURL: `http://127.0.0.1:${PORT}` });

/** A meeting under way with the hall and a site in it. */
async function held(person) {
  const hall = await person(demo('thuky1.vpub'));
  const address = await arrange(hall, {
    ...BRIEF,
    ...soon(),
    form: 'hybrid',
    title: titled('Họp giao ban tuần'),
    chair: 'pho giam doc so noi vu',
    delegates: ['ky thuat vien 1'],
    sites: [SITE],
  });
  await open(hall, address);
  await hall.getByRole('button', { name: t('state_open'), exact: true }).click();
  await expect(hall.locator('.badge--live')).toHaveText(t('stage_under_way'));
  await open(hall, `${address}/live`);
  const site = await person(demo('thuky.03664'), {}, 'vi', `${address}/live`);
  await sit(hall, 'hall');
  await sit(site);
  await Promise.all([sees(hall, SITE), sees(site, t('live_hall'))]);
  return { hall, site };
}

test('a server that was killed and started again has everybody back by itself', async ({ server, person, faults }) => {
  faults.expect(/WebSocket connection to|ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_SOCKET_NOT_CONNECTED|ERR_EMPTY_RESPONSE|Failed to fetch/);
  test.setTimeout(300_000);
  const { hall, site } = await held(person);
  await site.getByRole('button', { name: t('live_ask'), exact: true }).click();
  await expect(people(hall, SITE)).toContainText(t('live_asks'));
  await server.kill();
  await expect(site.getByText(t('live_line_lost'))).toBeVisible({ timeout: 30_000 });
  await server.start();
  await Promise.all([sees(hall, SITE), sees(site, t('live_hall'))]);
  await Promise.all([hears(hall), hears(site)]);
  await expect(people(hall, SITE)).toContainText(t('live_asks'));
});
