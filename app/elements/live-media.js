// <live-media>: a page's camera, microphone, screen and loudspeaker in a meeting, over two connections to the server.
//
//   <live-media camera="on" microphone="off" sharing="off" camera-id="" microphone-id="" speaker-id="">
//     <video data-mid="main"></video> … <video data-self></video> <video data-self-screen></video>
//   </live-media>
//
// The page owns the socket: it gives every text of it to hear(text) and sends what comes as `say`. It decides what
// shall be on by the attributes above (and `muted-by-chair`, which silences the microphone whatever else), and where
// which place of the meeting is shown by data-mid. Voices are played here, whatever is shown. What is lost comes back
// by itself; what is said while the socket is away may be dropped, for `seated` begins everything anew. Before there is
// a seat one's own camera and level are shown all the same. start() within a press lets a browser play sound, and asks
// again for refused devices. chime() within a press plays a test sound through the chosen loudspeaker, tone() another; float() lifts the
// largest picture out of the page, or puts it back. tell() says once more which devices there are and what is wrong.
// Events, all bubbling, `detail` a text or a number:
//   ready    it hears from here on; what was said before is to be said again
//   say      a text for the socket
//   devices  {"cameras":[{"id","label"}],"microphones":[…],"speakers":[…]}; labels are empty until one was allowed
//   level    0 to 100, one's own microphone while it is on, at each change; 0 when it goes off
//   problem  denied · missing · busy · held · unanswered · insecure · unsupported · blocked-sound
//   solved   the same word, when it is none any more
//   line     {"state":"connecting|up|lost","up_bps","down_bps","up_may_bps","loss_permille","rtt_ms","is_tcp",
//            "freezes"}, while there is a seat: at each change of the state and every two seconds; freezes since the
//            last; rtt_ms null until it is known, as is up_may_bps, what the browser believes the line would carry
//   shared   off: sharing the screen ended, or never began, without the page's doing

import { Awake } from "./live/awake.js";
import { Chime, REQUEST } from "./live/chime.js";
import { realClock } from "./live/clock.js";
import { connect } from "./live/connection.js";
import { Devices } from "./live/devices.js";
import { Level } from "./live/level.js";
import { figures, read } from "./live/line.js";
import { Screen } from "./live/screen.js";
import { Session } from "./live/session.js";
import { Sound } from "./live/sound.js";
import { Stage } from "./live/stage.js";

const LINE_MS = 1_000;

/** What somebody turns on. */
const SOURCES = ["camera", "microphone", "sharing"];

/** A network that has just come needs a moment before it carries anything. */
const SETTLED_MS = 500;

class LiveMedia extends HTMLElement {
  static observedAttributes = [
    "camera",
    "microphone",
    "sharing",
    "camera-id",
    "microphone-id",
    "speaker-id",
    "muted-by-chair",
  ];

  #open = null;
  #shadow = null;
  #isReleased = false;

  connectedCallback() {
    this.#shadow ??= this.#makeShadow();
    this.#open = this.#build();
    this.#open.stage.open();
    this.#open.devices.tellList();
    this.#settle();
    this.#listen(this.#open.leaving.signal);
    if (!globalThis.RTCPeerConnection) this.#tell("problem", "unsupported");
    this.#tell("ready", "");
  }

  disconnectedCallback() {
    const { leaving, session, devices, screen, level, sound, chime, stage, line, awake } = this.#open;
    this.#open = null;
    awake.want(false);
    leaving.abort();
    line.callOff();
    for (const part of [session, devices, screen, level, sound, chime, stage]) part.close();
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#open || before === now) return;
    // Who lost the seat is shared and muted no more: that is no wish to be seen and heard again.
    if (SOURCES.includes(name) && now === "on") this.#isReleased = false;
    this.#settle();
  }

  /** A text that the socket brought. */
  hear(text) {
    this.#open?.session.hear(text);
  }

  /** Within a press: sound may play from here on, and refused devices are asked for again. */
  start() {
    if (!this.#open) return;
    this.#isReleased = false;
    this.#open.sound.start();
    this.#open.stage.play();
    this.#open.level.resume();
    this.#settle();
    this.#open.devices.retry();
  }

  /** Which devices there are, and what keeps one off: for a page that was not listening yet. */
  tell() {
    this.#open?.devices.tellAgain();
  }

  /** Both connections are tried again at once. */
  renew() {
    this.#open?.session.renew();
  }

  /** Within a press: a test sound. */
  chime() {
    this.#open?.chime.play(this.#speaker());
  }

  /** A short sound: somebody asks for the floor. */
  tone() {
    this.#open?.chime.play(this.#speaker(), REQUEST);
  }

  /** Within a press: the largest picture beside other programs, or back in its place. */
  float() {
    this.#open?.stage.float();
  }

  // ---- its parts ----

  /** Sound lives beside the page's own children, where what renders them never looks. */
  #makeShadow() {
    const shadow = this.attachShadow({ mode: "open" });
    shadow.append(document.createElement("slot"));
    return shadow;
  }

  #build() {
    const media = navigator.mediaDevices;
    const tell = (name, detail) => this.#tell(name, detail);
    const changed = () => this.#changed();
    const problem = (word) => tell("problem", word);
    const makeContext = () => (typeof AudioContext === "undefined" ? null : new AudioContext());
    const makeVoice = () => this.#shadow.appendChild(document.createElement("audio"));
    return {
      leaving: new AbortController(),
      line: { callOff: () => {}, before: null },
      speakers: new Set(),
      awake: new Awake(navigator.wakeLock),
      stage: new Stage(this, () => this.#playVoices()),
      sound: new Sound({
        make: makeVoice,
        told: { blocked: () => problem("blocked-sound"), heard: () => tell("solved", "blocked-sound") },
      }),
      chime: new Chime({ makeContext, make: makeVoice }),
      level: new Level({ makeContext, clock: realClock, told: (percent) => tell("level", percent) }),
      screen: new Screen({ media, told: { changed, problem, ended: () => tell("shared", "off") } }),
      devices: new Devices({
        media,
        isSecure: isSecureContext,
        clock: realClock,
        told: {
          changed,
          problem,
          solved: (word) => tell("solved", word),
          list: (list) => this.#listed(list),
        },
      }),
      session: new Session({
        connect,
        codecs: () => globalThis.RTCRtpReceiver?.getCapabilities?.("video")?.codecs ?? null,
        say: (text) => tell("say", text),
        clock: realClock,
        random: Math.random,
        told: {
          tracks: () => this.#showTracks(),
          state: () => this.#tellLine(),
          seated: (isSeated) => this.#seated(isSeated),
        },
      }),
    };
  }

  #listen(signal) {
    const { session, sound, stage, devices, awake } = this.#open;
    let callOff = () => {};
    const renew = () => {
      callOff();
      callOff = realClock.after(SETTLED_MS, () => session.renew());
    };
    addEventListener("online", renew, { signal });
    // Where it is told at all: from the office's network to the mobile one, say.
    let network = navigator.connection?.type;
    const moved = () => {
      const now = navigator.connection.type;
      if (now !== network && now !== "none") renew();
      network = now;
    };
    navigator.connection?.addEventListener?.("change", moved, { signal });
    const seen = () => {
      if (document.visibilityState !== "visible") return;
      awake.want(session.isSeated);
      stage.play();
      sound.resume();
      devices.settle();
    };
    document.addEventListener("visibilitychange", seen, { signal });
    for (const name of ["camera", "microphone"]) {
      const changed = ({ target }) => target.state === "granted" && devices.retry();
      const allowed = (status) => status.addEventListener("change", changed, { signal });
      // Not every browser lets a page ask about each.
      navigator.permissions?.query({ name }).then(allowed, () => {});
    }
    const pressed = () => {
      if (sound.isBlocked) this.start();
    };
    for (const name of ["pointerup", "keydown"]) document.addEventListener(name, pressed, { signal, capture: true });
    signal.addEventListener("abort", () => callOff());
  }

  // ---- what the page wants ----

  #settle() {
    const { devices, screen } = this.#open;
    const isOn = (name) => !this.#isReleased && this.getAttribute(name) === "on";
    const text = (name) => this.getAttribute(name) ?? "";
    devices.want({
      camera: isOn("camera"),
      microphone: isOn("microphone"),
      cameraId: text("camera-id"),
      microphoneId: text("microphone-id"),
      isReady: !this.#isReleased,
      isMuted: this.hasAttribute("muted-by-chair") && !["off", "false"].includes(text("muted-by-chair")),
    });
    screen.want(isOn("sharing"));
    this.#chooseSpeaker();
  }

  #chooseSpeaker() {
    this.#open.sound.through(this.#speaker());
  }

  /** The chosen one, while it is plugged in. */
  #speaker() {
    const { speakers } = this.#open;
    const chosen = this.getAttribute("speaker-id") ?? "";
    return speakers.size > 0 && !speakers.has(chosen) ? "" : chosen;
  }

  // ---- what has happened ----

  #listed(list) {
    if (!this.#open) return;
    // Before anything was allowed they have no names.
    this.#open.speakers = new Set(list.speakers.map(({ id }) => id).filter((id) => id !== ""));
    this.#chooseSpeaker();
    this.#tell("devices", JSON.stringify(list));
  }

  #changed() {
    if (!this.#open) return;
    const { devices, screen, session, level } = this.#open;
    const { camera, microphone } = devices.tracks;
    const { on } = devices;
    session.put({ camera, microphone, screen: screen.track }, { ...on, screen: screen.track !== null });
    level.watch(on.microphone ? microphone : null);
    this.#showTracks();
  }

  #showTracks() {
    if (!this.#open) return;
    const { devices, screen, session, stage } = this.#open;
    stage.show(session.tracks, { camera: devices.tracks.camera, screen: screen.track });
    this.#playVoices();
  }

  #playVoices() {
    const { session, stage, sound } = this.#open;
    const isPlayed = ([mid, track]) => track.kind === "audio" && !stage.ownSounds.has(mid);
    sound.play(new Map([...session.tracks].filter(isPlayed)));
  }

  /** Who lost the seat lets go of everything, for the page that sits there now, or because the chair wished so. */
  #seated(isSeated) {
    if (!this.#open) return;
    this.#isReleased = !isSeated;
    this.#open.awake.want(isSeated);
    this.#settle();
  }

  // ---- the line ----

  async #tellLine() {
    const { line, session } = this.#open;
    line.callOff();
    if (!session.isSeated) return;
    line.callOff = realClock.after(LINE_MS, () => this.#tellLine());
    const { up, down } = session.connections;
    const [upReport, downReport] = await Promise.all([up?.getStats(), down?.getStats()].map(orNothing));
    if (!this.#open || !session.isSeated) return;
    const now = { at: realClock.now(), ways: [up, down], up: read(upReport), down: read(downReport) };
    const { before } = line;
    line.before = now;
    session.noteHeard({ up: now.up.heard, down: now.down.heard });
    const isSame = before?.ways.every((way, place) => way === now.ways[place]);
    const counted = figures(isSame ? before : now, now, (now.at - (before?.at ?? 0)) / 1000);
    this.#tell("line", JSON.stringify({ state: session.state, ...counted }));
  }

  /** Never from within a call of the page: what it hears there may change what it is just about to say. */
  #tell(name, detail) {
    queueMicrotask(() => {
      if (this.isConnected) this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
    });
  }
}

function orNothing(promise) {
  return Promise.resolve(promise).catch(() => null);
}

if (!customElements.get("live-media")) customElements.define("live-media", LiveMedia);
