import assert from "node:assert/strict";
import test from "node:test";

/** The parts of a browser's element that this element uses. */
class FakeElement extends EventTarget {
  #attributes = new Map();
  children = [];
  hidden = false;
  disabled = false;
  checked = false;
  className = "";
  type = "";
  classList = { add() {}, remove() {} };
  style = { setProperty() {} };

  get textContent() {
    return this.children.map((child) => (typeof child === "string" ? child : child.textContent)).join("");
  }
  set textContent(text) {
    this.children = [text];
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  remove() {}
  setAttribute(name, value) {
    this.#attributes.set(name, value);
  }
  removeAttribute(name) {
    this.#attributes.delete(name);
  }
  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }
  closest(selector) {
    const name = selector.slice(1, -1);
    return { getAttribute: () => (name.startsWith("data-t-") ? name.slice(7) : null) };
  }
  querySelector(selector) {
    return selector === "form" ? FORM : FIELD;
  }

  /** All descendants for which `is` is true. */
  all(is) {
    const inside = this.children.filter((child) => child instanceof FakeElement);
    return inside.flatMap((child) => [...(is(child) ? [child] : []), ...child.all(is)]);
  }
}

const FORM = { action: "/meetings/1/papers" };
const FIELD = { name: "file", multiple: true, accept: "application/pdf" };

/** Records sent requests; the test answers them. */
class FakeRequest extends EventTarget {
  static sent = [];
  upload = new EventTarget();

  open() {}
  setRequestHeader() {}
  send(fields) {
    this.fields = fields;
    FakeRequest.sent.push(this);
  }

  answer(status, body) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.dispatchEvent(new Event("load"));
    this.dispatchEvent(new Event("loadend"));
  }
}

/** An element that is sending one file. */
async function sending() {
  const defined = new Map();
  FakeRequest.sent = [];
  Object.assign(globalThis, {
    HTMLElement: FakeElement,
    XMLHttpRequest: FakeRequest,
    FormData: class extends Map {
      constructor() {
        super();
      }
      append(name, value) {
        this.set(name, value);
      }
    },
    customElements: { get: (name) => defined.get(name), define: (name, element) => defined.set(name, element) },
    document: {
      createElement: () => new FakeElement(),
      createElementNS: () => new FakeElement(),
      documentElement: { lang: "vi", dataset: { icons: "/pkg/icons.svg" } },
    },
    addEventListener() {},
    removeEventListener() {},
  });
  await import(`./paper-upload.js?${Math.random()}`);
  const element = new (defined.get("paper-upload"))();
  element.addEventListener("uploaded", (event) => event.preventDefault());
  element.connectedCallback();
  const [field] = element.all((child) => child.type === "file");
  field.files = [{ name: "scan.pdf", size: 1000 }];
  field.dispatchEvent(new Event("change"));
  return element;
}

const unread = (kept) => ({ message: "why", failure: { refused: { first_page_unread: { why: "no_text", kept } } } });

test("a page that cannot be read is asked about, and the declaration goes without the file", async () => {
  const element = await sending();
  const { sent } = FakeRequest;
  assert.ok(sent[0].fields.has("file"));
  sent[0].answer(409, unread("k1"));
  const [box] = element.all((child) => child.type === "checkbox");
  const [send] = element.all((child) => child.textContent === "declare-send");
  assert.ok(send.disabled, "held until the box is ticked");
  box.checked = true;
  box.dispatchEvent(new Event("change"));
  assert.ok(!send.disabled);
  send.dispatchEvent(new Event("click"));
  assert.deepEqual([...sent[1].fields], [["declared", "yes"], ["kept", "k1"]]);
  sent[1].answer(201, {});
  assert.equal(element.all((child) => child.type === "checkbox").length, 0);
  assert.equal(sent.length, 2);
});

test("every icon is of the page's sprite", async () => {
  const element = await sending();
  const icons = element.all((child) => child.getAttribute("href")).map((child) => child.getAttribute("href"));
  assert.ok(icons.length > 1);
  for (const icon of icons) assert.match(icon, /^\/pkg\/icons\.svg#i-[a-z0-9-]+$/);
});

test("a file that is kept no longer is sent again, with its declaration", async () => {
  const element = await sending();
  const { sent } = FakeRequest;
  sent[0].answer(409, unread("k1"));
  element.all((child) => child.textContent === "declare-send")[0].dispatchEvent(new Event("click"));
  sent[1].answer(409, { message: "gone", failure: { refused: "no_longer_kept" } });
  assert.equal(sent.length, 3);
  assert.deepEqual([sent[2].fields.get("declared"), sent[2].fields.has("file"), sent[2].fields.has("kept")], ["yes", true, false]);
});
