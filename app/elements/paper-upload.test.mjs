import assert from "node:assert/strict";
import test from "node:test";
import { queue } from "./upload/queue.js";

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
  prepend(...children) {
    this.children.unshift(...children);
  }
  remove() {
    const { children } = document.body;
    if (children.includes(this)) children.splice(children.indexOf(this), 1);
  }
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

const FORM = { action: "/meetings/1/papers", id: "add-1", fields: [["item", "1"], ["level", "open"]] };
const FIELD = { name: "file", multiple: true, accept: "application/pdf" };

/** Reads the first byte of a file. */
const READ = async (name) => {
  if (name.startsWith("changed")) throw new Error("NotReadableError");
};

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

  abort() {
    this.dispatchEvent(new Event("abort"));
  }

  break() {
    this.dispatchEvent(new Event("error"));
    this.dispatchEvent(new Event("loadend"));
  }

  answer(status, body) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.dispatchEvent(new Event("load"));
    this.dispatchEvent(new Event("loadend"));
  }
}

/** What listens for the tab being closed. */
const leaving = new Set();
const defined = new Map();
/** The element of the page that was opened last. */
let last = null;

/** The element on a page that was just opened. */
async function opened() {
  Object.assign(globalThis, {
    HTMLElement: FakeElement,
    XMLHttpRequest: FakeRequest,
    FormData: class extends Map {
      constructor(form) {
        super(form?.fields);
      }
      append(name, value) {
        this.set(name, value);
      }
    },
    customElements: { get: (name) => defined.get(name), define: (name, element) => defined.set(name, element) },
    document: {
      createElement: () => new FakeElement(),
      createElementNS: () => new FakeElement(),
      documentElement: { lang: "vi", dataset: { icons: "/pkg/icons.svg" }, classList: { toggle() {} } },
      body: new FakeElement(),
    },
    location: { pathname: "/meetings/1" },
    addEventListener: (name, listener) => name === "beforeunload" && leaving.add(listener),
    removeEventListener: (name, listener) => leaving.delete(listener),
  });
  await import("./paper-upload.js");
  const element = new (defined.get("paper-upload"))();
  element.addEventListener("uploaded", (event) => event.preventDefault());
  element.connectedCallback();
  last = element;
  return element;
}

/** An element that is sending the first of these files. */
async function sending(...names) {
  last?.disconnectedCallback();
  for (const upload of queue.uploads.filter((one) => one.state === "waiting")) queue.remove(upload);
  FakeRequest.sent.at(-1)?.answer(201, {});
  for (const upload of queue.uploads) queue.remove(upload);
  FakeRequest.sent = [];
  const element = await opened();
  choose(element, names.length > 0 ? names : ["scan.pdf"]);
  return element;
}

function choose(element, names) {
  const [field] = element.all((child) => child.type === "file");
  field.files = names.map((name) => ({ name, size: 1000, slice: () => ({ arrayBuffer: () => READ(name) }) }));
  field.dispatchEvent(new Event("change"));
}

/** The sentences of the strip at the bottom of the page; none without it. */
function strip() {
  const isSaid = (part) => ["strip-sending", "strip-failed"].some((text) => part.children.includes(text));
  return document.body.children.flatMap((one) => one.all(isSaid).map((part) => part.textContent));
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
  assert.deepEqual([...sent[1].fields], [...FORM.fields, ["declared", "yes"], ["kept", "k1"]]);
  sent[1].answer(201, {});
  assert.equal(element.all((child) => child.type === "checkbox").length, 0);
  assert.equal(sent.length, 2);
});

test("a file that was changed or removed after it was chosen says so, and the next one goes on", async () => {
  const element = await sending("changed.pdf", "b.pdf");
  FakeRequest.sent[0].break();
  await new Promise(setImmediate);
  assert.equal(element.all((part) => part.textContent === "changed").length > 0, true);
  assert.equal(element.all((part) => part.getAttribute("aria-label") === "retry").length, 0, "no try can help");
  assert.deepEqual(FakeRequest.sent.map(({ fields }) => fields.get("file").name), ["changed.pdf", "b.pdf"]);
  FakeRequest.sent[1].break();
  await new Promise(setImmediate);
  assert.equal(element.all((part) => part.textContent === "offline").length > 0, true);
  assert.equal(element.all((part) => part.getAttribute("aria-label") === "retry").length, 1);
});

test("every icon is of the page's sprite", async () => {
  const element = await sending();
  const icons = element.all((child) => child.getAttribute("href")).map((child) => child.getAttribute("href"));
  assert.ok(icons.length > 1);
  for (const icon of icons) assert.match(icon, /^\/pkg\/icons\.svg#i-[a-z0-9-]+$/);
});

test("a file that is there already is asked about, and added again by one press", async () => {
  const element = await sending();
  const { sent } = FakeRequest;
  sent[0].answer(409, { message: "there", failure: { refused: { same_paper: { kept: "k2" } } } });
  assert.equal(element.all((child) => child.type === "checkbox").length, 0);
  const isButton = (child) => child.type === "button" && child.textContent === "again";
  element.all(isButton)[0].dispatchEvent(new Event("click"));
  assert.deepEqual([...sent[1].fields], [...FORM.fields, ["again", "yes"], ["kept", "k2"]]);
  sent[1].answer(409, unread("k2"));
  element.all((child) => child.textContent === "declare-send")[0].dispatchEvent(new Event("click"));
  assert.deepEqual(
    [...sent[2].fields].slice(FORM.fields.length),
    [["declared", "yes"], ["again", "yes"], ["kept", "k2"]],
  );
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

test("files go on with what they were chosen with when their page is left", async () => {
  const element = await sending("a.pdf", "b.pdf", "c.pdf");
  const chosen = FORM.fields;
  FORM.fields = [["item", "1"]];
  element.disconnectedCallback();
  const { sent } = FakeRequest;
  sent[0].answer(201, {});
  sent[1].answer(201, {});
  sent[2].answer(201, {});
  FORM.fields = chosen;
  assert.deepEqual(sent.map(({ fields }) => fields.get("file").name), ["a.pdf", "b.pdf", "c.pdf"]);
  assert.deepEqual(sent.map(({ fields }) => fields.get("level")), ["open", "open", "open"]);
});

test("the browser warns as long as anything is unsent, on whatever page", async () => {
  const element = await sending("a.pdf", "b.pdf");
  assert.equal(leaving.size, 1);
  element.disconnectedCallback();
  assert.equal(leaving.size, 1);
  FakeRequest.sent[0].answer(201, {});
  assert.equal(leaving.size, 1, "one file is still to be sent");
  FakeRequest.sent[1].answer(409, unread("k1"));
  assert.equal(leaving.size, 1, "one file waits for its declaration");
  queue.remove(queue.uploads[0]);
  assert.equal(leaving.size, 0);
});

test("a strip tells of the files whose page was left, until all are sent", async () => {
  const element = await sending("a.pdf", "b.pdf");
  assert.deepEqual(strip(), []);
  element.disconnectedCallback();
  assert.deepEqual(strip(), ["strip-sending"]);
  FakeRequest.sent[0].answer(201, {});
  assert.deepEqual(strip(), ["strip-sending"]);
  FakeRequest.sent[1].answer(201, {});
  assert.deepEqual(document.body.children, []);
});

test("a refusal shown before its page was left stays in the strip, a cancelled file does not", async () => {
  const element = await sending("a.pdf", "b.pdf");
  FakeRequest.sent[0].answer(409, { message: "no PDF" });
  queue.cancel(queue.uploads[1]);
  FakeRequest.sent[1].dispatchEvent(new Event("loadend"));
  element.disconnectedCallback();
  assert.deepEqual(strip(), ["strip-failed"]);
  assert.deepEqual(queue.uploads.map((upload) => upload.file.name), ["a.pdf"]);
});

test("files that came after the session had ended are sent again once somebody has signed in", async () => {
  const element = await sending("a.pdf");
  let told = 0;
  element.addEventListener("signedout", () => {
    told += 1;
  });
  FakeRequest.sent[0].answer(401, { message: "sign in" });
  assert.equal(told, 1);
  const labels = (part) => part.getAttribute("aria-label");
  assert.equal(element.all((part) => labels(part) === "retry").length, 1);
  queue.retry(queue.uploads[0]);
  FakeRequest.sent[1].answer(200, {});
  assert.equal(queue.uploads.length, 0);
});

test("the strip leads back to files that failed, and they are shown there", async () => {
  const element = await sending("a.pdf");
  element.disconnectedCallback();
  FakeRequest.sent[0].answer(503, { message: "busy" });
  assert.deepEqual(strip(), ["strip-failed"]);
  const [link] = document.body.children[0].all((part) => part.getAttribute("href") === "/meetings/1#agenda");
  assert.equal(link.textContent, "strip-back");
  const again = await opened();
  assert.deepEqual(document.body.children, []);
  assert.equal(again.all((part) => part.textContent === "busy").length, 1);
  queue.retry(queue.uploads[0]);
  assert.ok(FakeRequest.sent[1].fields.has("file"));
});

test("a page that is opened again shows what is still being sent, and hears of its end", async () => {
  const element = await sending("a.pdf", "b.pdf");
  element.disconnectedCallback();
  FakeRequest.sent[0].answer(201, {});
  const again = await opened();
  let heard = 0;
  again.addEventListener("uploaded", () => (heard += 1));
  const rows = () => again.all((part) => part.className.startsWith("upload__row is-"));
  assert.deepEqual(rows().map((row) => row.className), ["upload__row is-sending"]);
  FakeRequest.sent[1].answer(201, {});
  assert.deepEqual(rows().map((row) => row.className), ["upload__row is-done"]);
  assert.equal(heard, 1);
});
