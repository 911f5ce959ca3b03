// Fetches a paper piece by piece over a line that comes and goes. It knows HTTP ranges, not PDF.

/** One piece: 0.3 s on a 1.6 Mbit/s line; most first pages need two or three. */
export const PIECE_BYTES = 65_536;

/** Quick tries before a piece is put aside until the line is back. */
const TRIES = 3;

/** Pause before the second try; doubled for the third. */
const PAUSE_MS = 600;

/** Why a paper cannot be had: `gone`, `forbidden`, `signed-out`, `broken` or `offline`. */
export class PaperRefused extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The first piece of the paper and its whole length; or all of it, from a server without ranges. */
export async function firstPiece(url, signal) {
  const response = await ask(url, 0, PIECE_BYTES, signal);
  const bytes = new Uint8Array(await body(response));
  const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  return { bytes, length: response.status === 206 && total ? Number(total[1]) : bytes.length };
}

/** Keeps asking for pieces: what fails waits for `resume()` or for the browser to be online again. */
export class Pieces {
  #url;
  #signal;
  #deliver;
  #events;
  #waiting = [];
  #inFlight = 0;

  /** `events.stalled()`, `events.resumed()` and `events.refused(reason)` tell the page how it goes. */
  constructor(url, signal, deliver, events) {
    this.#url = url;
    this.#signal = signal;
    this.#deliver = deliver;
    this.#events = events;
    addEventListener("online", () => this.resume(), { signal });
  }

  /** Whether a piece was asked for that has not come. */
  get isWaiting() {
    return this.#inFlight > 0 || this.#waiting.length > 0;
  }

  async request(begin, end) {
    this.#inFlight += 1;
    try {
      const response = await withRetries(() => ask(this.#url, begin, end, this.#signal), this.#signal);
      const bytes = new Uint8Array(await body(response));
      if (bytes.length < end - begin) throw new PaperRefused("broken");
      this.#deliver(begin, response.status === 206 ? bytes : bytes.subarray(begin, end));
    } catch (error) {
      if (this.#signal.aborted) return;
      if (error instanceof PaperRefused && error.reason !== "offline") {
        this.#events.refused(error.reason);
        return;
      }
      this.#waiting.push([begin, end]);
      if (this.#waiting.length === 1) this.#events.stalled();
    } finally {
      this.#inFlight -= 1;
    }
  }

  resume() {
    if (this.#waiting.length === 0) return;
    const again = this.#waiting.splice(0);
    this.#events.resumed();
    for (const [begin, end] of again) this.request(begin, end);
  }
}

async function ask(url, begin, end, signal) {
  const headers = { Range: `bytes=${begin}-${end - 1}` };
  let response;
  try {
    response = await fetch(url, { headers, signal, credentials: "same-origin", redirect: "manual" });
  } catch (error) {
    throw signal.aborted ? error : new PaperRefused("offline");
  }
  if (response.ok) return response;
  // A redirect from a paper's address leads to the sign-in page.
  if (response.type === "opaqueredirect" || response.status === 401) throw new PaperRefused("signed-out");
  if (response.status === 403) throw new PaperRefused("forbidden");
  if (response.status === 404 || response.status === 410) throw new PaperRefused("gone");
  if (response.status === 416) throw new PaperRefused("broken");
  throw new PaperRefused("offline");
}

/** The body; a line cut in the middle reads as offline. */
async function body(response) {
  try {
    return await response.arrayBuffer();
  } catch {
    throw new PaperRefused("offline");
  }
}

async function withRetries(attempt, signal) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || error.reason !== "offline" || tries === TRIES) throw error;
      await new Promise((done) => setTimeout(done, PAUSE_MS * 2 ** (tries - 1)));
    }
  }
}
