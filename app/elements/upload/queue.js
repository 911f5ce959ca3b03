// The files on their way to the server, one after another. A tab has one queue, which outlives the page that a file was
// chosen on: the program changes its pages without loading the document again, and the queue goes on.
//
// So each file keeps what it is sent with as it was when the file was chosen: the address and the other fields of the
// form. The queue knows nothing of the page: a view shows the files of one form (its `place`) and says so with `show`.
// Events: `change` {upload} for every change of a file, `settled` {place} when nothing of a form waits any longer,
// `signedout` {upload} when the session ended before a file was stored.

/** One file. Its `state` is waiting, sending, done, refused or asked. */
export class Upload {
  state = "waiting";
  /** Between 0 and 1. */
  share = 0;
  /** The server's own sentence; where it sent none, `why` names the sentence. */
  message = "";
  why = "";
  canRetry = false;
  /** What is asked about the file: `declare` or `again`; what the sender has answered; where the server keeps it. */
  question = "";
  isDeclared = false;
  isAgain = false;
  kept = null;

  /** `form`: its address, its fields without the file, the name of the file's field, its place, its page, its words. */
  constructor(file, form) {
    this.file = file;
    this.form = form;
  }

  get isUnderWay() {
    return this.state === "waiting" || this.state === "sending";
  }

  get isFailed() {
    return this.state === "refused" || this.state === "asked";
  }

  /** Whether the file would still be sent, so that closing the tab loses it. */
  get isUnsent() {
    return this.isUnderWay || this.state === "asked" || (this.canRetry && this.why !== "cancelled");
  }

  /** What one request carries. A kept file is named instead of being sent a second time. */
  fields() {
    const fields = new FormData();
    for (const [name, value] of this.form.fields) fields.append(name, value);
    if (this.isDeclared) fields.set("declared", "yes");
    if (this.isAgain) fields.set("again", "yes");
    if (this.kept) fields.append("kept", this.kept);
    else fields.append(this.form.name, this.file, this.file.name);
    return fields;
  }
}

export class UploadQueue extends EventTarget {
  /** Files that are not stored yet: under way, or failed. */
  #uploads = [];
  #views = new Map();
  #sending = null;
  #request = null;
  #warn = (event) => event.preventDefault();

  get uploads() {
    return this.#uploads;
  }

  of(place) {
    return this.#uploads.filter((upload) => upload.form.place === place);
  }

  /** From now on `view` shows the files of a form. */
  show(view, place) {
    this.#views.set(view, place);
    this.#tell("change", {});
  }

  /** The view is gone, and with it the files that were cancelled in it. */
  hide(view) {
    const place = this.#views.get(view);
    this.#views.delete(view);
    this.#uploads = this.#uploads.filter((upload) => upload.form.place !== place || upload.why !== "cancelled");
    this.#tell("change", {});
  }

  isShown(upload) {
    return [...this.#views.values()].includes(upload.form.place);
  }

  add(upload) {
    this.#uploads.push(upload);
    this.#tell("change", { upload });
    this.#next();
  }

  /** Takes a file that is not sent at all, because of `message`. */
  refuse(upload, message) {
    this.#uploads.push(upload);
    this.#refused(upload, { message });
  }

  cancel(upload) {
    if (upload === this.#sending) this.#request.abort();
    else this.remove(upload);
  }

  /** Puts a failed file at the end of the queue. */
  retry(upload) {
    this.#uploads = [...this.#uploads.filter((other) => other !== upload), upload];
    Object.assign(upload, { state: "waiting", share: 0, message: "", why: "", canRetry: false });
    this.#tell("change", { upload });
    this.#next();
  }

  /** The sender says yes to what was asked. */
  answer(upload) {
    if (upload.question === "again") upload.isAgain = true;
    else upload.isDeclared = true;
    this.retry(upload);
  }

  remove(upload) {
    if (upload === this.#sending) return;
    const wasUnderWay = upload.isUnderWay;
    this.#uploads = this.#uploads.filter((other) => other !== upload);
    this.#tell("change", { upload });
    if (wasUnderWay) this.#settle(upload.form.place);
  }

  #next() {
    if (this.#sending) return;
    const upload = this.#uploads.find((one) => one.state === "waiting");
    if (upload) this.#send(upload);
  }

  #send(upload) {
    const request = new XMLHttpRequest();
    this.#sending = upload;
    this.#request = request;
    upload.state = "sending";
    this.#tell("change", { upload });
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      upload.share = event.loaded / event.total;
      this.#tell("change", { upload });
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) this.#done(upload);
      else this.#answered(upload, request);
    });
    let isBroken = false;
    const end = () => {
      this.#sending = null;
      this.#next();
      this.#settle(upload.form.place);
    };
    request.addEventListener("error", async () => {
      isBroken = true;
      // The browser says the same of a lost line and of a file that it can read no longer.
      const isThere = await isReadable(upload.file);
      this.#refused(upload, isThere ? { why: "offline", canRetry: true } : { why: "changed" });
      end();
    });
    request.addEventListener("abort", () => this.#refused(upload, { why: "cancelled", canRetry: true }));
    request.addEventListener("loadend", () => {
      if (!isBroken) end();
    });
    request.open("POST", upload.form.address);
    request.setRequestHeader("Accept", "application/json");
    request.send(upload.fields());
  }

  #done(upload) {
    upload.share = 1;
    upload.state = "done";
    this.#uploads = this.#uploads.filter((other) => other !== upload);
    this.#tell("change", { upload });
  }

  #answered(upload, request) {
    const { message, refused } = refusal(request);
    const asked = refused.first_page_unread ?? refused.same_paper;
    if (asked) {
      const question = refused.same_paper ? "again" : "declare";
      Object.assign(upload, { state: "asked", question, message, kept: asked.kept });
      this.#tell("change", { upload });
    } else if (refused === "no_longer_kept") {
      // The answer is still valid; the file is sent again with it.
      upload.kept = null;
      this.retry(upload);
    } else {
      // Whoever signs in beside it sends the file again with one press.
      const isSignedOut = request.status === 401;
      this.#refused(upload, { message, why: "refused", canRetry: isSignedOut || request.status >= 500 });
      if (isSignedOut) this.#tell("signedout", { upload });
    }
  }

  #refused(upload, how) {
    Object.assign(upload, { state: "refused", canRetry: false, ...how });
    this.#tell("change", { upload });
  }

  #settle(place) {
    if (!this.of(place).some((upload) => upload.isUnderWay)) this.#tell("settled", { place });
  }

  #tell(name, detail) {
    // The browser's own warning, on whatever page of the program.
    if (this.#uploads.some((upload) => upload.isUnsent)) addEventListener("beforeunload", this.#warn);
    else removeEventListener("beforeunload", this.#warn);
    this.dispatchEvent(Object.assign(new Event(name), { detail }));
  }
}

/** The queue of this tab. */
export const queue = new UploadQueue();

/** Whether a file is as it was when it was chosen: one that was saved again, moved or deleted cannot be read. */
async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** The server's own message, if it sent any, and what it refused. */
function refusal(request) {
  try {
    const { message, failure } = JSON.parse(request.responseText);
    return { message: String(message ?? ""), refused: failure?.refused ?? {} };
  } catch {
    return { message: "", refused: {} };
  }
}
