// Short sounds through the chosen loudspeaker: three rising notes to test it, and two when somebody asks for the floor.

/** To try a loudspeaker. */
export const TRIAL = [523.25, 659.25, 783.99];
/** Somebody asks. */
export const REQUEST = [783.99, 587.33];
const NOTE_S = 0.28;
const FADE_S = 0.04;

export class Chime {
  #makeContext;
  #make;
  #context = null;
  #voice = null;

  /**
   * @param makeContext makes an AudioContext, or gives null where there is none
   * @param make makes an <audio> element where it can be heard
   */
  constructor({ makeContext, make }) {
    this.#makeContext = makeContext;
    this.#make = make;
  }

  /** Plays notes, once more from their beginning when some play already. Before anything was pressed a browser may stay silent. */
  async play(speaker, notes = TRIAL) {
    this.close();
    const context = this.#makeContext();
    if (!context) return;
    this.#context = context;
    const voice = this.#make();
    this.#voice = voice;
    const out = context.createMediaStreamDestination();
    voice.srcObject = out.stream;
    // One that is unplugged is refused; the system's own plays it.
    await voice.setSinkId?.(speaker).catch(() => {});
    await Promise.allSettled([context.resume(), voice.play()]);
    if (this.#context !== context) return;
    const last = notes.map((pitch, place) => note(context, out, pitch, context.currentTime + 0.05 + place * NOTE_S)).at(-1);
    last.addEventListener("ended", () => {
      if (this.#context === context) this.close();
    });
  }

  close() {
    this.#context?.close().catch(() => {});
    this.#voice?.remove();
    this.#context = this.#voice = null;
  }
}

/** A note that swells and fades, so that no loudspeaker clicks. */
function note(context, out, pitch, at) {
  const [tone, loud] = [new OscillatorNode(context, { frequency: pitch }), new GainNode(context, { gain: 0 })];
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.4, at + FADE_S);
  loud.gain.setValueAtTime(0.4, at + NOTE_S - FADE_S);
  loud.gain.linearRampToValueAtTime(0, at + NOTE_S);
  tone.connect(loud).connect(out);
  tone.start(at);
  tone.stop(at + NOTE_S);
  return tone;
}
