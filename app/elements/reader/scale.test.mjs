import assert from "node:assert/strict";
import test from "node:test";
import {
  canvasRatio,
  CANVAS_PIXELS,
  fitScale,
  inset,
  LIVE_CANVASES,
  pageAt,
  pageNumber,
  stepScale,
  turned,
  wantedPages,
} from "./scale.js";

const a4 = { width: 793, height: 1122 };

test("a page fits the width of a tablet", () => {
  assert.equal(fitScale("width", a4, { width: 396.5, height: 1000 }), 0.5);
});

test("at a desk a page stops growing at 125 per cent", () => {
  assert.equal(fitScale("auto", a4, { width: 1900, height: 1000 }), 1.25);
});

test("a whole page fits the lower of both sides", () => {
  assert.equal(fitScale("page", a4, { width: 1900, height: 561 }), 0.5);
});

test("the largest plan fits the smallest phone", () => {
  const a0 = { width: 3179, height: 4494 };
  assert.ok(a0.width * fitScale("auto", a0, { width: 304, height: 500 }) <= 304);
  const longest = { width: 19_200, height: 1122 };
  assert.ok(longest.width * fitScale("width", longest, { width: 304, height: 500 }) <= 304);
});

test("a page narrower than the stage lies in its middle, a wider one is scrolled", () => {
  assert.equal(inset(800, 1000), 100);
  assert.equal(inset(1000, 1000), null);
  assert.equal(inset(3179, 1000), null);
});

test("a page on its side is as wide as it was high", () => {
  assert.deepEqual(turned(a4, 90), { width: 1122, height: 793 });
  assert.deepEqual(turned(a4, 180), a4);
});

test("zoom steps up and down again reach the same scale", () => {
  assert.equal(stepScale(stepScale(1, 1), -1), 1);
});

test("a scale between two steps goes to the next one", () => {
  assert.equal(stepScale(0.83, 1), 0.9);
  assert.equal(stepScale(0.83, -1), 0.75);
});

test("no canvas is larger than its limit", () => {
  const ratio = canvasRatio(3000, 4000, 3);
  assert.ok(3000 * ratio * 4000 * ratio <= CANVAS_PIXELS + 1);
});

test("a small canvas keeps the sharpness of the screen", () => {
  assert.equal(canvasRatio(400, 560, 3), 3);
});

test("the page being read is the last that begins above a third of the stage", () => {
  const tops = [20, 1000, 2000];
  assert.equal(pageAt(tops, 0, 900), 1);
  assert.equal(pageAt(tops, 700, 900), 2);
  assert.equal(pageAt(tops, 5000, 900), 3);
});

test("pages in view are drawn first, and never more than may live", () => {
  assert.deepEqual(wantedPages(4, 5, 40), [4, 5, 6, 3]);
  assert.equal(wantedPages(1, 30, 40).length, LIVE_CANVASES);
  assert.deepEqual(wantedPages(1, 1, 1), [1]);
});

test("a page number outside the paper is brought inside", () => {
  assert.equal(pageNumber("0", 28), 1);
  assert.equal(pageNumber("99", 28), 28);
  assert.equal(pageNumber("ba", 28), 1);
});
