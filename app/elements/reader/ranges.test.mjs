import assert from "node:assert/strict";
import test from "node:test";
import { firstPiece, Pieces, PIECE_BYTES } from "./ranges.js";

// The element listens for the browser's `online`; here nothing ever sends it.
globalThis.addEventListener ??= () => {};

/** Answers like a server that has `bytes`; `answers` may stand in for the first few requests. */
function serve(t, bytes, answers = []) {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (_url, { headers }) => {
    const [begin, last] = headers.Range.match(/\d+/g).map(Number);
    asked.push([begin, last]);
    const answer = answers.shift();
    if (answer === "line down") throw new TypeError("line down");
    if (typeof answer === "number") return new Response(null, { status: answer });
    const end = Math.min(last, bytes.length - 1);
    const range = { "content-range": `bytes ${begin}-${end}/${bytes.length}` };
    return new Response(bytes.subarray(begin, end + 1), { status: 206, headers: range });
  });
  return asked;
}

const never = () => new AbortController().signal;
const paper = (length) => Uint8Array.from({ length }, (_, at) => at % 251);

/** Pieces whose news are written down; `settled` resolves at the next one. */
function reading(url = "/paper") {
  const news = [];
  let tell;
  const settled = () => new Promise((done) => (tell = done));
  const note = (...entry) => {
    news.push(entry);
    tell?.();
  };
  const pieces = new Pieces(url, never(), (begin, bytes) => note("bytes", begin, bytes.length), {
    stalled: () => note("stalled"),
    resumed: () => note("resumed"),
    refused: (reason) => note("refused", reason),
  });
  return { pieces, news, settled };
}

test("one request gives the first piece and the length of the whole", async (t) => {
  const asked = serve(t, paper(200_000));
  const first = await firstPiece("/paper", never());
  assert.deepEqual(asked, [[0, PIECE_BYTES - 1]]);
  assert.equal(first.length, 200_000);
  assert.equal(first.bytes.length, PIECE_BYTES);
});

test("a paper that is gone or not theirs to read says which", async (t) => {
  for (const [status, reason] of [
    [404, "gone"],
    [410, "gone"],
    [403, "forbidden"],
    [401, "signed-out"],
    [503, "offline"],
  ]) {
    serve(t, paper(10), [status]);
    await assert.rejects(firstPiece("/paper", never()), { reason });
    t.mock.restoreAll();
  }
});

test("a line that is down for a moment is tried again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  serve(t, paper(100_000), ["line down"]);
  const { pieces, news, settled } = reading();
  const arrived = settled();
  pieces.request(65_536, 100_000);
  // The pause before the second try begins once the first has failed.
  for (let turn = 0; news.length === 0 && turn < 50; turn += 1) {
    await new Promise(setImmediate);
    t.mock.timers.tick(1000);
  }
  await arrived;
  assert.deepEqual(news, [["bytes", 65_536, 34_464]]);
});

test("a piece that cannot be had waits and comes when the line is back", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  serve(t, paper(100_000), ["line down", "line down", "line down"]);
  const { pieces, news } = reading();
  pieces.request(0, 65_536);
  for (let turn = 0; news.length === 0 && turn < 50; turn += 1) {
    await new Promise(setImmediate);
    t.mock.timers.tick(2000);
  }
  assert.deepEqual(news, [["stalled"]]);
  pieces.resume();
  for (let turn = 0; news.length < 3 && turn < 50; turn += 1) await new Promise(setImmediate);
  assert.deepEqual(news, [["stalled"], ["resumed"], ["bytes", 0, 65_536]]);
});

test("a paper withdrawn while it is read stops the reading", async (t) => {
  serve(t, paper(100_000), [410]);
  const { pieces, news, settled } = reading();
  const told = settled();
  pieces.request(0, 65_536);
  await told;
  assert.deepEqual(news, [["refused", "gone"]]);
});

test("a piece that was asked for and has not come is waited for", async (t) => {
  serve(t, paper(100_000));
  const { pieces, settled } = reading();
  assert.equal(pieces.isWaiting, false);
  const arrived = settled();
  pieces.request(65_536, 100_000);
  assert.equal(pieces.isWaiting, true);
  await arrived;
  await new Promise(setImmediate);
  assert.equal(pieces.isWaiting, false);
});
