// Doubles of what a browser gives the live parts, for their tests: time turned by hand, tracks, connections.

export class FakeClock {
  #time = 0;
  #waiting = new Set();

  now() {
    return this.#time;
  }

  /** What is due at once needs no time. */
  after(milliseconds, act) {
    if (milliseconds === 0) {
      const soon = setImmediate(act);
      return () => clearImmediate(soon);
    }
    const one = { at: this.#time + milliseconds, act };
    this.#waiting.add(one);
    return () => this.#waiting.delete(one);
  }

  /** Lets so much time pass; what is due happens in order, with what follows from it at once. */
  async pass(milliseconds) {
    const end = this.#time + milliseconds;
    for (;;) {
      await settled();
      const [next] = [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#waiting.delete(next);
      this.#time = next.at;
      next.act();
    }
    this.#time = end;
  }
}

/** All promises that can be kept are kept. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

export class FakeTrack extends EventTarget {
  enabled = true;
  readyState = "live";

  constructor(kind, settings = {}, muted = false) {
    super();
    Object.assign(this, { kind, settings, muted });
  }

  getSettings() {
    return this.settings;
  }

  stop() {
    this.readyState = "ended";
  }

  /** Ends by itself, as when it is unplugged. */
  end() {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  /** The system holds it back. */
  mute() {
    this.muted = true;
    this.dispatchEvent(new Event("mute"));
  }

  unmute() {
    this.muted = false;
    this.dispatchEvent(new Event("unmute"));
  }
}

class FakeSender {
  track = null;
  changes = 0;
  transport = null;

  constructor(encodings) {
    this.encodings = encodings;
  }

  getParameters() {
    return { encodings: this.encodings.map((encoding) => ({ ...encoding })), transactionId: String(this.changes) };
  }

  async setParameters({ encodings, transactionId }) {
    if (transactionId !== String(this.changes)) throw new Error("these parameters are stale");
    this.changes += 1;
    this.encodings = encodings;
  }

  async replaceTrack(track) {
    this.track = track;
  }
}

/** A connection as far as the parts use it. `offers` and `answers` name what it was given. */
export class FakeConnection extends EventTarget {
  static made = [];
  connectionState = "new";
  signalingState = "stable";
  localDescription = null;
  remoteDescription = null;
  transceivers = [];

  constructor({ canSimulcast = true } = {}) {
    super();
    this.canSimulcast = canSimulcast;
    this.number = FakeConnection.made.push(this);
  }

  addTransceiver(kind, { sendEncodings = [{}] } = {}) {
    const only = this.canSimulcast ? sendEncodings : [{}];
    const encodings = only.map((encoding) => ({ active: true, ...encoding }));
    const one = { mid: null, kind, sender: new FakeSender(encodings), receiver: { track: null, transport: null } };
    this.transceivers.push(one);
    return one;
  }

  getTransceivers() {
    return this.transceivers;
  }

  getSenders() {
    return this.transceivers.map(({ sender }) => sender);
  }

  getReceivers() {
    return this.transceivers.map(({ receiver }) => receiver);
  }

  async createOffer() {
    return { type: "offer", sdp: `offer ${this.number}` };
  }

  async createAnswer() {
    return { type: "answer", sdp: `answer ${this.number} to ${this.remoteDescription.sdp}` };
  }

  async setLocalDescription(description) {
    this.localDescription = description;
    this.signalingState = description.type === "offer" ? "have-local-offer" : "stable";
  }

  /** An offer is the places' names: `main thumb0 voice0`. */
  async setRemoteDescription(description) {
    if (/torn/.test(description.sdp)) throw new Error("a torn description");
    this.remoteDescription = description;
    this.signalingState = description.type === "answer" ? "stable" : "have-remote-offer";
    if (description.type !== "offer") return;
    this.transceivers = description.sdp.split(" ").map((mid) => {
      const track = new FakeTrack(mid.startsWith("voice") ? "audio" : "video", {}, true);
      return { mid, sender: new FakeSender([]), receiver: { track, transport: null } };
    });
  }

  track(mid) {
    return this.transceivers.find((one) => one.mid === mid).receiver.track;
  }

  become(state) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  async getStats() {
    return new Map();
  }

  close() {
    this.connectionState = "closed";
  }
}

/** navigator.mediaDevices with these devices: [{kind, deviceId}]; `refuse` names kinds and how they fail. */
export class FakeMedia extends EventTarget {
  asked = [];
  given = [];
  refuse = {};
  /** A question that nobody answers until this resolves. */
  unanswered = null;

  constructor(devices) {
    super();
    this.devices = devices;
  }

  async enumerateDevices() {
    return this.devices.map((device) => ({ label: "", ...device }));
  }

  async getUserMedia({ video, audio }) {
    this.asked.push({ video: Boolean(video), audio: Boolean(audio) });
    await this.unanswered;
    const kinds = [video && "videoinput", audio && "audioinput"].filter(Boolean);
    for (const kind of kinds) {
      if (this.refuse[kind]) throw named(this.refuse[kind]);
      if (!this.devices.some((device) => device.kind === kind)) throw named("NotFoundError");
    }
    const tracks = kinds.map((kind) => {
      const asked = (kind === "videoinput" ? video : audio).deviceId?.ideal;
      const those = this.devices.filter((device) => device.kind === kind);
      const { deviceId } = those.find((device) => device.deviceId === asked) ?? those[0];
      return new FakeTrack(kind === "videoinput" ? "video" : "audio", { deviceId, width: 640, height: 360 });
    });
    this.given.push(...tracks);
    return { getTracks: () => tracks, getVideoTracks: () => tracks.filter(({ kind }) => kind === "video") };
  }

  async unplug(deviceId) {
    this.devices = this.devices.filter((device) => device.deviceId !== deviceId);
    const gone = this.given.filter(({ settings, readyState }) => settings.deviceId === deviceId && readyState === "live");
    for (const track of gone) track.end();
    await this.#tell();
  }

  async plug(device) {
    this.devices = [...this.devices, device];
    await this.#tell();
  }

  async #tell() {
    this.dispatchEvent(new Event("devicechange"));
    for (let n = 0; n < 4; n += 1) await settled();
  }
}

function named(name) {
  return Object.assign(new Error(name), { name });
}
