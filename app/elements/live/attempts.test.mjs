import assert from "node:assert/strict";
import test from "node:test";
import { Attempts, delay, PATIENCE_MS } from "./attempts.js";
import { FakeClock } from "./fakes.mjs";

function begun() {
  const clock = new FakeClock();
  const times = [];
  const attempts = new Attempts({ attempt: () => times.push(clock.now()), clock, random: () => 0 });
  attempts.begin();
  return { clock, times, attempts };
}

test("the first failure is followed at once, later ones ever later, none later than twenty seconds", () => {
  const waits = Array.from({ length: 12 }, (_, n) => delay(n + 1, () => 0.5));
  assert.ok(waits[0] < 500);
  for (let n = 1; n < waits.length; n += 1) assert.ok(waits[n] >= waits[n - 1]);
  assert.ok(delay(40, () => 1) < 20_000);
});

test("sites that lose a server together come back apart", () => {
  assert.notEqual(delay(1, () => 0.1), delay(1, () => 0.9));
});

test("an attempt that brings nothing is made again", async () => {
  const { clock, times } = begun();
  await clock.pass(PATIENCE_MS + 1);
  assert.deepEqual(times, [0, PATIENCE_MS]);
});

test("what is up is left alone", async () => {
  const { clock, times, attempts } = begun();
  attempts.up();
  await clock.pass(60_000);
  assert.equal(attempts.state, "up");
  assert.equal(times.length, 1);
});

test("an attempt that succeeds late ends the waiting for the next", async () => {
  const { clock, times, attempts } = begun();
  attempts.lost();
  attempts.up();
  await clock.pass(60_000);
  assert.equal(times.length, 1);
});

test("what had held is tried at once when it is lost; what had not is waited for", async () => {
  const { clock, times, attempts } = begun();
  attempts.up();
  await clock.pass(20_000);
  attempts.lost();
  await clock.pass(1);
  assert.equal(times.length, 2);
  attempts.up();
  attempts.lost();
  await clock.pass(100);
  assert.equal(times.length, 2);
  await clock.pass(2_000);
  assert.equal(times.length, 3);
});

test("a change of the network begins anew, but throws nothing young away", async () => {
  const { clock, times, attempts } = begun();
  attempts.renew();
  attempts.up();
  attempts.renew();
  assert.equal(times.length, 1);
  await clock.pass(2_500);
  attempts.renew();
  assert.equal(times.length, 2);
});

test("what has ended is not tried again", async () => {
  const { clock, times, attempts } = begun();
  attempts.lost();
  attempts.end();
  attempts.renew();
  attempts.lost();
  await clock.pass(60_000);
  assert.equal(times.length, 1);
});
