// What the small calendar computes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { addDays, addMonths, moved, read, weeks, words, written } from "./month.js";

test("a whole date is read and written as fields hold it", () => {
  for (const text of ["05/12/2026", "5/12/2026", " 5.12.2026 ", "05-12-2026", "2026-12-05"]) {
    assert.equal(read(text), "2026-12-05", text);
  }
  assert.equal(written("2026-12-05"), "05/12/2026");
});

test("what is no whole date is not read", () => {
  for (const text of ["", "mai", "5/12", "5/12/26", "31/11/2026", "29/02/2027", "00/12/2026", "5/13/2026", "5/12/1989", "5/12/20266"]) {
    assert.equal(read(text), null, text);
  }
  assert.equal(read("29/02/2028"), "2028-02-29");
});

test("every day of some years reads back, and its month holds it once", () => {
  for (let day = "2025-12-30"; day < "2029-01-02"; day = addDays(day, 1)) {
    assert.equal(read(written(day)), day);
    assert.equal(weeks(day).flat().filter((cell) => cell === day).length, 1, day);
  }
});

test("weeks begin on Monday and belong to one month", () => {
  const november = weeks("2026-11-29");
  assert.deepEqual(november[0], [null, null, null, null, null, null, "2026-11-01"]);
  assert.equal(november.length, 6);
  assert.equal(november.at(-1)[0], "2026-11-30");
  assert.equal(november.flat().filter(Boolean).length, 30);
  assert.equal(weeks("2027-02-10").length, 4);
  assert.deepEqual(weeks("2027-02-10")[0][0], "2027-02-01");
  assert.equal(weeks("2028-02-01").flat().filter(Boolean).length, 29);
});

test("keys move as in the date picker of the authoring practices", () => {
  const table = [
    ["ArrowLeft", "2026-11-28"],
    ["ArrowRight", "2026-11-30"],
    ["ArrowUp", "2026-11-22"],
    ["ArrowDown", "2026-12-06"],
    ["Home", "2026-11-23"],
    ["End", "2026-11-29"],
    ["PageUp", "2026-10-29"],
    ["PageDown", "2026-12-29"],
    ["a", null],
    ["Escape", null],
  ];
  for (const [key, day] of table) assert.equal(moved("2026-11-29", key), day, key);
  assert.equal(moved("2026-11-29", "PageUp", true), "2025-11-29");
  assert.equal(moved("2026-11-29", "PageDown", true), "2027-11-29");
});

test("a month without the day has its last one, and the years have ends", () => {
  assert.equal(addMonths("2026-12-31", 2), "2027-02-28");
  assert.equal(addMonths("2027-12-31", 2), "2028-02-29");
  assert.equal(addMonths("2028-02-29", 12), "2029-02-28");
  assert.equal(addMonths("2026-01-31", -11), "2025-02-28");
  assert.equal(addDays("1990-01-01", -1), "1990-01-01");
  assert.equal(addDays("2999-12-31", 1), "2999-12-31");
  assert.equal(addMonths("2999-12-31", 12), "2999-12-31");
});

test("months and days are named in the page's language", () => {
  const vi = words("vi");
  assert.equal(vi.month("2026-12-05"), "Tháng 12/2026");
  assert.match(vi.day("2026-12-05"), /^Thứ Bảy.*5.*12.*2026$/);
  assert.deepEqual(vi.weekdays.map(({ short }) => short), ["T2", "T3", "T4", "T5", "T6", "T7", "CN"]);
  const en = words("en");
  assert.equal(en.month("2026-12-05"), "December 2026");
  assert.match(en.day("2026-12-05"), /^Saturday.*5 December 2026$/);
  assert.equal(en.weekdays[6].long, "Sunday");
});
