// The shared screen: asked for when it is wanted, until the page or the browser's own bar ends it.

import { problemOf } from "./devices.js";

/** Large enough to read a table of figures, seldom enough for a weak line. */
const SCREEN = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { max: 10 } };

export class Screen {
  #media;
  #told;
  #isWanted = false;
  /** What was said last: one that ended is not asked for again before the page has said no and yes. */
  #said = false;
  #isAsking = false;
  track = null;

  /** @param told is called with: `changed()`, `ended()` when it ended without the page, `problem(word)` */
  constructor({ media, told }) {
    this.#media = media;
    this.#told = told;
  }

  want(isWanted) {
    if (isWanted === this.#said) return;
    this.#said = isWanted;
    this.#isWanted = isWanted;
    if (isWanted) this.#ask();
    else this.#stop();
  }

  close() {
    this.#isWanted = false;
    this.#stop();
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      if (!this.#media?.getDisplayMedia) throw new TypeError("no screens");
      const stream = await this.#media.getDisplayMedia({ video: SCREEN, audio: false });
      this.#take(stream.getVideoTracks()[0]);
    } catch (failure) {
      // Who closes the browser's question has changed their mind: that is none of the page's problems.
      if (failure?.name !== "NotAllowedError" && this.#isWanted) this.#told.problem(problemOf(failure));
      this.#end();
    } finally {
      this.#isAsking = false;
    }
  }

  #take(track) {
    if (!this.#isWanted) {
      track.stop();
      return;
    }
    track.contentHint = "detail";
    track.addEventListener("ended", () => {
      if (this.track !== track) return;
      this.track = null;
      this.#end();
    });
    this.track = track;
    this.#told.changed();
  }

  #end() {
    const wasWanted = this.#isWanted;
    this.#isWanted = false;
    this.#told.changed();
    if (wasWanted) this.#told.ended();
  }

  #stop() {
    if (!this.track) return;
    const track = this.track;
    this.track = null;
    track.stop();
    this.#told.changed();
  }
}
