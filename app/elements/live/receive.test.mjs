import assert from "node:assert/strict";
import test from "node:test";
import { FakeClock, FakeConnection } from "./fakes.mjs";
import { HANDOVER_MS, Reception } from "./receive.js";

function empty() {
  const clock = new FakeClock();
  const made = [];
  let changes = 0;
  const connect = () => {
    made.push(new FakeConnection());
    return made.at(-1);
  };
  const reception = new Reception({ connect, clock, changed: () => (changes += 1) });
  return { clock, made, reception, changes: () => changes };
}

const quiet = () => {};

test("an offer is answered and its tracks are known by their places", async () => {
  const { made, reception } = empty();
  const answer = await reception.take("main thumb0 voice0", quiet);
  assert.match(answer, /^answer/);
  assert.deepEqual([...reception.tracks.keys()], ["main", "thumb0", "voice0"]);
  assert.equal(reception.tracks.get("main"), made[0].track("main"));
});

test("a new connection takes over place by place, as its pictures come", async () => {
  const { made, reception } = empty();
  await reception.take("main thumb0", quiet);
  await reception.take("main thumb0", quiet);
  const [old, young] = made;
  assert.equal(reception.tracks.get("main"), old.track("main"));
  young.track("main").unmute();
  assert.equal(reception.tracks.get("main"), young.track("main"));
  assert.equal(reception.tracks.get("thumb0"), old.track("thumb0"));
  assert.equal(old.connectionState, "new");
});

test("places into which nothing comes are given over soon after, and the old connection ends", async () => {
  const { clock, made, reception } = empty();
  await reception.take("main thumb0", quiet);
  await reception.take("main thumb0", quiet);
  reception.settle();
  await clock.pass(HANDOVER_MS + 1);
  assert.equal(reception.tracks.get("thumb0"), made[1].track("thumb0"));
  assert.equal(made[0].connectionState, "closed");
});

test("of two offers at once only the newer is answered", async () => {
  const { made, reception } = empty();
  const [first, second] = await Promise.all([reception.take("main", quiet), reception.take("main", quiet)]);
  assert.equal(first, null);
  assert.match(second, /^answer/);
  assert.equal(reception.connection, made[1]);
});

test("however often the line breaks, at most two connections are kept", async () => {
  const { made, reception } = empty();
  for (let n = 0; n < 5; n += 1) await reception.take("main", quiet);
  assert.equal(made.filter(({ connectionState }) => connectionState !== "closed").length, 2);
});

test("an offer that makes no sense fails", async () => {
  const { reception } = empty();
  await assert.rejects(reception.take("torn", quiet));
});

test("closing takes every track away", async () => {
  const { made, reception } = empty();
  await reception.take("main", quiet);
  reception.close();
  assert.equal(reception.tracks.size, 0);
  assert.equal(made[0].connectionState, "closed");
});
