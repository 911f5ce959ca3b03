// Plays the voices, one element for each place, through the chosen loudspeaker. A browser that will not play before a
// press is told of once, and asked again at the next press. What the system pauses, for a telephone call say, goes on
// when the page is seen again.

export class Sound {
  #make;
  #told;
  #voices = new Map();
  #speaker = "";
  #isBlocked = false;
  /** Voices that were started again by themselves since the last look at the page. */
  #resumed = new Set();

  /**
   * @param make makes an <audio> element where it can be heard
   * @param told is called with: `blocked()`, `heard()` once it is no more
   */
  constructor({ make, told }) {
    this.#make = make;
    this.#told = told;
  }

  get isBlocked() {
    return this.#isBlocked;
  }

  /** Plays these and no others. */
  play(tracks) {
    for (const [mid, voice] of this.#voices) {
      if (!tracks.has(mid)) this.#end(mid, voice);
    }
    for (const [mid, track] of tracks) {
      const voice = this.#voices.get(mid) ?? this.#begin(mid);
      if (voice.srcObject?.getTracks()[0] === track) continue;
      voice.srcObject = new MediaStream([track]);
      this.#start(voice);
    }
  }

  /** Another loudspeaker, where the browser lets a page choose. */
  through(speaker) {
    if (speaker === this.#speaker) return;
    this.#speaker = speaker;
    for (const voice of this.#voices.values()) this.#lead(voice);
  }

  /** The page is seen again: what was paused meanwhile goes on. */
  async resume() {
    this.#resumed.clear();
    const silent = [...this.#voices.values()].filter(({ paused }) => paused);
    await Promise.all(silent.map((voice) => this.#start(voice)));
    // Those that the browser has begun by itself meanwhile are heard as well.
    if (this.#isBlocked && this.#voices.size > 0 && [...this.#voices.values()].every(({ paused }) => !paused)) {
      this.#isBlocked = false;
      this.#told.heard();
    }
  }

  /** Within a press: what was refused may start now. */
  async start() {
    const wasBlocked = this.#isBlocked;
    await this.resume();
    // Who has pressed is told that it was in vain.
    if (wasBlocked && this.#isBlocked) this.#told.blocked();
  }

  close() {
    for (const [mid, voice] of this.#voices) this.#end(mid, voice);
  }

  #begin(mid) {
    const voice = this.#make();
    voice.autoplay = true;
    this.#voices.set(mid, voice);
    // Once for each pause: a system that pauses it again is left alone until the page is seen or somebody presses.
    voice.addEventListener("pause", () => {
      if (this.#voices.get(mid) === voice && !this.#resumed.has(voice)) {
        this.#resumed.add(voice);
        this.#start(voice);
      }
    });
    this.#lead(voice);
    return voice;
  }

  #end(mid, voice) {
    this.#voices.delete(mid);
    this.#resumed.delete(voice);
    voice.srcObject = null;
    voice.remove();
  }

  #lead(voice) {
    // One that is unplugged is refused; the system's own goes on.
    voice.setSinkId?.(this.#speaker).catch(() => {});
  }

  async #start(voice) {
    try {
      await voice.play();
      if (this.#isBlocked) this.#told.heard();
      this.#isBlocked = false;
    } catch (failure) {
      if (failure?.name !== "NotAllowedError" || this.#isBlocked) return;
      this.#isBlocked = true;
      this.#told.blocked();
    }
  }
}
