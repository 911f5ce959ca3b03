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
// read ("failure": {"refused": {"first_page_unread": {"kept": ID}}}) waits for a tick, and one that is there already
// ("same_paper") for a press. The answer is
// then sent with the file's ID as `kept`, and with the whole file if the server no longer keeps it.
// The files belong to the tab's queue (upload/queue.js), which goes on while other pages of the program are shown;
// meanwhile a strip tells of them (upload/strip.js). This element shows those of its own form, from before it was drawn too.
// Texts, data-t-*: drop choose waiting sending done cancel retry remove cancelled refused offline changed too-big
// finished some-refused reload declare declare-send again,
// and for the strip strip strip-sending strip-failed strip-back strip-drop. Event: `uploaded` {count}, cancelable; unless it is
// prevented, the page is loaded again when every file has arrived. Event: `signedout` when the session ended before a file
// was stored; the file can be sent again.

import { icon, make, said, word } from "./reader/words.js";
import { Upload, queue } from "./upload/queue.js";
import { UploadRow, shownName } from "./upload/row.js";
import { tellElsewhere } from "./upload/strip.js";

class PaperUpload extends HTMLElement {
  #box = null;
  #list = null;
  #status = null;
  #place = "";
  /** Each file shown here and its row, those that have arrived too. */
  #rows = new Map();
  #changed = ({ detail }) => this.#draw(detail.upload);
  #settled = ({ detail }) => detail.place === this.#place && this.#finish();
  #signedOut = ({ detail }) =>
    detail.upload.form.place === this.#place && this.dispatchEvent(new CustomEvent("signedout", { bubbles: true }));

  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    this.#place = `${form.action} ${form.id}`;
    this.#build();
    this.classList.add("is-live");
    queue.addEventListener("change", this.#changed);
    queue.addEventListener("settled", this.#settled);
    queue.addEventListener("signedout", this.#signedOut);
    const before = queue.of(this.#place);
    for (const upload of before) this.#draw(upload);
    queue.show(this, this.#place);
    const around = before.length > 0 && this.closest("details");
    if (around) around.open = true;
  }

  disconnectedCallback() {
    if (!this.#box) return;
    queue.removeEventListener("change", this.#changed);
    queue.removeEventListener("settled", this.#settled);
    queue.removeEventListener("signedout", this.#signedOut);
    queue.hide(this);
    this.#rows.clear();
    this.#box.remove();
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
    this.#list = make("div", { className: "upload__rows", role: "list", hidden: true });
    this.#status = make("div", { className: "upload__status", role: "status" });
    this.#box = make("div", { className: "upload" }, area, this.#list, this.#status);
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
    const form = this.#taken();
    for (const file of files) {
      const upload = new Upload(file, form);
      if (file.size > most) queue.refuse(upload, word(this, "too-big", { name: shownName(file.name) }));
      else queue.add(upload);
    }
  }

  /** What the chosen files are sent with, whatever becomes of this page. */
  #taken() {
    const form = this.querySelector("form");
    const name = this.#plainField().name || "file";
    const fields = [...new FormData(form)].filter(([field]) => field !== name);
    const texts = ["strip", "strip-sending", "strip-failed", "strip-back", "strip-drop"];
    const words = Object.fromEntries(texts.map((text) => [text, word(this, text)]));
    return { address: form.action, fields, name, place: this.#place, page: location.pathname, words };
  }

  #draw(upload) {
    if (upload?.form.place !== this.#place) return;
    const row = this.#rows.get(upload);
    if (row) row.draw();
    else if (queue.uploads.includes(upload)) this.#list.append(this.#row(upload).element);
    if (upload.state !== "done" && !queue.uploads.includes(upload)) {
      this.#rows.get(upload)?.element.remove();
      this.#rows.delete(upload);
    }
    this.#list.hidden = this.#rows.size === 0;
  }

  #row(upload) {
    const row = new UploadRow(this, upload, {
      cancel: () => queue.cancel(upload),
      retry: () => queue.retry(upload),
      answer: () => queue.answer(upload),
      remove: () => queue.remove(upload),
    });
    this.#rows.set(upload, row);
    return row;
  }

  #finish() {
    const rows = [...this.#rows.values()];
    const count = rows.filter((row) => row.isDone).length;
    if (count === 0) return;
    const proceed = this.dispatchEvent(
      new CustomEvent("uploaded", { bubbles: true, cancelable: true, detail: { count } }),
    );
    const left = rows.length - count;
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
}

tellElsewhere(queue);
if (!customElements.get("paper-upload")) customElements.define("paper-upload", PaperUpload);
