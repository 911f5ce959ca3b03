import assert from "node:assert/strict";
import test from "node:test";
import { Awake } from "./awake.js";

class Locks {
  held = 0;

  async request() {
    this.held += 1;
    const lock = {
      released: false,
      release: async () => {
        if (!lock.released) this.held -= 1;
        lock.released = true;
      },
    };
    this.last = lock;
    return lock;
  }
}

test("the screen stays lit while it is wanted, with one lock however often it is asked", async () => {
  const locks = new Locks();
  const awake = new Awake(locks);
  await Promise.all([awake.want(true), awake.want(true)]);
  await awake.want(true);
  assert.equal(locks.held, 1);
  await awake.want(false);
  assert.equal(locks.held, 0);
});

test("what the browser let go of is taken again", async () => {
  const locks = new Locks();
  const awake = new Awake(locks);
  await awake.want(true);
  await locks.last.release();
  await awake.want(true);
  assert.equal(locks.held, 1);
});

test("what comes too late is given back, and a browser without is let be", async () => {
  const locks = new Locks();
  const awake = new Awake(locks);
  const asking = awake.want(true);
  awake.want(false);
  await asking;
  assert.equal(locks.held, 0);
  await new Awake(undefined).want(true);
});
