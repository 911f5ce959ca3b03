// The PDF engine's worker and the document it has open. A worker that hangs is replaced by a new one.

/** A worker that is asked to end cleans up first; one that has not done so after this time is stopped. */
const FAREWELL_MS = 1000;

export class Engine {
  #pdfjs;
  #options;
  #session = null;

  /** `options(signal)` gives what `getDocument` is called with; `signal` aborts when that worker ends. */
  constructor(pdfjs, options) {
    this.#pdfjs = pdfjs;
    this.#options = options;
  }

  get document() {
    return this.#session.document;
  }

  async open() {
    const closing = new AbortController();
    const worker = new this.#pdfjs.PDFWorker({ verbosity: 0 });
    const task = this.#pdfjs.getDocument({ ...this.#options(closing.signal), worker });
    const session = { closing, worker, task, document: null };
    this.#session = session;
    session.document = await task.promise;
    // The worker remembers the answer: from here on it answers without reading the file.
    await session.document.getPageLayout();
  }

  /** Resolves once the worker handles messages. */
  async ping() {
    await this.#session.document.getPageLayout();
  }

  /** Stops a worker that does not answer and opens the document in a new one. */
  async restart() {
    this.#stop(this.#session);
    await this.open();
  }

  /** Ends the worker, also one that is busy: `task.destroy()` alone would wait for its answer for ever. */
  close() {
    const session = this.#session;
    this.#session = null;
    if (!session) return;
    session.closing.abort();
    const timer = setTimeout(() => session.worker.destroy(), FAREWELL_MS);
    const ended = () => {
      clearTimeout(timer);
      session.worker.destroy();
    };
    session.task.destroy().then(ended, ended);
  }

  #stop({ closing, worker, task }) {
    closing.abort();
    worker.destroy();
    // Cancels what is still drawn. The worker is gone, so the promise never settles.
    task.destroy().catch(() => {});
  }
}
