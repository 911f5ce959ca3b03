// A server of a journey's own that speaks https itself at an address of the internet, so that picture and sound come over the
// port of the pages as well.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from './firefox.mjs';
import { expect } from './fixtures.mjs';
import { program, settings } from './program.mjs';

// At an address that is not of the internet Chromium takes no picture and sound over port 443.
export const HERE = process.env.PHIEN_E2E_PUBLIC ?? '203.0.113.1';
/** For the browsers: nobody vouches for the certificate. */
export const UNSAFE = { ignoreHTTPSErrors: true };
const ADDRESS = `https://${HERE}`;

/**
 * `media` is where picture and sound are listened for beside the port of the pages. Sites are told `HERE`: where nobody listens there,
 * nothing but 443 gets through.
 */
export const test = base.extend({
  media: [`${HERE}:3498`, { option: true }],
  baseURL: ADDRESS,
  ...Object.fromEntries(Object.entries(UNSAFE)),
  server: [
    async ({ playwright, media }, use) => {
      const data = mkdtempSync(join(tmpdir(), 'phien-one-port-'));
      const [chain, key] = ['chain.pem', 'key.pem'].map((name) => join(data, name));
      const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
      const named = ['-subj', '/CN=hop.example', '-addext', `subjectAltName=IP:${HERE}`];
      expect(spawnSync('openssl', [...made, ...named, '-keyout', key, '-out', chain], { stdio: 'ignore' }).status).toBe(0);
      const env = {
        ...settings(data, 443),
        PHIEN_LISTEN: `${HERE}:443`,
        PHIEN_PUBLIC_URL: ADDRESS,
        PHIEN_TLS_CERTIFICATE: chain,
        PHIEN_TLS_KEY: key,
        PHIEN_MEDIA_LISTEN: media,
        PHIEN_MEDIA_ADDRESSES: HERE,
      };
      expect(spawnSync(program, ['demo'], { env, stdio: 'ignore' }).status).toBe(0);
      const running = spawn(program, ['serve'], { env, stdio: 'ignore' });
      const asks = await playwright.request.newContext(UNSAFE);
      try {
        const answers = () => asks.get(`${ADDRESS}/health`).then((answer) => answer.ok(), () => false);
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

/** In a browser: a firewall that lets nothing through but the port of the pages. */
export function behindAFirewall() {
  const Connection = window.RTCPeerConnection;
  const open = location.port || '443';
  window.RTCPeerConnection = class extends Connection {
    setRemoteDescription(description) {
      const lines = description.sdp.split('\r\n');
      const passes = (line) => !line.startsWith('a=candidate:') || (/ tcp /i.test(line) && line.split(' ')[5] === open);
      return super.setRemoteDescription({ type: description.type, sdp: lines.filter(passes).join('\r\n') });
    }
  };
}
