// How loud one's own microphone is, ten times a second while it is on.

/** Faster is not seen. */
const EVERY_MS = 100;

/** A quiet room and a voice close by, in dB below full scale. */
const [QUIET, LOUD] = [-60, -12];

/** 0 to 100, as people hear: equal steps are equal ratios. */
export function percent(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.round(Math.min(1, Math.max(0, (decibels - QUIET) / (LOUD - QUIET))) * 100);
}

export class Level {
  #makeContext;
  #clock;
  #told;
  #context = null;
  #source = null;
  #analyser = null;
  #track = null;
  #last = 0;
  #callOff = () => {};

  constructor({ makeContext, clock, told }) {
    this.#makeContext = makeContext;
    this.#clock = clock;
    this.#told = told;
  }

  /** Listens to this track, or to none. */
  watch(track) {
    if (track === this.#track) return;
    this.#callOff();
    this.#source?.disconnect();
    this.#source = null;
    this.#track = track;
    if (!track) {
      // A context that runs keeps the sound hardware awake.
      this.#context?.suspend?.().catch(() => {});
      this.#tell(0);
      return;
    }
    this.#context ??= this.#makeContext();
    if (!this.#context) return;
    this.resume();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: 2048 });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    this.#tick(new Float32Array(this.#analyser.fftSize));
  }

  /** Within a press a browser lets it run. */
  resume() {
    if (this.#track && this.#context?.state === "suspended") this.#context.resume().catch(() => {});
  }

  close() {
    this.watch(null);
    this.#context?.close().catch(() => {});
    this.#context = null;
    this.#analyser = null;
  }

  #tick(samples) {
    this.#callOff = this.#clock.after(EVERY_MS, () => {
      this.#analyser.getFloatTimeDomainData(samples);
      this.#tell(percent(samples));
      this.#tick(samples);
    });
  }

  #tell(level) {
    if (level === this.#last) return;
    this.#last = level;
    this.#told(level);
  }
}
