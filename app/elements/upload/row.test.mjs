// The name of a file that is being sent, as its row shows it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { shownName } from "./row.js";

test("a name cannot be turned round to hide its ending", () => {
  assert.equal(shownName("hóa đơn\u202efdp.exe"), "hóa đơnfdp.exe");
  assert.equal(shownName("\u2066a\u2069\u200b\ufeff\u00ad\0.pdf"), "a.pdf");
});

test("marks are joined with their letters and nothing else changes", () => {
  assert.equal(shownName("Ke\u0302\u0301 hoa\u0323ch 🇻🇳 – 2.pdf"), "Kế hoạch 🇻🇳 – 2.pdf");
});
