// One file of the queue as a row: its name, how it is doing, and what can be done about it.

import { icon, make, word } from "../reader/words.js";

const ICONS = { done: "circle-check", refused: "circle-alert", asked: "circle-alert" };

/** The buttons of a state: what each does, and its icon. */
const BUTTONS = {
  waiting: [["cancel", "x"]],
  sending: [["cancel", "x"]],
  refused: [["remove", "trash-2"]],
  asked: [["remove", "trash-2"]],
  done: [],
};

/** A file's name as people see it: without the characters that turn letters round and hide what a file is. */
export function shownName(name) {
  return name.replace(/[\p{Cc}\p{Cf}]/gu, "").normalize("NFC");
}

export class UploadRow {
  #host;
  #upload;
  #acts;
  #say = make("p", { className: "upload__say" });
  #fill = make("i");
  #track;
  #buttons = make("div", { className: "upload__act" });
  #declaration = make("div", { className: "upload__declare" });
  #drawn = null;

  /** `host` says the words; `acts` are cancel, retry, answer and remove. */
  constructor(host, upload, acts) {
    this.#host = host;
    this.#upload = upload;
    this.#acts = acts;
    const { file } = upload;
    const title = shownName(file.name);
    this.#track = make("div", { className: "progress", role: "progressbar", "aria-label": title }, this.#fill);
    this.#track.setAttribute("aria-valuemin", "0");
    this.#track.setAttribute("aria-valuemax", "100");
    const name = make(
      "p",
      { className: "upload__name" },
      title,
      make("small", { className: "num" }, shownSize(file.size, document.documentElement.lang || "vi")),
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
    this.draw();
  }

  get isDone() {
    return this.#upload.state === "done";
  }

  /** Shows how the file is doing now. */
  draw() {
    const { state, share } = this.#upload;
    const percent = Math.round(share * 100);
    if (state !== this.#drawn) this.#become(state);
    this.#fill.style.setProperty("--v", String(percent));
    this.#track.setAttribute("aria-valuenow", String(percent));
    if (state === "sending") this.#say.textContent = word(this.#host, "sending", { percent });
  }

  #become(state) {
    this.#drawn = state;
    this.element.className = `upload__row is-${state}`;
    this.#track.hidden = ICONS[state] !== undefined;
    if (this.#upload.isFailed) this.#say.setAttribute("role", "alert");
    else this.#say.removeAttribute("role");
    this.#say.replaceChildren(...(ICONS[state] ? [icon(this.#host, ICONS[state], "")] : []), this.#text(state));
    const retry = this.#upload.canRetry ? [["retry", "rotate-ccw"]] : [];
    this.#buttons.replaceChildren(...[...retry, ...BUTTONS[state]].map(([act, picture]) => this.#button(act, picture)));
    this.#declaration.replaceChildren(...(state === "asked" ? this.#asked() : []));
  }

  #text(state) {
    if (state === "sending") return "";
    return this.#upload.message || word(this.#host, this.#upload.why || state);
  }

  /** The declaration, whose button is disabled until the box is ticked; or the wish to have a paper twice. */
  #asked() {
    if (this.#upload.question === "again") {
      const add = make("button", { type: "button", className: "btn btn--secondary" }, word(this.#host, "again"));
      add.addEventListener("click", () => this.#acts.answer());
      return [add];
    }
    const box = make("input", { type: "checkbox" });
    const look = { type: "button", className: "btn btn--secondary", disabled: true };
    const send = make("button", look, word(this.#host, "declare-send"));
    box.addEventListener("change", () => {
      send.disabled = !box.checked;
    });
    send.addEventListener("click", () => this.#acts.answer());
    return [make("label", { className: "tick" }, box, word(this.#host, "declare")), send];
  }

  #button(act, picture) {
    const label = word(this.#host, act, { name: shownName(this.#upload.file.name) });
    const button = make(
      "button",
      { type: "button", className: "btn btn--icon", title: label },
      icon(this.#host, picture, ""),
    );
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => this.#acts[act]());
    return button;
  }
}

/** A size, rounded to the nearest as the agenda writes it; the comma or point follows the page's language. */
export function shownSize(bytes, language) {
  const kilobytes = Math.floor((bytes + 500) / 1000);
  if (kilobytes < 1000) return `${Math.max(Math.min(bytes, 1), kilobytes)} KB`;
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return `${format.format(Math.floor((bytes + 50_000) / 100_000) / 10)} MB`;
}
