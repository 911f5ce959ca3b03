// Puts tracks into the page's own <video> and <audio> elements as they come, go and change their place.
// Which place is shown where is the page's choice, by data-mid.

const PLACES = "video[data-mid], audio[data-mid], video[data-self], video[data-self-screen]";

/** Which track an element shall show: `data-self` and `data-self-screen` are one's own. */
export function trackFor(dataset, tracks, own) {
  if ("self" in dataset) return own.camera;
  if ("selfScreen" in dataset) return own.screen;
  return tracks.get(dataset.mid) ?? null;
}

export class Stage {
  #host;
  #moved;
  #bound = new Set();
  #tracks = new Map();
  #own = { camera: null, screen: null };
  #observer = null;

  /** @param moved called when the page's elements are others. */
  constructor(host, moved) {
    this.#host = host;
    this.#moved = moved;
  }

  open() {
    this.#observer = new MutationObserver(() => {
      this.#bind();
      this.#moved();
    });
    this.#observer.observe(this.#host, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-mid", "data-self", "data-self-screen"],
    });
    this.#bind();
  }

  show(tracks, own) {
    this.#tracks = tracks;
    this.#own = own;
    this.#bind();
  }

  /** The largest picture beside other programs, or back in its place; where the browser can, and somebody is seen. */
  async float() {
    if (document.pictureInPictureElement) return document.exitPictureInPicture().catch(() => {});
    const seen = [...this.#bound].filter((element) => element.localName === "video" && element.videoWidth > 0);
    const others = seen.filter(({ dataset }) => "mid" in dataset);
    const area = (element) => element.clientWidth * element.clientHeight;
    const largest = others.sort((one, other) => area(other) - area(one))[0];
    // Refused without a press, or before the first picture: it can be pressed again.
    return largest?.requestPictureInPicture?.().catch(() => {});
  }

  /** Places whose sound the page plays itself. */
  get ownSounds() {
    return new Set([...this.#bound].filter(({ localName }) => localName === "audio").map(({ dataset }) => dataset.mid));
  }

  /** A tablet that slept has stopped them. */
  play() {
    for (const element of this.#bound) if (element.srcObject && element.paused) start(element);
  }

  close() {
    this.#observer?.disconnect();
    this.#observer = null;
    for (const element of this.#bound) give(element, null);
    this.#bound.clear();
  }

  #bind() {
    if (!this.#observer) return;
    const present = new Set(this.#host.querySelectorAll(PLACES));
    for (const element of this.#bound) if (!present.has(element)) give(element, null);
    this.#bound = present;
    for (const element of present) give(element, trackFor(element.dataset, this.#tracks, this.#own));
  }
}

/** The stream is left alone when it is the same: a new one shows nothing until its first picture. */
export function give(element, track) {
  const before = element.srcObject?.getTracks()[0] ?? null;
  if (before === track) return;
  if (!track) {
    element.srcObject = null;
    return;
  }
  if (element.localName === "video") {
    // A picture has no sound of its own here, and a silent one may start by itself.
    element.muted = true;
    element.playsInline = true;
  }
  element.autoplay = true;
  element.srcObject = new MediaStream([track]);
  start(element);
}

function start(element) {
  // Refused or overtaken by the next track: `autoplay` and the next press see to it.
  element.play()?.catch(() => {});
}
