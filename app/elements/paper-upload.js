// <paper-upload>: sends several papers one after another and tells how each is doing.
//
//   <div icons="/pkg/icons.….svg" data-max-bytes="209715200" data-t-…="…">
//     <paper-upload>
//       <form method="post" action="/meetings/ID/papers" enctype="multipart/form-data">
//         … hidden and visible fields … <input type="file" name="file" multiple accept="application/pdf" data-plain>
//         <button type="submit" data-plain>…</button>
//       </form>
//     </paper-upload>
//   </div>
//
// The attributes may stand on the element itself, or once around several.
// Without script the form works as it stands. With it, what is marked data-plain gives way to a drop
// area; each file is one POST: the form's other fields first, then `file`. The server answers 2xx, or
// a refusal as JSON {"message": "…"}, which is shown beside its file. A file whose first page could not be
// read ("failure": {"refused": {"first_page_unread": {"kept": ID}}}) waits for a tick. The declaration is
// then sent with the file's ID as `kept`, and with the whole file if the server no longer keeps it.
// Texts, data-t-*: drop choose waiting sending done cancel retry remove cancelled refused offline too-big
// finished some-refused reload declare declare-send. Event: `uploaded` {count}, cancelable; unless it is
// prevented, the page is loaded again when every file has arrived.

import { icon, make, said, word } from "./reader/words.js";

class PaperUpload extends HTMLElement {
  #box = null;
  #rows = null;
  #status = null;
  #queue = [];
  #all = [];
  #sending = null;
  #leaving = (event) => event.preventDefault();

  connectedCallback() {
    if (!this.querySelector("form")) return;
    this.#build();
    this.classList.add("is-live");
  }

  disconnectedCallback() {
    this.#sending?.abort();
    removeEventListener("beforeunload", this.#leaving);
    this.#box?.remove();
    this.#box = null;
    this.classList.remove("is-live");
  }

  #plainField() {
    return this.querySelector('form input[type="file"]');
  }

  #build() {
    const plain = this.#plainField();
    const field = make("input", { type: "file", multiple: plain.multiple, accept: plain.accept });
    const text = make("span", {}, make("b", {}, word(this, "choose")), " ", word(this, "drop"));
    const area = make("label", { className: "upload__drop" }, icon(this, "upload", ""), text, field);
    this.#rows = make("div", { className: "upload__rows", role: "list", hidden: true });
    this.#status = make("div", { className: "upload__status", role: "status" });
    this.#box = make("div", { className: "upload" }, area, this.#rows, this.#status);
    this.append(this.#box);
    field.addEventListener("change", () => {
      this.#add(field.files);
      field.value = "";
    });
    for (const name of ["dragenter", "dragover"]) {
      area.addEventListener(name, (event) => {
        event.preventDefault();
        area.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) area.addEventListener(name, () => area.classList.remove("is-over"));
    area.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#add(event.dataTransfer.files);
    });
  }

  #add(files) {
    const most = Number(said(this, "data-max-bytes")) || Infinity;
    for (const file of files) {
      const row = new Row(this, file, {
        cancel: () => this.#cancel(row),
        retry: () => this.#retry(row),
        declare: () => this.#declare(row),
        remove: () => this.#remove(row),
      });
      this.#all.push(row);
      this.#rows.append(row.element);
      if (file.size > most) row.refused(word(this, "too-big", { name: file.name }), { again: false });
      else this.#queue.push(row);
    }
    this.#rows.hidden = this.#all.length === 0;
    this.#next();
  }

  #next() {
    if (this.#sending) return;
    const row = this.#queue.shift();
    if (!row) {
      this.#finish();
      return;
    }
    addEventListener("beforeunload", this.#leaving);
    this.#send(row);
  }

  #send(row) {
    const form = this.querySelector("form");
    const fields = new FormData(form);
    const name = this.#plainField().name || "file";
    fields.delete(name);
    if (row.isDeclared) fields.set("declared", "yes");
    if (row.kept) fields.append("kept", row.kept);
    else fields.append(name, row.file, row.file.name);
    const request = new XMLHttpRequest();
    this.#sending = request;
    row.sending();
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) row.progress(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      this.#sending = null;
      this.#next();
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) row.done();
      else this.#refused(row, request);
    });
    request.addEventListener("error", () => row.refused(word(this, "offline"), { again: true }));
    request.addEventListener("abort", () => row.refused(word(this, "cancelled"), { again: true }));
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(fields);
    row.request = request;
  }

  #refused(row, request) {
    const { message, refused } = refusal(request);
    const unread = refused.first_page_unread;
    if (unread) {
      row.ask(message, unread.kept);
    } else if (refused === "no_longer_kept") {
      // The declaration is still valid; the file is sent again with it.
      row.kept = null;
      this.#retry(row);
    } else {
      row.refused(message || word(this, "refused"), { again: request.status >= 500 });
    }
  }

  #declare(row) {
    row.isDeclared = true;
    this.#retry(row);
  }

  #finish() {
    removeEventListener("beforeunload", this.#leaving);
    const count = this.#all.filter((row) => row.state === "done").length;
    if (count === 0 || !this.#box) return;
    const proceed = this.dispatchEvent(
      new CustomEvent("uploaded", { bubbles: true, cancelable: true, detail: { count } }),
    );
    const left = this.#all.length - count;
    this.#status.replaceChildren(
      make("p", { className: "hint" }, word(this, left ? "some-refused" : "finished", { count, left })),
    );
    if (!proceed) return;
    if (left === 0) {
      location.reload();
      return;
    }
    // A refusal must be read before the page changes.
    const again = make("button", { type: "button", className: "btn btn--secondary" }, word(this, "reload"));
    again.addEventListener("click", () => location.reload());
    this.#status.append(again);
  }

  #cancel(row) {
    if (row.state === "sending") row.request.abort();
    else if (row.state === "waiting") this.#remove(row);
  }

  #retry(row) {
    row.waiting();
    this.#queue.push(row);
    this.#next();
  }

  #remove(row) {
    this.#all = this.#all.filter((other) => other !== row);
    this.#queue = this.#queue.filter((other) => other !== row);
    row.element.remove();
    this.#rows.hidden = this.#all.length === 0;
  }
}

/** One file on its way. */
class Row {
  #host;
  #acts;
  #say;
  #track;
  #fill;
  #buttons;
  #declaration;
  state = "waiting";
  request = null;
  // Whether the sender declared this file, and where the server keeps it meanwhile.
  isDeclared = false;
  kept = null;

  constructor(host, file, acts) {
    this.#host = host;
    this.#acts = acts;
    this.file = file;
    this.#say = make("p", { className: "upload__say" });
    this.#fill = make("i");
    this.#track = make("div", { className: "progress", role: "progressbar", "aria-label": file.name }, this.#fill);
    this.#track.setAttribute("aria-valuemin", "0");
    this.#track.setAttribute("aria-valuemax", "100");
    this.#buttons = make("div", { className: "upload__act" });
    this.#declaration = make("div", { className: "upload__declare" });
    const name = make(
      "p",
      { className: "upload__name" },
      file.name,
      make("small", { className: "num" }, megabytes(file.size)),
    );
    this.element = make(
      "div",
      { className: "upload__row", role: "listitem" },
      name,
      this.#buttons,
      this.#track,
      this.#say,
      this.#declaration,
    );
    this.waiting();
  }

  waiting() {
    this.#become("waiting", word(this.#host, "waiting"), [["cancel", "x"]]);
    this.progress(0);
  }

  sending() {
    this.#become("sending", word(this.#host, "sending", { percent: 0 }), [["cancel", "x"]]);
  }

  progress(share) {
    const percent = Math.round(share * 100);
    this.#fill.style.setProperty("--v", String(percent));
    this.#track.setAttribute("aria-valuenow", String(percent));
    if (this.state === "sending") this.#say.textContent = word(this.#host, "sending", { percent });
  }

  done() {
    this.progress(1);
    this.#become("done", word(this.#host, "done"), []);
  }

  refused(text, { again }) {
    const ways = [["remove", "trash-2"]];
    if (again) ways.unshift(["retry", "rotate-ccw"]);
    this.#become("refused", text, ways);
    this.#say.setAttribute("role", "alert");
  }

  /** Asks for the declaration; the button is disabled until the box is ticked. */
  ask(text, kept) {
    this.kept = kept;
    this.#become("asked", text, [["remove", "trash-2"]]);
    const box = make("input", { type: "checkbox" });
    const look = { type: "button", className: "btn btn--secondary", disabled: true };
    const send = make("button", look, word(this.#host, "declare-send"));
    box.addEventListener("change", () => {
      send.disabled = !box.checked;
    });
    send.addEventListener("click", () => this.#acts.declare());
    const tick = make("label", { className: "tick" }, box, word(this.#host, "declare"));
    this.#declaration.replaceChildren(tick, send);
    this.#say.setAttribute("role", "alert");
  }

  #become(state, text, ways) {
    this.state = state;
    this.element.className = `upload__row is-${state}`;
    this.#track.hidden = state === "done" || state === "refused" || state === "asked";
    this.#declaration.replaceChildren();
    this.#say.removeAttribute("role");
    const pictures = { done: "circle-check", refused: "circle-alert", asked: "circle-alert" };
    this.#say.replaceChildren(...(pictures[state] ? [icon(this.#host, pictures[state], "")] : []), text);
    this.#buttons.replaceChildren(...ways.map(([name, picture]) => this.#button(name, picture)));
  }

  #button(name, picture) {
    const label = word(this.#host, name, { name: this.file.name });
    const button = make(
      "button",
      { type: "button", className: "btn btn--icon", title: label },
      icon(this.#host, picture, ""),
    );
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => this.#acts[name]());
    return button;
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

/** A size as people read it; the comma or point follows the page's language. */
function megabytes(bytes) {
  const language = document.documentElement.lang || "vi";
  const small = bytes < 1_000_000;
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: small ? 0 : 1 });
  return `${format.format(Math.max(1, bytes / (small ? 1e3 : 1e6)))} ${small ? "KB" : "MB"}`;
}

if (!customElements.get("paper-upload")) customElements.define("paper-upload", PaperUpload);
