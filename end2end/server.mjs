// The server under test: `node server.mjs PORT` fills a temporary data folder with the demo and serves it.
//
// The folder goes when the server does.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, settings } from './program.mjs';

const data = mkdtempSync(join(tmpdir(), 'phien-e2e-'));
const env = settings(data, process.argv[2] ?? '3199');

process.on('exit', () => rmSync(data, { recursive: true, force: true }));

const demo = spawnSync(program, ['demo'], { env, stdio: 'inherit' });
if (demo.status !== 0) {
  console.error(`phien demo failed: ${demo.error?.message ?? `status ${demo.status}`}`);
  process.exit(1);
}

const server = spawn(program, ['serve'], { env, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill('SIGTERM'));
server.on('error', (failure) => {
  console.error(`phien serve failed: ${failure.message}`);
  process.exit(1);
});
server.on('exit', (status) => process.exit(status ?? 0));
