// Keeps a tablet's screen lit while its page sits in a meeting: asleep it would hear and send nothing.

export class Awake {
  #locks;
  #isWanted = false;
  #lock = null;

  /** @param locks navigator.wakeLock, or undefined where there is none */
  constructor(locks) {
    this.#locks = locks;
  }

  /** Whether it shall; a browser lets go when the page is hidden, so it is wanted again when it is seen. */
  async want(isWanted) {
    this.#isWanted = isWanted;
    if (!isWanted) {
      this.#lock?.release().catch(() => {});
      this.#lock = null;
      return;
    }
    if (!this.#locks || (this.#lock && !this.#lock.released)) return;
    try {
      const lock = await this.#locks.request("screen");
      // Two askings at once, or none wanted any more.
      if (this.#isWanted && (!this.#lock || this.#lock.released)) this.#lock = lock;
      else await lock.release();
    } catch {
      // A battery that runs low is the system's reason to refuse.
    }
  }
}
