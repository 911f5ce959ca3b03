import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { FakeClock, FakeTrack } from "./fakes.mjs";
import { Level, percent } from "./level.js";

const tone = (height) => Float32Array.from({ length: 480 }, (_, n) => height * Math.sin(n / 3));

/** What the microphone hears in these tests. */
let heard = tone(0);

class Analyser {
  fftSize = 480;

  getFloatTimeDomainData(samples) {
    samples.set(heard);
  }
}

class Context {
  state = "running";
  source = { connect() {}, disconnect() {} };

  createMediaStreamSource() {
    return this.source;
  }

  async suspend() {
    this.state = "suspended";
  }

  async resume() {
    this.state = "running";
  }

  async close() {
    this.state = "closed";
  }
}

const kept = { AnalyserNode: globalThis.AnalyserNode, MediaStream: globalThis.MediaStream };
before(() => Object.assign(globalThis, { AnalyserNode: Analyser, MediaStream: class {} }));
after(() => Object.assign(globalThis, kept));

function meter(context = new Context()) {
  const clock = new FakeClock();
  const told = [];
  return { clock, told, context, level: new Level({ makeContext: () => context, clock, told: (at) => told.push(at) }) };
}

test("silence is 0, a full voice 100, and a quiet one between", () => {
  assert.equal(percent(new Float32Array(480)), 0);
  assert.equal(percent(tone(1)), 100);
  const quiet = percent(tone(0.03));
  assert.ok(quiet > 20 && quiet < 80);
});

test("a voice is told ten times a second at most, and only when it changes", async () => {
  const { clock, told, level } = meter();
  heard = tone(1);
  level.watch(new FakeTrack("audio"));
  await clock.pass(1_000);
  assert.deepEqual(told, [100]);
  for (let n = 0; n < 20; n += 1) {
    heard = tone(n % 2 ? 1 : 0.05);
    await clock.pass(50);
  }
  assert.ok(told.length <= 11, `${told.length} times`);
});

test("a microphone that goes off is at 0, and the sound hardware may sleep", async () => {
  const { clock, told, context, level } = meter();
  heard = tone(1);
  level.watch(new FakeTrack("audio"));
  await clock.pass(200);
  level.watch(null);
  await clock.pass(1_000);
  assert.deepEqual(told, [100, 0]);
  assert.equal(context.state, "suspended");
});

test("a browser without sound graphs tells nothing", async () => {
  const { clock, told, level } = meter(null);
  level.watch(new FakeTrack("audio"));
  await clock.pass(1_000);
  assert.deepEqual(told, []);
});
