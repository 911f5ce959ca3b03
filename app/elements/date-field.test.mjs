import assert from "node:assert/strict";
import test from "node:test";

/** The parts of a browser's element that this element uses. */
class FakeElement extends EventTarget {
  #attributes = new Map();
  tag = "";
  children = [];
  parent = null;
  dataset = {};
  style = { setProperty() {} };
  classList = { add() {}, remove() {} };
  value = "";
  type = "";
  className = "";
  tabIndex = -1;
  scope = "";
  abbr = "";
  title = "";
  offsetWidth = 300;
  offsetHeight = 380;

  get textContent() {
    return this.children.map((child) => (typeof child === "string" ? child : child.textContent)).join("");
  }
  set textContent(text) {
    this.children = text === "" ? [] : [text];
  }
  append(...children) {
    for (const child of children) if (child instanceof FakeElement) child.parent = this;
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = [];
    this.append(...children);
  }
  remove() {
    if (this.parent) this.parent.children = this.parent.children.filter((child) => child !== this);
    this.parent = null;
  }
  setAttribute(name, value) {
    this.#attributes.set(name, value);
  }
  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }
  closest(selector) {
    const name = selector.slice(1, -1);
    return { getAttribute: () => (name.startsWith("data-t-") ? name.slice(7) : null) };
  }
  all() {
    const inside = this.children.filter((child) => child instanceof FakeElement);
    return inside.flatMap((child) => [child, ...child.all()]);
  }
  querySelectorAll() {
    return this.all().filter((element) => element.dataset.date);
  }
  querySelector(selector) {
    const date = /^\[data-date="(.*)"\]$/.exec(selector)?.[1];
    return this.all().find((element) => (date ? element.dataset.date === date : element.tag === selector)) ?? null;
  }
  getBoundingClientRect() {
    return { left: 10, top: 100, bottom: 144 };
  }
  focus() {
    document.focused = this;
  }
  showModal() {
    this.isOpen = true;
  }
  close() {
    this.isOpen = false;
    this.dispatchEvent(new Event("close"));
  }
}

class FakeKey extends Event {
  constructor(key, held = {}) {
    super("keydown", { cancelable: true });
    Object.assign(this, { key, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false }, held);
  }
}

const element = (tag) => Object.assign(new FakeElement(), { tag });
const document = {
  createElement: element,
  createElementNS: (_, tag) => element(tag),
  documentElement: { lang: "vi", dataset: { icons: "/pkg/icons.svg" } },
  focused: null,
};
const asked = [];
const YEARS = {
  2026: { year: 2026, is_entered: true, days: [
    { date: "2026-09-02", kind: "off", name: "Quốc khánh" },
    { date: "2026-08-22", kind: "work", name: "" },
  ] },
  2028: { year: 2028, is_entered: false, days: [] },
};
let DateField;
Object.assign(globalThis, {
  HTMLElement: FakeElement,
  document,
  innerWidth: 390,
  innerHeight: 800,
  customElements: { get: () => undefined, define: (_, defined) => (DateField = defined) },
  fetch: async (address, { body }) => {
    asked.push(`${address} ${body}`);
    const found = YEARS[new URLSearchParams(body).get("year")];
    return { ok: Boolean(found), json: async () => found };
  },
});
await import("./date-field.js");

/** A field on a page, with what was typed and said into it. */
function field(typed) {
  const host = new DateField();
  host.dataset = { today: "2026-09-10" };
  const input = element("input");
  input.value = typed;
  const said = [];
  for (const name of ["input", "change"]) input.addEventListener(name, () => said.push(name));
  host.append(input);
  host.connectedCallback();
  const button = host.children[1];
  const dialog = () => host.children.find((child) => child.tag === "dialog") ?? null;
  const grid = () => dialog().all().find((child) => child.tag === "table");
  const cell = (date) => dialog().querySelector(`[data-date="${date}"]`);
  const press = (key, held) => grid().dispatchEvent(new FakeKey(key, held));
  return { host, input, button, said, dialog, cell, press };
}

const answered = () => new Promise((resolve) => setImmediate(resolve));

test("the button opens the month of the date with the date chosen and in focus", () => {
  const { button, dialog, cell } = field("04/12/2026");
  assert.equal(button.getAttribute("aria-haspopup"), "dialog");
  assert.match(button.getAttribute("aria-label"), /^choose, Thứ Sáu/);
  button.dispatchEvent(new Event("click"));
  assert.equal(dialog().isOpen, true);
  assert.equal(document.focused, cell("2026-12-04"));
  assert.equal(cell("2026-12-04").getAttribute("aria-selected"), "true");
  assert.equal(cell("2026-12-04").tabIndex, 0);
  assert.equal(cell("2026-12-05").tabIndex, -1);
  assert.match(cell("2026-12-05").getAttribute("aria-label"), /^Thứ Bảy/);
});

test("Alt+ArrowDown in an empty field opens the month of today, and Escape gives the focus back", () => {
  const { input, dialog, cell } = field("");
  input.dispatchEvent(new FakeKey("ArrowDown"));
  assert.equal(dialog(), null);
  input.dispatchEvent(new FakeKey("ArrowDown", { altKey: true }));
  assert.equal(document.focused, cell("2026-09-10"));
  assert.equal(cell("2026-09-10").getAttribute("aria-current"), "date");
  // The browser closes a dialog on Escape.
  dialog().close();
  assert.equal(dialog(), null);
  assert.equal(document.focused, input);
  assert.equal(input.value, "");
});

test("keys move the day over the ends of months, and Enter takes it", () => {
  const { input, button, said, dialog, cell, press } = field("30/09/2026");
  button.dispatchEvent(new Event("click"));
  press("ArrowRight");
  assert.equal(document.focused, cell("2026-10-01"));
  press("PageDown");
  press("End");
  assert.equal(document.focused, cell("2026-11-01"));
  said.length = 0;
  press("Enter");
  assert.equal(input.value, "01/11/2026");
  assert.deepEqual(said, ["input", "change"]);
  assert.equal(dialog(), null);
  assert.equal(document.focused, button);
  assert.match(button.getAttribute("aria-label"), /Chủ [nN]hật/);
});

test("a press takes a day, and a key of the browser moves nothing", () => {
  const { input, button, cell, press } = field("30/09/2026");
  button.dispatchEvent(new Event("click"));
  press("ArrowLeft", { altKey: true });
  assert.equal(document.focused, cell("2026-09-30"));
  cell("2026-09-15").dispatchEvent(new Event("click"));
  assert.equal(input.value, "15/09/2026");
});

test("days off are named, worked weekends marked, and the year is asked for once", async () => {
  const { button, cell, press } = field("01/09/2026");
  button.dispatchEvent(new Event("click"));
  await answered();
  assert.match(cell("2026-09-02").getAttribute("aria-label"), /, off: Quốc khánh$/);
  assert.equal(cell("2026-09-02").className, "is-off is-named");
  assert.equal(cell("2026-09-05").className, "is-off");
  assert.equal(cell("2026-09-03").className, "");
  press("PageUp");
  await answered();
  assert.match(cell("2026-08-22").getAttribute("aria-label"), /, work$/);
  assert.equal(cell("2026-08-22").className, "is-work");
  assert.deepEqual(asked.filter((line) => line.endsWith("year=2026")), ["/api/work-days/year year=2026"]);
});

test("a year whose days off are not entered says so", async () => {
  const { button, dialog, press } = field("26/01/2028");
  const note = () => dialog().all().find((child) => child.className.includes("note")).textContent;
  button.dispatchEvent(new Event("click"));
  await answered();
  assert.equal(note(), "not-entered");
  press("PageUp", { shiftKey: true });
  press("PageUp", { shiftKey: true });
  await answered();
  assert.equal(note(), "");
});

test("without an answer nothing is marked, and it is asked for again the next time", async () => {
  const { button, dialog } = field("26/01/2031");
  button.dispatchEvent(new Event("click"));
  await answered();
  const asking = () => asked.filter((line) => line.endsWith("year=2031")).length;
  assert.equal(asking(), 1);
  dialog().close();
  button.dispatchEvent(new Event("click"));
  await answered();
  assert.equal(asking(), 2);
});

test("a field that leaves the page takes its calendar along", () => {
  const { host, input, button } = field("30/09/2026");
  button.dispatchEvent(new Event("click"));
  host.disconnectedCallback();
  assert.deepEqual(host.children, [input]);
});
