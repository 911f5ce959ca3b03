// The name of a file that is being sent, as its row shows it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { shownName, shownSize } from "./row.js";

test("a name cannot be turned round to hide its ending", () => {
  assert.equal(shownName("hóa đơn\u202efdp.exe"), "hóa đơnfdp.exe");
  assert.equal(shownName("\u2066a\u2069\u200b\ufeff\u00ad\0.pdf"), "a.pdf");
});

test("marks are joined with their letters and nothing else changes", () => {
  assert.equal(shownName("Ke\u0302\u0301 hoa\u0323ch 🇻🇳 – 2.pdf"), "Kế hoạch 🇻🇳 – 2.pdf");
});

test("a size reads the same while it is sent and afterwards", () => {
  for (const [bytes, shown] of [
    [0, "0 KB"],
    [1, "1 KB"],
    [38_499, "38 KB"],
    [38_500, "39 KB"],
    [999_499, "999 KB"],
    [999_500, "1,0 MB"],
    [2_449_999, "2,4 MB"],
    [2_450_000, "2,5 MB"],
    [1_234_567_890, "1.234,6 MB"],
  ]) {
    assert.equal(shownSize(bytes, "vi"), shown);
  }
});
