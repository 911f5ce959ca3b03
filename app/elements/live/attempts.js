// Tries again and again to bring something up, never faster than a weak line and a full server bear.
// Knows neither what is tried nor why it failed.

/** An attempt that has brought nothing for so long has failed: a handshake over a slow line takes two seconds. */
export const PATIENCE_MS = 8_000;

/** What has held for so long was no fluke: the next failure is the first again. */
export const STEADY_MS = 10_000;

/** What was begun so lately was begun on the network that has just come. */
const YOUNG_MS = 2_000;

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;

/** All sites of a meeting lose a server in the same instant; they do not come back in the same. */
const SPREAD_MS = 400;

/** How long to wait before the next attempt after so many failures in a row. */
export function delay(failures, random) {
  const wait = failures < 2 ? 0 : Math.min(FIRST_MS * 2 ** (failures - 2), LONGEST_MS);
  return wait * (0.75 + random() / 2) + random() * SPREAD_MS;
}

export class Attempts {
  #attempt;
  #clock;
  #random;
  #failures = 0;
  #begun = 0;
  #upSince = null;
  #callOff = () => {};
  state = "idle";

  constructor({ attempt, clock, random }) {
    this.#attempt = attempt;
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins now, whatever has been. */
  begin() {
    this.#failures = 0;
    this.#try();
  }

  /** Something around has changed, so what there is may be worth nothing. */
  renew() {
    if (this.state === "idle") return;
    const isYoung = this.state !== "waiting" && this.#clock.now() - this.#begun < YOUNG_MS;
    if (!isYoung) this.begin();
  }

  /** It works, if late. */
  up() {
    if (this.state === "idle" || this.state === "up") return;
    this.#callOff();
    this.#upSince = this.#clock.now();
    this.state = "up";
  }

  /** It works no more, or the attempt failed. */
  lost() {
    if (this.state !== "trying" && this.state !== "up") return;
    if (this.state === "up" && this.#clock.now() - this.#upSince >= STEADY_MS) this.#failures = 0;
    this.#failures += 1;
    this.#callOff();
    this.state = "waiting";
    this.#callOff = this.#clock.after(delay(this.#failures, this.#random), () => this.#try());
  }

  end() {
    this.#callOff();
    this.state = "idle";
  }

  #try() {
    this.#callOff();
    this.#begun = this.#clock.now();
    this.state = "trying";
    this.#callOff = this.#clock.after(PATIENCE_MS, () => this.lost());
    this.#attempt();
  }
}
