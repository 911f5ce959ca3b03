import assert from "node:assert/strict";
import test from "node:test";
import { figures, read } from "./line.js";
import { trackFor } from "./stage.js";

const report = (...all) => new Map(all.map((one, place) => [one.id ?? String(place), { id: String(place), ...one }]));
const pair = { id: "p", type: "candidate-pair", localCandidateId: "l", bytesReceived: 1000, bytesSent: 500 };

test("the chosen way is found in either kind of report", () => {
  const chromium = report(pair, { type: "transport", selectedCandidatePairId: "p" });
  assert.equal(read(chromium).received, 1000);
  const firefox = report({ ...pair, nominated: true, state: "succeeded" });
  assert.equal(read(firefox).sent, 500);
});

test("a way over TCP is told", () => {
  const over = (protocol) => report({ ...pair, selected: true }, { id: "l", type: "local-candidate", protocol });
  assert.equal(read(over("tcp")).isTcp, true);
  assert.equal(read(over("udp")).isTcp, false);
});

test("no report is a line of which nothing is known", () => {
  const { heard, rtt, isTcp } = read(null);
  assert.deepEqual([heard, rtt, isTcp], [null, null, false]);
});

test("rates, losses and freezes are those since the last reading", () => {
  const inbound = (packetsReceived, packetsLost, freezeCount) =>
    ({ type: "inbound-rtp", packetsReceived, packetsLost, freezeCount });
  const at = (bytesReceived, ...counts) => read(report({ ...pair, selected: true, bytesReceived }, inbound(...counts)));
  const before = { up: read(null), down: at(1_000, 100, 5, 1) };
  const after = { up: read(null), down: at(126_000, 190, 15, 3) };
  const { down_bps, loss_permille, freezes, up_bps } = figures(before, after, 2);
  assert.deepEqual([down_bps, loss_permille, freezes, up_bps], [500_000, 100, 2, 0]);
});

test("what is lost on the way up counts as well", () => {
  const up = read(report({ type: "remote-inbound-rtp", fractionLost: 0.05 }));
  assert.equal(figures({ up, down: read(null) }, { up, down: read(null) }, 2).loss_permille, 50);
});

test("an element shows one's own picture, or what its place says", () => {
  const own = { camera: "me", screen: "mine" };
  const tracks = new Map([["main", "them"]]);
  assert.equal(trackFor({ self: "" }, tracks, own), "me");
  assert.equal(trackFor({ selfScreen: "" }, tracks, own), "mine");
  assert.equal(trackFor({ mid: "main" }, tracks, own), "them");
  assert.equal(trackFor({ mid: "thumb9" }, tracks, own), null);
});
