import test from "node:test";
import assert from "node:assert/strict";
import { isBlank, isWhite } from "./white.js";

const white = (pixels) => new Uint8ClampedArray(pixels * 4).fill(255);

test("white is every pixel white, wherever the pixels lie in memory", () => {
  assert.equal(isWhite(white(6)), true);
  for (const at of [0, 5, 23]) {
    const pixels = white(6);
    pixels[at] = 254;
    assert.equal(isWhite(pixels), false, `byte ${at}`);
  }
  const inside = white(6).subarray(4, 12);
  assert.equal(isWhite(inside), true);
});

/** A canvas of which `dots` are dark; its small picture is white. */
function canvas(width, height, dots) {
  const reads = [];
  const read = (left, top, wide, high) => {
    reads.push(high);
    const pixels = white(wide * high);
    for (const [x, y] of dots) if (y >= top && y < top + high) pixels[((y - top) * wide + x) * 4] = 0;
    return { data: pixels };
  };
  return { width, height, reads, getContext: () => ({ getImageData: read }) };
}

test("a lone dot that the small picture does not show is seen", () => {
  const small = { drawImage: () => {}, getImageData: (left, top, wide, high) => ({ data: white(wide * high) }) };
  globalThis.document = { createElement: () => ({ getContext: () => small }) };
  try {
    for (const dots of [[[0, 0]], [[9, 256]], [[5, 599]]]) {
      assert.equal(isBlank(canvas(10, 600, dots)), false, String(dots));
    }
    const empty = canvas(10, 600, []);
    assert.equal(isBlank(empty), true);
    assert.deepEqual(empty.reads, [256, 256, 88]);
  } finally {
    delete globalThis.document;
  }
});
