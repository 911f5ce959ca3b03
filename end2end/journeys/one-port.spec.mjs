// A firewall that lets nothing out but 443/TCP: pages, picture and sound all come over that one port, and the page says that
// they take the longer way.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, open, words } from '../fixtures.mjs';
import { hears, sees, sit } from '../media.mjs';
import { program, settings } from '../program.mjs';
import { BRIEF, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');
const SITE = 'Tô Hiệu';
// At an address that is not of the internet Chromium takes no picture and sound over port 443.
const HERE = process.env.PHIEN_E2E_PUBLIC ?? '203.0.113.1';
const URL = `https://${HERE}`;
const UNSAFE = { ignoreHTTPSErrors: true };

/** A server of this journey's own, of which nothing but 443/TCP can be reached. */
const test = base.extend({
  server: [
    async ({ playwright }, use) => {
      const data = mkdtempSync(join(tmpdir(), 'phien-one-port-'));
      const [chain, key] = ['chain.pem', 'key.pem'].map((name) => join(data, name));
      const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
      const named = ['-subj', '/CN=hop.example', '-addext', `subjectAltName=IP:${HERE}`];
      expect(spawnSync('openssl', [...made, ...named, '-keyout', key, '-out', chain], { stdio: 'ignore' }).status).toBe(0);
      const env = {
        ...settings(data, 443),
        PHIEN_LISTEN: `${HERE}:443`,
        PHIEN_PUBLIC_URL: URL,
        PHIEN_TLS_CERTIFICATE: chain,
        PHIEN_TLS_KEY: key,
        // Sites are told an address at which nobody takes UDP, nor TCP at this port.
        PHIEN_MEDIA_LISTEN: '127.0.0.2:3497',
        PHIEN_MEDIA_ADDRESSES: HERE,
      };
      expect(spawnSync(program, ['demo'], { env, stdio: 'ignore' }).status).toBe(0);
      const running = spawn(program, ['serve'], { env, stdio: 'ignore' });
      const asks = await playwright.request.newContext(UNSAFE);
      try {
        const answers = () => asks.get(`${URL}/health`).then((answer) => answer.ok(), () => false);
        await expect.poll(answers, { timeout: 30_000 }).toBe(true);
        await use(running);
      } finally {
        await asks.dispose();
        running.kill('SIGKILL');
        if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
        rmSync(data, { recursive: true, force: true });
      }
    },
    { auto: true },
  ],
});

test.use({ baseURL: URL, ...UNSAFE });

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
