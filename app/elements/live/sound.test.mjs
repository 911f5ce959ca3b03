import assert from "node:assert/strict";
import test, { before } from "node:test";
import { FakeTrack, settled } from "./fakes.mjs";
import { Sound } from "./sound.js";
import { give } from "./stage.js";

before(() => {
  globalThis.MediaStream ??= class {
    constructor(tracks) {
      this.tracks = tracks;
    }

    getTracks() {
      return this.tracks;
    }
  };
});

class Player extends EventTarget {
  paused = true;
  srcObject = null;
  localName = "audio";
  sinks = [];
  refuses = false;

  async play() {
    if (this.refuses) throw Object.assign(new Error("no press yet"), { name: "NotAllowedError" });
    this.paused = false;
  }

  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }

  async setSinkId(id) {
    this.sinks.push(id);
  }

  remove() {
    this.isGone = true;
  }
}

function hall({ refuses = false } = {}) {
  const players = [];
  const told = [];
  const make = () => {
    players.push(Object.assign(new Player(), { refuses }));
    return players.at(-1);
  };
  const sound = new Sound({ make, told: { blocked: () => told.push("blocked"), heard: () => told.push("heard") } });
  return { players, told, sound };
}

const voices = (...mids) => new Map(mids.map((mid) => [mid, new FakeTrack("audio")]));

test("each voice has its player, which ends with its place", async () => {
  const { players, sound } = hall();
  const both = voices("voice0", "voice1");
  sound.play(both);
  sound.play(both);
  await settled();
  assert.equal(players.length, 2);
  assert.ok(players.every(({ paused }) => !paused));
  sound.play(new Map([...both].slice(0, 1)));
  assert.deepEqual(players.map(({ isGone }) => Boolean(isGone)), [false, true]);
});

test("a voice that comes by another track goes on in its player", async () => {
  const { players, sound } = hall();
  sound.play(voices("voice0"));
  const again = voices("voice0");
  sound.play(again);
  await settled();
  assert.equal(players.length, 1);
  assert.equal(players[0].srcObject.getTracks()[0], again.get("voice0"));
});

test("voices that the browser begins by itself after all are told as heard", async () => {
  const { players, sound, told } = hall({ refuses: true });
  sound.play(voices("voice0", "voice1"));
  await settled();
  for (const player of players) player.paused = false;
  await sound.start();
  assert.deepEqual([told, sound.isBlocked], [["blocked", "heard"], false]);
});

test("a browser that waits for a press is told of once, and plays at the press", async () => {
  const { players, sound, told } = hall({ refuses: true });
  sound.play(voices("voice0", "voice1"));
  await settled();
  assert.deepEqual(told, ["blocked"]);
  assert.equal(sound.isBlocked, true);
  await sound.start();
  assert.deepEqual(told, ["blocked", "blocked"]);
  for (const player of players) player.refuses = false;
  await sound.start();
  assert.deepEqual(told, ["blocked", "blocked", "heard"]);
  assert.equal(sound.isBlocked, false);
});

test("another loudspeaker is for those that play and those to come", () => {
  const { players, sound } = hall();
  sound.play(voices("voice0"));
  sound.through("s2");
  sound.play(voices("voice0", "voice1"));
  assert.deepEqual(players.map(({ sinks }) => sinks.at(-1)), ["s2", "s2"]);
});

test("an element keeps its stream while its track is the same", () => {
  const element = Object.assign(new Player(), { localName: "video" });
  const track = new FakeTrack("video");
  give(element, track);
  const stream = element.srcObject;
  give(element, track);
  assert.equal(element.srcObject, stream);
  assert.equal(element.muted, true);
  give(element, null);
  assert.equal(element.srcObject, null);
});

test("a voice that the system pauses goes on, once by itself and then when the page is seen again", async () => {
  const { players, sound } = hall();
  sound.play(voices("voice0"));
  await settled();
  const [voice] = players;
  voice.pause();
  await settled();
  assert.equal(voice.paused, false);
  voice.pause();
  await settled();
  assert.equal(voice.paused, true, "a system that insists is not fought");
  await sound.resume();
  assert.equal(voice.paused, false);
});

test("a voice that may not go on by itself waits for a press", async () => {
  const { players, told, sound } = hall();
  sound.play(voices("voice0"));
  await settled();
  players[0].refuses = true;
  players[0].pause();
  await settled();
  assert.deepEqual(told, ["blocked"]);
  players[0].refuses = false;
  await sound.start();
  assert.deepEqual(told, ["blocked", "heard"]);
});
