import assert from "node:assert/strict";
import test from "node:test";
import { DrawQueue, GIVEN_UP_MAX, PAGE_MS, PageRecords } from "./queue.js";

const never = () => new Promise(() => {});

/** An engine whose worker is busy for ever once a page of `heavy` was begun on it, and free again when replaced. */
class FakeEngine {
  restarts = 0;
  isBusy = false;
  document = {};

  ping() {
    return this.isBusy ? never() : Promise.resolve();
  }

  async restart() {
    this.restarts += 1;
    this.isBusy = false;
  }
}

/**
 * A queue over `pages`, drawn in that order. `hangs(page)` draws never end and keep the worker busy; `trickles(page)`
 * draws never end either, but the worker answers and parts of the page keep coming.
 */
function reading(t, { pages, hangs = () => false, trickles = () => false, waits = () => false, line = () => false }) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const engine = new FakeEngine();
  const records = new PageRecords();
  const begun = [];
  const drawn = new Set();
  const state = { pages, failed: null, givenUp: 0 };
  const queue = new DrawQueue({
    engine,
    records,
    isLineWaiting: line,
    events: { gaveUp: () => (state.givenUp += 1), failed: (error) => (state.failed = error) },
  });
  queue.addSource(() => {
    const page = state.pages.find((page) => !drawn.has(page) && !queue.reasonNotToDraw(page));
    return page ? { page, draw: (_, turn) => draw(page, turn) } : null;
  });
  async function draw(page, turn) {
    begun.push(page);
    if (hangs(page)) {
      engine.isBusy = true;
      await turn.race(never());
    }
    if (trickles(page)) {
      const parts = setInterval(() => turn.moved(), 500);
      turn.signal.addEventListener("abort", () => clearInterval(parts));
      await turn.race(never());
    }
    if (waits(page)) await turn.race(never());
    turn.isDrawn = true;
    drawn.add(page);
  }
  return { queue, engine, records, begun, drawn, state };
}

async function pass(t, ms) {
  for (let passed = 0; passed < ms; passed += 50) {
    t.mock.timers.tick(50);
    for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
  }
}

test("a page that never ends is given up and the others are drawn by a new worker", async (t) => {
  const { queue, engine, begun, drawn, state } = reading(t, { pages: [1, 2, 3, 4], hangs: (page) => page === 2 });
  queue.wake();
  await pass(t, PAGE_MS - 1000);
  assert.deepEqual(begun, [1, 2]);
  await pass(t, 6000);
  assert.deepEqual(begun, [1, 2, 3, 4]);
  assert.deepEqual([...drawn], [1, 3, 4]);
  assert.equal(engine.restarts, 1);
  assert.equal(queue.reasonNotToDraw(2), "heavy");
  await pass(t, 120_000);
  assert.deepEqual(begun, [1, 2, 3, 4]);
  assert.equal(state.givenUp, 1);
});

test("a page given up while the worker answers keeps the worker", async (t) => {
  const { queue, engine, drawn } = reading(t, { pages: [1, 2, 3], trickles: (page) => page === 2 });
  queue.wake();
  await pass(t, PAGE_MS + 5000);
  assert.equal(queue.reasonNotToDraw(2), "heavy");
  assert.equal(engine.restarts, 0);
  assert.deepEqual([...drawn], [1, 3]);
});

test("waiting for the network is not work", async (t) => {
  const waiting = reading(t, { pages: [1], waits: () => true });
  waiting.queue.wake();
  await pass(t, 120_000);
  assert.equal(waiting.queue.reasonNotToDraw(1), null);
  t.mock.timers.reset();
  const slow = reading(t, { pages: [1], trickles: () => true, line: () => true });
  slow.queue.wake();
  await pass(t, 120_000);
  assert.equal(slow.queue.reasonNotToDraw(1), null);
});

test("after three given-up pages the rest is drawn only on a press", async (t) => {
  const pages = Array.from({ length: 50 }, (_, at) => at + 1);
  const { queue, engine, begun, drawn } = reading(t, { pages, hangs: (page) => page > 1 });
  queue.wake();
  await pass(t, 10 * (PAGE_MS + 5000));
  assert.equal(engine.restarts, GIVEN_UP_MAX);
  assert.deepEqual(begun, [1, 2, 3, 4]);
  assert.equal(queue.reasonNotToDraw(1), null);
  assert.equal(queue.reasonNotToDraw(5), "held");
  queue.press(5);
  await pass(t, 5 * (PAGE_MS + 5000));
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
  assert.deepEqual([...drawn], [1]);
  assert.equal(engine.restarts, GIVEN_UP_MAX + 1);
});

test("a press tries a given-up page again", async (t) => {
  let isSlow = true;
  const { queue, drawn } = reading(t, { pages: [1], hangs: () => isSlow });
  queue.wake();
  await pass(t, PAGE_MS + 5000);
  assert.equal(queue.reasonNotToDraw(1), "heavy");
  isSlow = false;
  queue.press(1);
  await pass(t, 1000);
  assert.deepEqual([...drawn], [1]);
  assert.equal(queue.reasonNotToDraw(1), null);
});

test("a page left while its work still keeps the worker busy is the one that is given up", async (t) => {
  const { queue, engine, begun, drawn, state } = reading(t, { pages: [2], hangs: (page) => page === 2 });
  queue.wake();
  await pass(t, 3000);
  state.pages = [3, 2];
  queue.pause(true);
  queue.pause(false);
  await pass(t, 5000);
  assert.deepEqual(begun, [2]);
  await pass(t, PAGE_MS);
  assert.deepEqual(begun, [2, 3]);
  assert.deepEqual([...drawn], [3]);
  assert.equal(queue.reasonNotToDraw(2), "heavy");
  assert.equal(queue.reasonNotToDraw(3), null);
  assert.equal(engine.restarts, 1);
});

test("a small picture is drawn after the page being read, and lets it go first", async (t) => {
  const { queue, begun, state } = reading(t, { pages: [1] });
  let thumb = 0;
  const parts = [];
  queue.addSource(() => {
    if (thumb > 1) return null;
    return {
      page: 9,
      draw: async (_, turn) => {
        thumb += 1;
        parts.push(`begun ${begun.length}`);
        if (thumb === 1) await turn.race(never());
      },
    };
  });
  queue.wake();
  await pass(t, 1000);
  assert.deepEqual(parts, ["begun 1"]);
  state.pages = [1, 2];
  queue.wake();
  await pass(t, 1000);
  assert.deepEqual(begun, [1, 2]);
  assert.deepEqual(parts, ["begun 1", "begun 2"]);
});

test("a page whose text takes too long keeps its picture and loses its text", async (t) => {
  const { queue, drawn } = reading(t, { pages: [2] });
  let isTried = false;
  queue.addSource(() =>
    isTried
      ? null
      : {
          page: 7,
          draw: async (_, turn) => {
            isTried = true;
            turn.isDrawn = true;
            setInterval(() => turn.moved(), 500);
            await turn.race(never());
          },
        },
  );
  queue.wake();
  await pass(t, PAGE_MS + 5000);
  assert.deepEqual([...drawn], [2]);
  assert.equal(queue.mayReadText(7), false);
  assert.equal(queue.reasonNotToDraw(7), null);
});

test("nothing is drawn while the page is hidden or after the end", async (t) => {
  const { queue, begun, state } = reading(t, { pages: [1] });
  queue.pause(true);
  queue.wake();
  await pass(t, 1000);
  assert.deepEqual(begun, []);
  queue.pause(false);
  await pass(t, 1000);
  assert.deepEqual(begun, [1]);
  queue.end();
  state.pages = [1, 2];
  queue.wake();
  await pass(t, 1000);
  assert.deepEqual(begun, [1]);
});

test("a reopened paper does not try a given-up page again", async (t) => {
  const { queue, records } = reading(t, { pages: [1], hangs: () => true });
  queue.wake();
  await pass(t, PAGE_MS + 5000);
  const again = new DrawQueue({ engine: new FakeEngine(), records, isLineWaiting: () => false, events: {} });
  assert.equal(again.reasonNotToDraw(1), "heavy");
});

test("a document that cannot be opened again is reported once", async (t) => {
  const { queue, engine, state } = reading(t, { pages: [1, 2], hangs: () => true });
  engine.restart = async () => {
    throw new Error("offline");
  };
  queue.wake();
  await pass(t, 10 * PAGE_MS);
  assert.equal(state.failed?.message, "offline");
  assert.equal(state.givenUp, 1);
});
