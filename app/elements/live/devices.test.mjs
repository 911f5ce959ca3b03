import assert from "node:assert/strict";
import test from "node:test";
import { BUSY_MS, Devices, HELD_MS, READY_MS, UNANSWERED_MS } from "./devices.js";
import { FakeClock, FakeMedia, settled } from "./fakes.mjs";

const ALL = [
  { kind: "videoinput", deviceId: "c1" },
  { kind: "videoinput", deviceId: "c2" },
  { kind: "audioinput", deviceId: "m1" },
  { kind: "audioinput", deviceId: "communications" },
  { kind: "audiooutput", deviceId: "s1" },
];
const OFF = { camera: false, microphone: false };
const BOTH = { camera: true, microphone: true };

function desk(devices = ALL) {
  const clock = new FakeClock();
  const media = new FakeMedia(devices);
  const problems = [];
  const lists = [];
  const told = {
    changed() {},
    problem: (word) => problems.push(word),
    solved: (word) => problems.push(`no longer ${word}`),
    list: (list) => lists.push(list),
  };
  const of = (media, isSecure = true) => new Devices({ media, isSecure, clock, told });
  return { clock, media, problems, lists, of, devices: of(media) };
}

test("camera and microphone are asked for in one question", async () => {
  const { devices, media } = desk();
  await Promise.all([devices.want({ ...OFF, camera: true }), devices.want(BOTH)]);
  assert.deepEqual(media.asked, [{ video: true, audio: true }]);
  assert.deepEqual(devices.on, { camera: true, microphone: true });
});

test("a camera that is turned off is let go of at once", async () => {
  const { devices, media } = desk();
  await devices.want({ ...OFF, camera: true });
  await devices.want(OFF);
  assert.equal(media.given[0].readyState, "ended");
  assert.equal(devices.on.camera, false);
});

test("a microphone that is turned off is silent at once and let go of later", async () => {
  const { clock, devices, media } = desk();
  await devices.want({ ...OFF, microphone: true });
  await devices.want(OFF);
  const [microphone] = media.given;
  assert.deepEqual([microphone.enabled, microphone.readyState], [false, "live"]);
  await clock.pass(READY_MS + 1);
  assert.equal(microphone.readyState, "ended");
});

test("whoever has left keeps no microphone ready", async () => {
  const { devices, media } = desk();
  await devices.want({ ...OFF, microphone: true });
  await devices.want({ ...OFF, isReady: false });
  assert.equal(media.given[0].readyState, "ended");
});

test("who presses to talk again is not asked again", async () => {
  const { clock, devices, media } = desk();
  for (const microphone of [true, false, true, false, true]) {
    await devices.want({ ...OFF, microphone });
    await clock.pass(5_000);
  }
  await clock.pass(READY_MS * 2);
  assert.equal(media.asked.length, 1);
  assert.equal(devices.on.microphone, true);
});

test("a microphone that the chair has muted stays silent whatever is pressed", async () => {
  const { devices } = desk();
  await devices.want({ ...OFF, microphone: true, isMuted: true });
  assert.equal(devices.on.microphone, false);
  await devices.want({ ...OFF, microphone: true, isMuted: false });
  assert.equal(devices.on.microphone, true);
});

test("a missing camera does not cost the microphone", async () => {
  const { devices, problems } = desk(ALL.filter(({ kind }) => kind !== "videoinput"));
  await devices.want(BOTH);
  assert.deepEqual(devices.on, { camera: false, microphone: true });
  assert.deepEqual(problems, ["missing"]);
});

test("an unplugged camera gives way to another", async () => {
  const { clock, devices, media, problems } = desk();
  await devices.want({ ...OFF, camera: true, cameraId: "c1" });
  await clock.pass(60_000);
  await media.unplug("c1");
  assert.equal(devices.tracks.camera.getSettings().deviceId, "c2");
  assert.deepEqual(problems, []);
});

test("the chosen camera is taken again when it is plugged in again", async () => {
  const { clock, devices, media } = desk();
  await devices.want({ ...OFF, camera: true, cameraId: "c1" });
  await clock.pass(60_000);
  await media.unplug("c1");
  await media.plug({ kind: "videoinput", deviceId: "c1" });
  assert.equal(devices.tracks.camera.getSettings().deviceId, "c1");
});

test("the last camera unplugged is missed, and no more once there is one", async () => {
  const { clock, devices, media, problems } = desk(ALL.filter(({ deviceId }) => deviceId !== "c2"));
  await devices.want({ ...OFF, camera: true });
  await clock.pass(60_000);
  await media.unplug("c1");
  assert.deepEqual(problems, ["missing"]);
  await media.plug({ kind: "videoinput", deviceId: "c3" });
  assert.deepEqual(problems, ["missing", "no longer missing"]);
  assert.equal(devices.on.camera, true);
});

test("a camera that ended without a word is asked for again when the page is seen", async () => {
  const { devices, media } = desk();
  await devices.want({ ...OFF, camera: true });
  media.given[0].readyState = "ended";
  await devices.settle();
  assert.equal(media.asked.length, 2);
  assert.equal(devices.on.camera, true);
});

test("another choice changes the device", async () => {
  const { devices, media } = desk();
  await devices.want({ ...OFF, camera: true, cameraId: "c1" });
  await devices.want({ ...OFF, camera: true, cameraId: "c2" });
  assert.equal(devices.tracks.camera.getSettings().deviceId, "c2");
  assert.equal(media.given[0].readyState, "ended");
});

test("a camera that another program uses is asked for again, and the problem told once", async () => {
  const { clock, devices, media, problems } = desk();
  media.refuse = { videoinput: "NotReadableError" };
  await devices.want({ ...OFF, camera: true });
  await clock.pass(BUSY_MS * 2 + 1);
  assert.deepEqual(problems, ["busy"]);
  media.refuse = {};
  await clock.pass(BUSY_MS + 1);
  assert.deepEqual(problems, ["busy", "no longer busy"]);
  assert.equal(devices.on.camera, true);
});

test("who said no is asked again only when they wish", async () => {
  const { clock, devices, media, problems } = desk();
  media.refuse = { videoinput: "NotAllowedError" };
  await devices.want({ ...OFF, camera: true });
  await devices.want({ camera: true, microphone: true });
  await clock.pass(60_000);
  assert.equal(media.asked.filter(({ video }) => video).length, 1);
  assert.deepEqual(problems, ["denied"]);
  await devices.retry();
  assert.deepEqual(problems, ["denied", "denied"], "who asked again is told again");
  media.refuse = {};
  await devices.retry();
  assert.equal(devices.on.camera, true);
});

test("what is turned off while the browser asks is let go of", async () => {
  const { devices, media } = desk();
  const asking = devices.want({ ...OFF, camera: true });
  await Promise.resolve();
  await devices.want(OFF);
  await asking;
  assert.ok(media.given.every(({ readyState }) => readyState === "ended"));
  assert.equal(devices.on.camera, false);
});

test("a page that is not secure, and a browser without devices, say so", async () => {
  const { of, problems } = desk();
  await of(undefined, false).want({ ...OFF, camera: true });
  await of(undefined, true).want({ ...OFF, camera: true });
  assert.deepEqual(problems, ["insecure", "unsupported"]);
});

test("the list names cameras, microphones and speakers, each once", async () => {
  const { devices, lists } = desk();
  await devices.tellList();
  const ids = Object.values(lists[0]).map((list) => list.map(({ id }) => id));
  assert.deepEqual(ids, [["c1", "c2"], ["m1"], ["s1"]]);
});

test("leaving lets go of everything", async () => {
  const { devices, media } = desk();
  await devices.want(BOTH);
  devices.close();
  await settled();
  assert.ok(media.given.every(({ readyState }) => readyState === "ended"));
});

test("a question that nobody answers is told of, and solved by its answer", async () => {
  const { clock, devices, media, problems } = desk();
  let answer;
  media.unanswered = new Promise((resolve) => (answer = resolve));
  const wanted = devices.want({ ...OFF, camera: true });
  await clock.pass(UNANSWERED_MS - 1);
  assert.deepEqual(problems, []);
  await clock.pass(1);
  assert.deepEqual(problems, ["unanswered"]);
  answer();
  await wanted;
  assert.deepEqual(problems, ["unanswered", "no longer unanswered"]);
  assert.equal(devices.on.camera, true);
});

test("who asks again is asked anew, and a late answer to the first question opens nothing", async () => {
  const { clock, devices, media } = desk();
  let answer;
  media.unanswered = new Promise((resolve) => (answer = resolve));
  devices.want({ ...OFF, microphone: true });
  await clock.pass(UNANSWERED_MS);
  media.unanswered = null;
  await devices.retry();
  assert.equal(media.asked.length, 2);
  assert.equal(devices.on.microphone, true);
  const [given] = media.given;
  answer();
  for (let n = 0; n < 4; n += 1) await settled();
  assert.equal(given.readyState, "live");
  assert.equal(media.given[1].readyState, "ended");
});

test("what the system holds back is off and told of until it is given back", async () => {
  const { clock, devices, media, problems } = desk();
  await devices.want(BOTH);
  const microphone = media.given.find(({ kind }) => kind === "audio");
  microphone.mute();
  assert.deepEqual(devices.on, { camera: true, microphone: false });
  await clock.pass(HELD_MS - 1);
  assert.deepEqual(problems, []);
  await clock.pass(1);
  assert.deepEqual(problems, ["held"]);
  microphone.unmute();
  assert.deepEqual(devices.on, BOTH);
  assert.deepEqual(problems, ["held", "no longer held"]);
});
