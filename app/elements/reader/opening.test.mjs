import assert from "node:assert/strict";
import test from "node:test";
import { OPENING_MS, withinWork } from "./opening.js";

const never = new Promise(() => {});

/** Lets promises settle. */
const settle = () => new Promise((done) => setImmediate(done));

async function outcome(t, promise, isLineWaiting, ms) {
  let settled = "waits";
  withinWork(promise, isLineWaiting).then(
    (value) => (settled = value),
    (error) => (settled = error.reason),
  );
  for (let second = 0; second < ms / 1000; second += 1) t.mock.timers.tick(1000);
  await settle();
  return settled;
}

test("a document that keeps the worker busy for ever is given up", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"] });
  assert.equal(await outcome(t, never, () => false, OPENING_MS - 1000), "waits");
  assert.equal(await outcome(t, never, () => false, OPENING_MS), "broken");
});

test("a slow line takes as long as it takes", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"] });
  assert.equal(await outcome(t, never, () => true, 100 * OPENING_MS), "waits");
  assert.equal(await outcome(t, Promise.resolve("open"), () => true, 100 * OPENING_MS), "open");
});

test("the time that a computer slept is not the worker's", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  t.mock.method(Date, "now", () => now);
  let settled = "waits";
  withinWork(never, () => false).catch((error) => (settled = error.reason));
  now = 10 * OPENING_MS;
  t.mock.timers.tick(1000);
  await settle();
  assert.equal(settled, "waits");
});
