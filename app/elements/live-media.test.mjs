import assert from "node:assert/strict";
import test from "node:test";
import { FakeConnection, FakeMedia, settled } from "./live/fakes.mjs";

const DEVICES = [
  { kind: "videoinput", deviceId: "c1" },
  { kind: "audioinput", deviceId: "m1" },
];

/** As much of a browser's element as this one uses: attributes, events, and a place for its voices. */
class FakeElement extends EventTarget {
  #attributes = new Map();
  isConnected = true;

  attachShadow() {
    return { append() {}, appendChild: (child) => child };
  }

  querySelectorAll() {
    return [];
  }

  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }

  hasAttribute(name) {
    return this.#attributes.has(name);
  }

  setAttribute(name, value) {
    const before = this.getAttribute(name);
    this.#attributes.set(name, value);
    this.#told(name, before, value);
  }

  removeAttribute(name) {
    const before = this.getAttribute(name);
    if (this.#attributes.delete(name)) this.#told(name, before, null);
  }

  #told(name, before, now) {
    if (this.constructor.observedAttributes.includes(name)) this.attributeChangedCallback(name, before, now);
  }
}

class FakeDocument extends EventTarget {
  visibilityState = "visible";

  createElement() {
    return { remove() {} };
  }
}

async function define() {
  const defined = new Map();
  Object.assign(globalThis, {
    HTMLElement: FakeElement,
    customElements: { get: (name) => defined.get(name), define: (name, element) => defined.set(name, element) },
    document: new FakeDocument(),
    isSecureContext: true,
    addEventListener() {},
    RTCPeerConnection: FakeConnection,
    MutationObserver: class {
      observe() {}
      disconnect() {}
    },
  });
  await import("./live-media.js");
  return defined.get("live-media");
}

const LiveMedia = await define();

async function untilSettled() {
  // The element's own clock, which needs no time for what is due at once.
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setTimeout(resolve, 0));
  await settled();
}

/** A page that sits with these attributes; `lit` names the devices that are in use. */
async function seated(context, attributes) {
  const media = new FakeMedia(DEVICES);
  media.getDisplayMedia = async () => media.getUserMedia({ video: true });
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: media }, configurable: true });
  const page = new LiveMedia();
  for (const [name, value] of Object.entries(attributes)) page.setAttribute(name, value);
  page.connectedCallback();
  context.after(() => page.disconnectedCallback());
  page.hear('{"seated":"hall"}');
  await untilSettled();
  const lit = () => media.given.filter(({ readyState, enabled }) => readyState === "live" && enabled).map(({ kind }) => kind);
  return { page, lit };
}

test("who loses the seat while muted and sharing lets go of everything, and stays so", async (context) => {
  const { page, lit } = await seated(context, { camera: "on", microphone: "off", sharing: "on", "muted-by-chair": "on" });
  assert.deepEqual(lit(), ["video", "video"]);
  page.hear('"unseated"');
  // As the page answers it.
  page.setAttribute("sharing", "off");
  page.removeAttribute("muted-by-chair");
  await untilSettled();
  assert.deepEqual(lit(), []);
});

test("who turns something on again, or presses to sit, is seen again", async (context) => {
  for (const again of [(page) => page.setAttribute("microphone", "on"), (page) => page.start()]) {
    const { page, lit } = await seated(context, { camera: "on", microphone: "off", sharing: "off" });
    page.hear('"unseated"');
    await untilSettled();
    assert.deepEqual(lit(), []);
    again(page);
    await untilSettled();
    assert.ok(lit().includes("video"));
  }
});
