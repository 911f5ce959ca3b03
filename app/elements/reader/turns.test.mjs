import assert from "node:assert/strict";
import test from "node:test";
import { PAPERS_MAX, Turns } from "./turns.js";

/** A device's storage. */
function device(kept) {
  const items = new Map(kept ? [["phien-turns", kept]] : []);
  return { getItem: (name) => items.get(name) ?? null, setItem: (name, text) => items.set(name, text), items };
}

test("a page is turned by quarters, and is as it was after four", () => {
  const turns = new Turns("/papers/1/file", () => device());
  const seen = [1, 2, 3, 4].map(() => {
    turns.turn(3);
    return turns.of(3);
  });
  assert.deepEqual(seen, [90, 180, 270, 0]);
  assert.equal(turns.of(2), 0);
});

test("what was turned is turned the next time, on that paper alone", () => {
  const storage = device();
  new Turns("a", () => storage).turn(2);
  assert.equal(new Turns("a", () => storage).of(2), 90);
  assert.equal(new Turns("b", () => storage).of(2), 0);
});

test("every page follows one, and a page that lies otherwise is turned on by itself", () => {
  const storage = device();
  const turns = new Turns("a", () => storage);
  turns.turn(1);
  turns.turn(5);
  turns.turn(5);
  turns.turnAllAs(1);
  turns.turn(4);
  const again = new Turns("a", () => storage);
  assert.deepEqual([1, 2, 4, 5].map((page) => again.of(page)), [90, 90, 180, 90]);
});

test("a paper that lies as its file says takes no room", () => {
  const storage = device();
  const turns = new Turns("a", () => storage);
  for (let quarters = 0; quarters < 4; quarters += 1) turns.turn(1);
  assert.equal(storage.items.get("phien-turns"), "[]");
});

test("the paper turned longest ago is forgotten first", () => {
  const storage = device();
  for (let paper = 0; paper <= PAPERS_MAX; paper += 1) new Turns(`p${paper}`, () => storage).turn(1);
  assert.equal(new Turns("p0", () => storage).of(1), 0);
  assert.equal(new Turns("p1", () => storage).of(1), 90);
});

test("a browser without storage turns all the same, and nonsense in it is nothing", () => {
  const forbidden = () => {
    throw new Error("forbidden");
  };
  const turns = new Turns("a", forbidden);
  turns.turn(1);
  assert.equal(turns.of(1), 90);
  for (const kept of ["{", "7", '[["a",{"all":45,"pages":{"1":"x"}}]]', '[null,["a",null]]']) {
    assert.equal(new Turns("a", () => device(kept)).of(1), 0, kept);
  }
});
