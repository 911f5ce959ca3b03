// Camera and microphone: asked for when they are wanted, let go when not, and others taken when one is unplugged.
// Knows nothing of connections; whether somebody may be seen or heard it is told.

/** A microphone that was turned off stays ready so long, for who presses to talk; then its light goes out. */
export const READY_MS = 30_000;

/** Another program may let go of a camera. */
export const BUSY_MS = 5_000;

/** A question of the browser that nobody answers for so long is told of: it may lie behind another window. */
export const UNANSWERED_MS = 8_000;

/** What the system holds back for so long is told of; between two songs of a headset it is silent for a moment. */
export const HELD_MS = 1_000;

/** What ends sooner than this after it was given is no more asked for at once. */
const FLEETING_MS = 1_000;

/** Larger than what is sent: of a smaller picture Chromium sends two sizes and never the third. */
const PICTURE = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 25, max: 30 } };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const KINDS = ["camera", "microphone"];
const INPUTS = { camera: "videoinput", microphone: "audioinput" };

/** What a refusal of the browser means. */
export function problemOf(failure) {
  const names = {
    NotAllowedError: "denied",
    PermissionDeniedError: "denied",
    SecurityError: "insecure",
    NotFoundError: "missing",
    OverconstrainedError: "missing",
    NotReadableError: "busy",
    AbortError: "busy",
    TypeError: "unsupported",
  };
  return names[failure?.name] ?? "busy";
}

/** What is asked of the browser; a chosen device that is gone gives way to another. */
export function constraints(kinds, chosen) {
  const of = (kind, rest) => {
    if (!kinds.includes(kind)) return false;
    return chosen[kind] ? { ...rest, deviceId: { ideal: chosen[kind] } } : rest;
  };
  return { video: of("camera", PICTURE), audio: of("microphone", VOICE) };
}

/** Somebody asks anew instead of waiting for the answer. */
const ABANDONED = Symbol("abandoned");

function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** Whether something comes from it. */
function carries(track) {
  return track !== null && !track.muted;
}

export class Devices {
  #media;
  #isSecure;
  #clock;
  #told;
  #wants = { camera: false, microphone: false };
  #chosen = { camera: "", microphone: "" };
  #isMuted = false;
  #isReady = true;
  #tracks = { camera: null, microphone: null };
  /** What was answered to the last question for it: no device is asked for twice in vain. */
  #asked = { camera: null, microphone: null };
  #problems = { camera: null, microphone: null };
  /** Which were asked for again by somebody, who is told whatever comes of it. */
  #wished = new Set();
  #list = [];
  #working = null;
  #isDirty = false;
  #isOver = false;
  #callOffRest = () => {};
  #callOffBusy = () => {};
  #abandon = () => {};

  /**
   * @param media navigator.mediaDevices, or undefined
   * @param told is called with: `changed()`, `problem(word)`, `solved(word)`, `list({cameras, microphones, speakers})`
   */
  constructor({ media, isSecure, clock, told }) {
    this.#media = media;
    this.#clock = clock;
    this.#told = told;
    this.#isSecure = isSecure;
    this.#media?.addEventListener?.("devicechange", this.#plugged);
  }

  get tracks() {
    return { ...this.#tracks };
  }

  /** What is truly on. */
  get on() {
    const { camera, microphone } = this.#tracks;
    return { camera: carries(camera), microphone: carries(microphone) && microphone.enabled };
  }

  /**
   * What shall be on, which devices are chosen, whether the chair has muted the microphone, and whether a microphone that is
   * turned off is kept open for a while, so that it can be turned on again at once.
   */
  want({ camera, microphone, cameraId = "", microphoneId = "", isMuted = false, isReady = true }) {
    const before = { ...this.#wants };
    this.#wants = { camera, microphone };
    for (const [kind, id] of [["camera", cameraId], ["microphone", microphoneId]]) {
      if (this.#wants[kind] !== before[kind] || id !== this.#chosen[kind]) this.#asked[kind] = null;
      this.#chosen[kind] = id;
    }
    this.#isMuted = isMuted;
    this.#isReady = isReady;
    return this.settle();
  }

  /** Asks once more for what was refused or never answered, because somebody wishes so. */
  retry() {
    this.#wished = new Set(KINDS);
    if (Object.values(this.#problems).includes("unanswered")) this.#abandon();
    return this.#again();
  }

  /** Brings what there is to what is wanted; one question to the browser at a time. */
  settle() {
    if (this.#isOver) return Promise.resolve();
    this.#isDirty = true;
    this.#working ??= this.#work().finally(() => (this.#working = null));
    return this.#working;
  }

  /** Tells which devices there are. */
  /** For a page that was not listening yet. */
  tellAgain() {
    this.tellList();
    for (const problem of new Set(Object.values(this.#problems))) if (problem) this.#told.problem(problem);
  }

  async tellList() {
    const all = (await this.#media?.enumerateDevices?.().catch(() => [])) ?? [];
    if (this.#isOver) return;
    this.#list = all;
    // Windows lists the device for calls a second time.
    const of = (kind) =>
      all
        .filter((device) => device.kind === kind && device.deviceId !== "communications")
        .map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.#told.list({ cameras: of("videoinput"), microphones: of("audioinput"), speakers: of("audiooutput") });
  }

  close() {
    this.#isOver = true;
    this.#media?.removeEventListener?.("devicechange", this.#plugged);
    this.#callOffRest();
    this.#callOffBusy();
    this.#abandon();
    for (const kind of KINDS) this.#release(kind);
  }

  #plugged = async () => {
    await this.tellList();
    for (const kind of KINDS) this.#asked[kind] = null;
    this.settle();
  };

  async #work() {
    // A page turns on camera and microphone one after the other, and is asked about both in one question.
    await new Promise((resolve) => this.#clock.after(0, resolve));
    while (this.#isDirty && !this.#isOver) {
      this.#isDirty = false;
      this.#letGo();
      const kinds = KINDS.filter((kind) => this.#wants[kind] && !this.#fits(kind));
      if (kinds.length > 0) await this.#ask(kinds);
      this.#told.changed();
    }
  }

  #letGo() {
    for (const kind of KINDS) {
      // A tablet that slept may have ended it without a word.
      if (this.#tracks[kind]?.readyState === "ended") this.#tracks[kind] = this.#asked[kind] = null;
      if (!this.#wants[kind]) this.#note(kind, null);
    }
    if (!this.#wants.camera) this.#release("camera");
    this.#callOffRest();
    const { microphone } = this.#tracks;
    if (!microphone) return;
    microphone.enabled = this.#wants.microphone && !this.#isMuted;
    if (this.#wants.microphone) return;
    if (!this.#isReady) {
      this.#release("microphone");
      return;
    }
    this.#callOffRest = this.#clock.after(READY_MS, () => {
      this.#release("microphone");
      this.#told.changed();
    });
  }

  #fits(kind) {
    if (this.#asked[kind] === this.#chosen[kind]) return true;
    const track = this.#tracks[kind];
    if (!track) return false;
    const id = this.#chosen[kind];
    const isThere = this.#list.some((device) => device.kind === INPUTS[kind] && device.deviceId === id);
    return !id || !isThere || track.getSettings().deviceId === id;
  }

  async #ask(kinds) {
    const failure = await this.#get(kinds);
    if (failure === ABANDONED) return;
    if (!failure) {
      await this.tellList();
      return;
    }
    // One that is missing must not cost the other.
    if (kinds.length > 1) {
      for (const kind of kinds) await this.#ask([kind]);
      return;
    }
    const problem = this.#isSecure ? problemOf(failure) : "insecure";
    if (problem === "busy") this.#later();
    const [kind] = kinds;
    if (this.#wants[kind]) this.#note(kind, problem);
  }

  #later() {
    this.#callOffBusy();
    this.#callOffBusy = this.#clock.after(BUSY_MS, () => this.#again());
  }

  #again() {
    for (const kind of KINDS) if (!this.#tracks[kind]) this.#asked[kind] = null;
    return this.settle();
  }

  /** Tells a problem once, and once that it is none any more. */
  #note(kind, problem) {
    const before = this.#problems[kind];
    const isWished = this.#wished.delete(kind);
    if (before === problem && !(isWished && problem)) return;
    this.#problems[kind] = problem;
    if (problem) this.#told.problem(problem);
    else if (!Object.values(this.#problems).includes(before)) this.#told.solved(before);
  }

  async #get(kinds) {
    for (const kind of kinds) this.#asked[kind] = this.#chosen[kind];
    const callOff = this.#clock.after(UNANSWERED_MS, () => {
      for (const kind of kinds) if (this.#wants[kind]) this.#note(kind, "unanswered");
    });
    try {
      if (!this.#media?.getUserMedia) throw new TypeError("no devices");
      const asked = this.#media.getUserMedia(constraints(kinds, this.#chosen));
      const abandoned = new Promise((resolve) => (this.#abandon = () => resolve(ABANDONED)));
      const stream = await Promise.race([asked, abandoned]);
      if (stream === ABANDONED) {
        // An answer after all opens nothing that nobody waits for.
        asked.then(stop, () => {});
        return ABANDONED;
      }
      for (const track of stream.getTracks()) this.#take(track.kind === "video" ? "camera" : "microphone", track);
      return null;
    } catch (failure) {
      return failure;
    } finally {
      callOff();
      this.#abandon = () => {};
    }
  }

  #take(kind, track) {
    this.#release(kind);
    if (this.#isOver || !this.#wants[kind]) {
      track.stop();
      return;
    }
    track.contentHint = kind === "camera" ? "motion" : "speech";
    if (kind === "microphone") track.enabled = !this.#isMuted;
    this.#tracks[kind] = track;
    this.#note(kind, null);
    const since = this.#clock.now();
    track.addEventListener("ended", () => this.#ended(kind, track, since));
    for (const event of ["mute", "unmute"]) track.addEventListener(event, () => this.#held(kind, track));
  }

  /** A telephone call, a cover before the lens, a key of the machine: nothing comes, though it is on. */
  #held(kind, track) {
    if (this.#tracks[kind] !== track) return;
    this.#told.changed();
    if (!track.muted) {
      this.#note(kind, null);
      return;
    }
    this.#clock.after(HELD_MS, () => {
      if (this.#tracks[kind] === track && track.muted && this.#wants[kind]) this.#note(kind, "held");
    });
  }

  /** Unplugged, or taken away by the system. */
  #ended(kind, track, since) {
    if (this.#tracks[kind] !== track) return;
    this.#tracks[kind] = null;
    this.#told.changed();
    this.tellList();
    if (this.#clock.now() - since < FLEETING_MS) {
      this.#later();
      return;
    }
    this.#asked[kind] = null;
    this.settle();
  }

  #release(kind) {
    const track = this.#tracks[kind];
    this.#tracks[kind] = null;
    track?.stop();
  }
}
