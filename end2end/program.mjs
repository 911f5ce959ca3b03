// The program under test and its settings. PHIEN_PROGRAM and PHIEN_SITE come from `cargo xtask`; by hand, the development
// build in ./target is used.

import { join, resolve } from 'node:path';

const target = resolve(import.meta.dirname, '..', process.env.CARGO_TARGET_DIR ?? 'target');

/** The binary. */
export const program = process.env.PHIEN_PROGRAM ?? join(target, 'debug', 'phien');

/** Its environment: a data folder, a port, and no settings of the person who runs the journeys. */
export function settings(data, port) {
  return {
    // A database's address, say, must not reach the program under test.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PHIEN_'))),
    PHIEN_DATA_DIR: data,
    // All browsers of a journey come from one address.
    PHIEN_CONNECTIONS_PER_ADDRESS: '4096',
    PHIEN_LISTEN: `127.0.0.1:${port}`,
    PHIEN_MEDIA_LISTEN: `${process.env.PHIEN_E2E_MEDIA ?? '127.0.0.1'}:0`,
    PHIEN_SITE: process.env.PHIEN_SITE ?? join(target, 'site'),
  };
}
