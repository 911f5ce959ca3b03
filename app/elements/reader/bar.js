// The floating bar: small pages, zoom, fit, turning, one page or all, and the page field.

import { icon, make, word } from "./words.js";

export class Bar {
  #host;
  #acts;
  #parts = {};
  element;

  /** `acts`: what the buttons do: thumbs, zoom(direction), fit(name), turn, single, go(page), step(direction). */
  constructor(host, acts) {
    this.#host = host;
    this.#acts = acts;
    const bar = make("div", { className: "ob rdr__bar", role: "toolbar", "aria-label": word(host, "toolbar") });
    this.#parts.thumbs = this.#button("thumbs", "panel-left", () => acts.thumbs());
    this.#parts.out = this.#button("zoom-out", "zoom-out", () => acts.zoom(-1));
    this.#parts.in = this.#button("zoom-in", "zoom-in", () => acts.zoom(1));
    this.#parts.fit = this.#button("fit-page", "maximize", () => acts.fit(this.#parts.fit.dataset.next));
    this.#parts.turn = this.#button("turn", "rotate-cw", () => acts.turn());
    this.#parts.single = this.#button("single", "square", () => acts.single(), "rdr__single");
    this.#parts.previous = this.#button("previous-page", "chevron-up", () => acts.step(-1), "rdr__step");
    this.#parts.next = this.#button("next-page", "chevron-down", () => acts.step(1), "rdr__step");
    const { thumbs, out, in: zoomIn, fit, turn, single, previous, next } = this.#parts;
    bar.append(thumbs, make("hr"), out, zoomIn, fit, turn, single, make("hr"), previous, this.#pageField(), next);
    bar.querySelectorAll("hr").forEach((rule) => rule.setAttribute("aria-hidden", "true"));
    this.element = bar;
  }

  show({ page, pages, fit, single, thumbs }) {
    const { field, total, previous, next } = this.#parts;
    if (document.activeElement !== field) field.value = String(page);
    field.max = String(pages);
    total.textContent = word(this.#host, "of", { pages, page });
    enable(previous, page > 1);
    enable(next, page < pages);
    this.#parts.thumbs.setAttribute("aria-pressed", String(thumbs));
    this.#parts.single.setAttribute("aria-pressed", String(single));
    const other = fit === "page" ? ["fit-width", "move-horizontal", "width"] : ["fit-page", "maximize", "page"];
    if (this.#parts.fit.dataset.next !== other[2]) {
      this.#label(this.#parts.fit, other[0]);
      this.#parts.fit.replaceChildren(icon(this.#host, other[1]));
      this.#parts.fit.dataset.next = other[2];
    }
  }

  #pageField() {
    const field = make("input", {
      className: "input num rdr__field",
      type: "number",
      min: "1",
      inputMode: "numeric",
      "aria-label": word(this.#host, "go"),
    });
    const total = make("span", { className: "num rdr__total" });
    Object.assign(this.#parts, { field, total });
    field.addEventListener("change", () => this.#acts.go(field.value));
    field.addEventListener("focus", () => field.select());
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") field.blur();
    });
    return make("span", { className: "rdr__at" }, field, total);
  }

  #button(name, picture, press, more = "") {
    const button = make("button", { type: "button", className: `btn btn--icon ${more}`.trim() });
    this.#label(button, name);
    button.append(icon(this.#host, picture));
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") press();
    });
    return button;
  }

  #label(button, name) {
    const text = word(this.#host, name);
    button.setAttribute("aria-label", text);
    button.title = text;
  }
}

/** Stays focusable when it has nothing to do: the keyboard does not lose its place. */
function enable(button, able) {
  if (able) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}
