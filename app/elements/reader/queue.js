// The draw queue: one page at a time, each for at most 15 s of work. It knows no DOM.
//
// A page that takes longer is given up: it is not drawn again until the reader presses a button. If its work keeps the
// worker from answering, the worker is replaced, so the other pages can still be drawn.

/** The most working time of one page, over all attempts until it is drawn. */
export const PAGE_MS = 15_000;

/** After this many given-up pages in one document, pages are drawn only on a press. */
export const GIVEN_UP_MAX = 3;

/** The watch looks once a second. */
export const TICK_MS = 1000;

/** The most that one look counts: a computer that slept was not working. */
export const TICK_MAX_MS = 5000;

/** pdf.js tells the worker 100 ms after a page is cancelled. */
const SETTLE_MS = 150;

/** A worker that does not answer for this long after a page was given up is replaced. */
const ANSWER_MS = 2000;

/** What is known of the pages of one document. It outlives the reader, so reopening a paper tries nothing again. */
export class PageRecords {
  #pages = new Map();
  givenUp = 0;

  of(page) {
    if (!this.#pages.has(page)) {
      const flags = { isHeavy: false, isTextHeavy: false, wasDrawn: false, isPressed: false };
      this.#pages.set(page, { workedMs: 0, ...flags });
    }
    return this.#pages.get(page);
  }
}

/** One drawing of one page, until it is done, left for another page, or given up. */
class Turn {
  #abort = new AbortController();
  #hasMoved = false;
  #aborted;
  left;
  leave;
  /** To be set once the picture is there: a page that takes too long after that loses only its text. */
  isDrawn = false;

  constructor(rank) {
    this.rank = rank;
    this.left = new Promise((resolve) => (this.leave = () => resolve("left")));
    this.#aborted = new Promise((_, reject) => {
      this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    });
    this.#aborted.catch(() => {});
  }

  get signal() {
    return this.#abort.signal;
  }

  abort() {
    this.#abort.abort();
  }

  /** The promise, or a rejection when the turn ends: a stopped worker never settles its promises. */
  race(promise) {
    return Promise.race([promise, this.#aborted]);
  }

  /** To be called whenever a part of the page has come or was drawn. */
  moved() {
    this.#hasMoved = true;
  }

  takeMoved() {
    const hasMoved = this.#hasMoved;
    this.#hasMoved = false;
    return hasMoved;
  }
}

export class DrawQueue {
  #engine;
  #records;
  #isLineWaiting;
  #events;
  #sources = [];
  #turn = null;
  #isPaused = false;
  #ended = false;

  /**
   * `isLineWaiting()` is whether a piece of the file is on its way. `events.gaveUp()` is called when a page took too
   * long, `events.failed(error)` when the document could not be opened in a new worker.
   */
  constructor({ engine, records, isLineWaiting, events }) {
    this.#engine = engine;
    this.#records = records;
    this.#isLineWaiting = isLineWaiting;
    this.#events = events;
  }

  /**
   * `next()` gives what is to be drawn next, `{ page, draw(document, turn) }`, or null. It is called often and must have
   * no effect. Sources added earlier come first and interrupt later ones.
   */
  addSource(next) {
    this.#sources.push(next);
  }

  /** Why a page is not drawn by itself: `heavy` (given up), `held` (too many others were), or null. */
  reasonNotToDraw(page) {
    const { isHeavy, isPressed, wasDrawn } = this.#records.of(page);
    if (isHeavy) return "heavy";
    return this.#records.givenUp >= GIVEN_UP_MAX && !isPressed && !wasDrawn ? "held" : null;
  }

  /** Whether the text of a page is read: not when that took too long before. */
  mayReadText(page) {
    return !this.#records.of(page).isTextHeavy;
  }

  /** The reader asks for a page that is not drawn by itself. It gets its whole time again. */
  press(page) {
    Object.assign(this.#records.of(page), { workedMs: 0, isHeavy: false, isPressed: true });
    this.wake();
  }

  /** To be called whenever a source has something new to draw. */
  wake() {
    if (this.#isPaused || this.#ended) return;
    const next = this.#next();
    if (!next) return;
    if (!this.#turn) this.#run(next);
    else if (next.rank < this.#turn.rank) this.#turn.leave();
  }

  /** Draws nothing while the page is hidden: the browser then paints no frame, so no page would ever be finished. */
  pause(isPaused) {
    this.#isPaused = isPaused;
    if (isPaused) this.#turn?.leave();
    else this.wake();
  }

  end() {
    this.#ended = true;
    this.#turn?.leave();
  }

  #next() {
    for (const [rank, next] of this.#sources.entries()) {
      const job = next();
      if (job) return { ...job, rank };
    }
    return null;
  }

  async #run({ page, rank, draw }) {
    const turn = new Turn(rank);
    this.#turn = turn;
    const watch = this.#watch(page, turn);
    const drawing = draw(this.#engine.document, turn).then(
      () => "done",
      () => "failed",
    );
    let outcome = await Promise.race([drawing, turn.left, watch.over]);
    turn.abort();
    await drawing;
    // The next page waits until the worker has let go of this one: otherwise it would be blamed for its work.
    if (outcome === "left" && !this.#ended) outcome = await Promise.race([this.#settle(), watch.over]);
    watch.stop();
    const record = this.#records.of(page);
    if (turn.isDrawn) Object.assign(record, { workedMs: 0, wasDrawn: true });
    if (outcome === "over" && !this.#ended) await this.#giveUp(page, turn.isDrawn);
    this.#turn = null;
    this.wake();
  }

  /** Counts the working time of a page. `over` resolves when it has had too much. */
  #watch(page, turn) {
    const record = this.#records.of(page);
    let hasAnswered = true;
    let before = Date.now();
    let timer;
    const over = new Promise((resolve) => {
      timer = setInterval(() => {
        const now = Date.now();
        const passed = Math.min(Math.max(now - before, 0), TICK_MAX_MS);
        before = now;
        // A worker that answers and delivers nothing waits for the network; that is not the page's fault.
        const isWorking = !hasAnswered || (turn.takeMoved() && !this.#isLineWaiting());
        if (isWorking) record.workedMs += passed;
        if (record.workedMs >= PAGE_MS) resolve("over");
        if (!hasAnswered) return;
        hasAnswered = false;
        const answered = () => (hasAnswered = true);
        this.#engine.ping().then(answered, answered);
      }, TICK_MS);
    });
    return { over, stop: () => clearInterval(timer) };
  }

  async #settle() {
    await sleep(SETTLE_MS);
    await this.#engine.ping().catch(() => {});
    return "left";
  }

  async #giveUp(page, isDrawn) {
    this.#records.givenUp += 1;
    Object.assign(this.#records.of(page), isDrawn ? { isTextHeavy: true } : { isHeavy: true, isPressed: false });
    this.#events.gaveUp();
    const isFree = await Promise.race([this.#settle().then(() => true), sleep(SETTLE_MS + ANSWER_MS).then(() => false)]);
    if (isFree || this.#ended) return;
    try {
      await this.#engine.restart();
    } catch (error) {
      if (this.#ended) return;
      this.end();
      this.#events.failed(error);
    }
  }
}

function sleep(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
