// The program under test: `node server.mjs PORT` fills a temporary data folder with the demo and serves it.
//
// The folder goes when the server does. PHIEN_PROGRAM and PHIEN_SITE come from `cargo xtask`; by hand, the development
// build in ./target is used.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const port = process.argv[2] ?? '3199';
const target = resolve(import.meta.dirname, '..', process.env.CARGO_TARGET_DIR ?? 'target');
const program = process.env.PHIEN_PROGRAM ?? join(target, 'debug', 'phien');
const data = mkdtempSync(join(tmpdir(), 'phien-e2e-'));
const settings = {
  // Settings of the person's own, such as a database's address, must not reach the program under test.
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PHIEN_'))),
  PHIEN_DATA_DIR: data,
  PHIEN_LISTEN: `127.0.0.1:${port}`,
  PHIEN_SITE: process.env.PHIEN_SITE ?? join(target, 'site'),
};

process.on('exit', () => rmSync(data, { recursive: true, force: true }));

const demo = spawnSync(program, ['demo'], { env: settings, stdio: 'inherit' });
if (demo.status !== 0) {
  console.error(`phien demo failed: ${demo.error?.message ?? `status ${demo.status}`}`);
  process.exit(1);
}

const server = spawn(program, ['serve'], { env: settings, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill('SIGTERM'));
server.on('error', (failure) => {
  console.error(`phien serve failed: ${failure.message}`);
  process.exit(1);
});
server.on('exit', (status) => process.exit(status ?? 0));
