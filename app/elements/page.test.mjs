import assert from "node:assert/strict";
import test from "node:test";

/** The parts of the browser that these comforts use. */
class FakeElement {
  dataset = {};
  textContent = "";
  children = [];
  value = "";
  focused = false;
  #attributes = new Map();
  parts = {};

  closest(selector) {
    const name = selector.slice(6, -1);
    return selector.startsWith("[data-") && name in this.dataset ? this : null;
  }
  querySelector(selector) {
    return this.parts[selector] ?? null;
  }
  replaceChildren(...children) {
    this.children = children;
  }
  setAttribute(name, value) {
    this.#attributes.set(name, value);
  }
  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }
  removeAttribute(name) {
    this.#attributes.delete(name);
  }
  focus() {
    this.focused = true;
  }
}

class FakeDocument extends EventTarget {
  documentElement = new FakeElement();
  refusal = new FakeElement();
  querySelector() {
    return this.refusal;
  }
  querySelectorAll() {
    return [];
  }
}

const CALL = "/api/accounts/change-password";
const sent = [];
let answer;
let led = null;

const document = new FakeDocument();
Object.assign(globalThis, {
  document,
  Element: FakeElement,
  FormData: class {
    constructor(form) {
      return Object.entries(form.typed);
    }
  },
  DOMParser: class {
    parseFromString(text) {
      const refused = { childNodes: [`fields of ${text}`] };
      const parts = { [`form[action="${CALL}"]`]: refused, "[data-refusal]": { childNodes: [`why of ${text}`] } };
      return { querySelector: (selector) => parts[selector] ?? null };
    }
  },
  fetch: async (address, asked) => {
    sent.push({ address, body: String(asked.body), redirect: asked.redirect });
    return answer;
  },
  location: { assign: (address) => (led = address) },
});
Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
await import("./page.js");

/** A form with two passwords typed. */
function form() {
  const made = new FakeElement();
  made.dataset.stay = "/account";
  made.setAttribute("action", CALL);
  made.action = CALL;
  made.typed = { old: "mot hai", new: "ba bon" };
  made.fields = { old: new FakeElement(), new: new FakeElement() };
  made.elements = { namedItem: (name) => made.fields[name] };
  made.parts = { "[aria-invalid=true]": made.fields.old };
  made.submit = () => (made.isSubmitted = true);
  return made;
}

/** Sends a form; says whether the browser was kept from sending it. */
async function submit(target) {
  const event = new Event("submit", { cancelable: true });
  Object.defineProperty(event, "target", { value: target });
  document.dispatchEvent(event);
  await new Promise((resolve) => setTimeout(resolve));
  return event.defaultPrevented;
}

test("before the program has taken over its page, a form is sent by the browser", async () => {
  assert.equal(await submit(form()), false);
  assert.deepEqual(sent, []);
});

test("a refusal is shown in place, and what was typed stays", async () => {
  document.documentElement.dataset.hydrated = "";
  answer = { status: 422, text: async () => "the refusal" };
  const one = form();
  assert.equal(await submit(one), true);
  assert.deepEqual(sent.at(-1), { address: CALL, body: "old=mot+hai&new=ba+bon", redirect: "manual" });
  assert.deepEqual(one.children, ["fields of the refusal"]);
  assert.deepEqual([one.fields.old.value, one.fields.new.value], ["mot hai", "ba bon"]);
  assert.deepEqual(document.refusal.children, ["why of the refusal"]);
  assert.ok(one.fields.old.focused);
});

test("what was done leads on, and any other answer is for the browser to show", async () => {
  answer = { type: "opaqueredirect", status: 0 };
  const done = form();
  await submit(done);
  assert.equal(led, "/account");
  answer = { status: 503 };
  const broken = form();
  await submit(broken);
  assert.ok(broken.isSubmitted && !done.isSubmitted);
});

test("a button copies its text and says so; one that could not copy says nothing", async () => {
  const copied = [];
  const press = async (isAllowed) => {
    navigator.clipboard = { writeText: async (text) => (isAllowed ? copied.push(text) : Promise.reject(new Error())) };
    const button = new FakeElement();
    Object.assign(button.dataset, { copy: "ABCD", tCopied: "copied" });
    const said = new FakeElement();
    button.parts = { "[role=status]": said };
    const event = new Event("click");
    Object.defineProperty(event, "target", { value: button });
    document.dispatchEvent(event);
    await new Promise((resolve) => setTimeout(resolve));
    return said.textContent;
  };
  assert.equal(await press(true), "copied");
  assert.equal(await press(false), "");
  assert.deepEqual(copied, ["ABCD"]);
});

/** A field that the browser would send only when it is filled. */
class Required extends FakeElement {
  custom = "";

  constructor(type) {
    super();
    this.type = type;
    this.localName = type === "select" ? "select" : "input";
  }
  get validity() {
    const valueMissing = this.value === "";
    return { valueMissing, customError: this.custom !== "", valid: !valueMissing && this.custom === "" };
  }
  setCustomValidity(words) {
    this.custom = words;
  }
}

test("what the browser finds missing is said in the page's language, until it is there", () => {
  Object.assign(document.documentElement.dataset, { tMissing: "Chưa nhập", tTick: "Đánh dấu", tChoose: "Chưa chọn" });
  const tell = (name, target) => {
    const event = new Event(name);
    Object.defineProperty(event, "target", { value: target });
    document.dispatchEvent(event);
  };
  for (const [type, words] of [["text", "Chưa nhập"], ["checkbox", "Đánh dấu"], ["select", "Chưa chọn"], ["file", "Chưa chọn"]]) {
    const field = new Required(type);
    tell("invalid", field);
    assert.equal(field.custom, words);
    field.value = "x";
    tell("input", field);
    assert.equal(field.custom, "");
  }
  // Filled by the program, which tells no input: the next try finds nothing wrong.
  const field = new Required("text");
  tell("invalid", field);
  field.value = "x";
  tell("invalid", field);
  assert.equal(field.custom, "");
});
