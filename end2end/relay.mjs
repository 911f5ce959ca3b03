// A line between browsers and the server that can be made thin: passes datagrams on, each browser's at a rate of its own.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What waits longer than this is dropped, as a router's queue would. */
const QUEUE_MS = 300;

/** One direction of a flow. */
class Way {
  kilobits = Infinity;
  #free = 0;

  pass(datagram, send) {
    const now = performance.now();
    const begins = Math.max(now, this.#free);
    if (begins - now > QUEUE_MS) return;
    this.#free = begins + (datagram.length * 8) / this.kilobits;
    if (this.#free <= now) send(datagram);
    else setTimeout(() => send(datagram), this.#free - now);
  }
}

/**
 * Listens at `address` and passes on to the same port of 127.0.0.1. `count()` tells how many flows there were, and
 * `narrow(kilobits, first)` gives those from the given one on this many kilobits per second each way.
 */
export async function relay(address, port) {
  const front = createSocket('udp4');
  const flows = new Map();
  let [narrowed, from] = [Infinity, 0];

  const flow = (peer) => {
    const known = flows.get(`${peer.port}`);
    if (known) return known;
    const back = createSocket('udp4');
    const made = { back, up: new Way(), down: new Way() };
    if (flows.size >= from) made.up.kilobits = made.down.kilobits = narrowed;
    back.on('message', (datagram) => made.down.pass(datagram, (later) => front.send(later, peer.port, peer.address, () => {})));
    flows.set(`${peer.port}`, made);
    return made;
  };

  front.on('message', (datagram, peer) => {
    const { back, up } = flow(peer);
    up.pass(datagram, (later) => back.send(later, port, '127.0.0.1', () => {}));
  });
  front.bind(port, address);
  await once(front, 'listening');
  return {
    count: () => flows.size,
    narrow(kilobits, first) {
      [narrowed, from] = [kilobits, first];
      for (const { up, down } of [...flows.values()].slice(first)) up.kilobits = down.kilobits = kilobits;
    },
    close() {
      for (const { back } of flows.values()) back.close();
      front.close();
    },
  };
}
