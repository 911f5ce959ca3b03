import assert from "node:assert/strict";
import test from "node:test";
import { FakeTrack, settled } from "./fakes.mjs";
import { Screen } from "./screen.js";

function desk(answer) {
  const seen = { asked: 0, ended: 0, problems: [] };
  const getDisplayMedia = async () => {
    seen.asked += 1;
    const track = await answer();
    return { getVideoTracks: () => [track] };
  };
  const told = { changed() {}, ended: () => (seen.ended += 1), problem: (word) => seen.problems.push(word) };
  return { seen, screen: new Screen({ media: { getDisplayMedia }, told }) };
}

function refusing(name) {
  return () => Promise.reject(Object.assign(new Error(name), { name }));
}

test("a shared screen lasts until the page ends it", async () => {
  const track = new FakeTrack("video");
  const { screen, seen } = desk(async () => track);
  screen.want(true);
  await settled();
  assert.equal(screen.track, track);
  screen.want(false);
  assert.deepEqual([screen.track, track.readyState, seen.ended], [null, "ended", 0]);
});

test("the browser's own bar ends it, which the page is told once", async () => {
  const track = new FakeTrack("video");
  const { screen, seen } = desk(async () => track);
  screen.want(true);
  await settled();
  track.end();
  assert.deepEqual([screen.track, seen.ended], [null, 1]);
});

test("who closes the browser's question has no problem, and is not asked again unbidden", async () => {
  const { screen, seen } = desk(refusing("NotAllowedError"));
  screen.want(true);
  await settled();
  screen.want(true);
  await settled();
  assert.deepEqual(seen, { asked: 1, ended: 1, problems: [] });
  screen.want(false);
  screen.want(true);
  await settled();
  assert.equal(seen.asked, 2);
});

test("a browser that shares no screen says so", async () => {
  const problems = [];
  const told = { changed() {}, ended() {}, problem: (word) => problems.push(word) };
  new Screen({ media: {}, told }).want(true);
  await settled();
  assert.deepEqual(problems, ["unsupported"]);
});

test("a screen that is given after the page has changed its mind is let go of", async () => {
  const track = new FakeTrack("video");
  const { screen } = desk(async () => track);
  screen.want(true);
  screen.want(false);
  await settled();
  assert.deepEqual([screen.track, track.readyState], [null, "ended"]);
});
