import assert from "node:assert/strict";
import test from "node:test";
import { FakeConnection, FakeTrack } from "./fakes.mjs";
import { cameraEncodings, Publication, scale, withSoundRepeats } from "./publish.js";

const NOTHING = { low: false, mid: false, high: false, screen: false, sound: true };
const picture = (width, height) => new FakeTrack("video", { width, height });

async function answered(options) {
  const connection = new FakeConnection(options);
  const publication = new Publication(connection);
  await publication.offer();
  await publication.answer("answer");
  const [voice, camera, screen] = connection.getSenders();
  return { publication, voice, camera, screen };
}

const active = (sender) => sender.encodings.filter((encoding) => encoding.active).map(({ rid }) => rid ?? "only");

test("a voice, a camera and a screen have their places in this order, whatever is on", () => {
  const connection = new FakeConnection();
  new Publication(connection);
  assert.deepEqual(connection.transceivers.map(({ kind }) => kind), ["audio", "video", "video"]);
  assert.deepEqual(connection.transceivers[1].sender.encodings.map(({ rid }) => rid), ["l", "m", "h"]);
});

test("a camera that nobody watches sends nothing", async () => {
  const { publication, camera } = await answered();
  await publication.put({ camera: picture(640, 360), microphone: null, screen: null });
  assert.deepEqual(active(camera), []);
});

test("exactly the sizes asked for are sent", async () => {
  const { publication, camera, screen } = await answered();
  await publication.put({ camera: picture(640, 360), microphone: null, screen: picture(1920, 1080) });
  await publication.send({ ...NOTHING, low: true, high: true });
  assert.deepEqual(active(camera), ["l", "h"]);
  assert.deepEqual(active(screen), []);
  await publication.send({ ...NOTHING, mid: true, screen: true });
  assert.deepEqual(active(camera), ["m"]);
  assert.deepEqual(active(screen), ["only"]);
});

test("what was asked for before the answer is sent after it", async () => {
  const connection = new FakeConnection();
  const publication = new Publication(connection);
  await publication.offer();
  await publication.send({ ...NOTHING, low: true });
  await publication.answer("answer");
  assert.deepEqual(active(connection.getSenders()[1]), ["l"]);
});

test("a browser with one size sends it when any is asked for, as the middle one", () => {
  const [only] = cameraEncodings([{}], { ...NOTHING, high: true }, { width: 640, height: 360 });
  assert.equal(only.active, true);
  assert.equal(only.scaleResolutionDownBy, 2);
  assert.equal(cameraEncodings([{}], NOTHING, null)[0].active, false);
});

test("the encoder is not troubled by what it knows", async () => {
  const { publication, camera } = await answered();
  await publication.send({ ...NOTHING, low: true });
  const { changes } = camera;
  await publication.send({ ...NOTHING, low: true });
  assert.equal(camera.changes, changes);
});

test("many wishes at once end in the last one", async () => {
  const { publication, camera } = await answered();
  const wishes = [{ low: true }, { mid: true }, { high: true }, { low: true, mid: true }];
  await Promise.all(wishes.map((wish) => publication.send({ ...NOTHING, ...wish })));
  assert.deepEqual(active(camera), ["l", "m"]);
});

test("a microphone that is off, or unheard by the server's wish, sends nothing", async () => {
  const { publication, voice } = await answered();
  const microphone = new FakeTrack("audio");
  await publication.put({ camera: null, microphone, screen: null });
  assert.deepEqual(active(voice), ["only"]);
  microphone.enabled = false;
  await publication.put({ camera: null, microphone, screen: null });
  assert.deepEqual(active(voice), []);
  microphone.enabled = true;
  await publication.send({ ...NOTHING, sound: false });
  assert.deepEqual(active(voice), []);
});

test("a screen is put in its place and taken away without another offer", async () => {
  const { publication, screen } = await answered();
  const track = picture(1280, 720);
  await publication.put({ camera: null, microphone: null, screen: track });
  assert.equal(screen.track, track);
  await publication.put({ camera: null, microphone: null, screen: null });
  assert.equal(screen.track, null);
});

test("each size is as large as the server budgets, from any camera", () => {
  assert.equal(scale(160, { width: 640, height: 360 }), 4);
  assert.equal(scale(640, { width: 960, height: 540 }), 1.5);
  assert.equal(scale(640, { width: 1280, height: 720 }), 2);
  assert.equal(scale(640, { width: 320, height: 240 }), 1);
  assert.equal(scale(160, { width: 360, height: 640 }), 4);
  assert.equal(scale(320, undefined), 2);
});

test("a second answer is not taken", async () => {
  const { publication } = await answered();
  assert.equal(await publication.answer("torn"), false);
});

test("sound is offered as repeated by browsers that count its arrivals", () => {
  const chromium = [
    "v=0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
    "a=rtpmap:111 opus/48000/2",
    "a=rtcp-fb:111 transport-cc",
    "a=rtpmap:63 red/48000/2",
    "m=video 9 UDP/TLS/RTP/SAVPF 96",
    "a=rtpmap:96 VP8/90000",
    "a=rtcp-fb:96 transport-cc",
    "",
  ].join("\r\n");
  const offered = withSoundRepeats(chromium);
  assert.equal(offered.match(/^a=rtcp-fb:111 nack\r$/gm)?.length, 1);
  assert.equal(offered.includes("a=rtcp-fb:96 nack"), false);
  assert.equal(withSoundRepeats(offered), offered, "once");
  const firefox = chromium.replace("a=rtcp-fb:111 transport-cc\r\n", "");
  assert.equal(withSoundRepeats(firefox), firefox);
});
