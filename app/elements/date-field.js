// <date-field>: a small month calendar beside a field for a date.
//
//   <date-field data-today="2026-11-29" data-t-…="…"><input name="date" …></date-field>
//
// Without script the field is typed into. With it a button beside it, or Alt+ArrowDown in it, opens a dialog with a month:
// arrows move by days and weeks, Home and End within the week, PageUp and PageDown by months, with Shift by years; Enter or
// Space takes the day, Escape takes none. The focus returns to where it was. What is taken is written as 05/12/2026, and the
// field says `input` and `change` as if it had been typed.
// Days off are marked and named, and a year whose days off are not entered says so (dates/work-days.js).
// Texts, data-t-*: choose previous next year-before year-after today off work not-entered.

import { addMonths, moved, read, weekday, weeks, words, written } from "./dates/month.js";
import { workDays } from "./dates/work-days.js";
import { icon, make, word } from "./reader/words.js";

/** Room between the field and its calendar, and to the edges of the screen, in pixels. */
const GAP = 8;

class DateField extends HTMLElement {
  #button = null;
  #dialog = null;
  #grid = null;
  #title = null;
  #note = null;
  /** The day that has the focus in the open calendar. */
  #day = "";
  #back = null;
  #words = null;
  #onKey = (event) => {
    if (event.key !== "ArrowDown" || !event.altKey) return;
    event.preventDefault();
    this.#open(this.#input());
  };
  #onChange = () => this.#nameButton();

  connectedCallback() {
    const input = this.#input();
    if (!input || this.#button) return;
    this.#words = words(document.documentElement.lang);
    this.#button = make("button", { type: "button", className: "btn btn--icon datefield__open" }, icon(this, "calendar-days", ""));
    this.#button.setAttribute("aria-haspopup", "dialog");
    this.#button.addEventListener("click", () => this.#open(this.#button));
    input.addEventListener("keydown", this.#onKey);
    input.addEventListener("change", this.#onChange);
    this.append(this.#button);
    this.classList.add("is-live");
    this.#nameButton();
  }

  disconnectedCallback() {
    this.#input()?.removeEventListener("keydown", this.#onKey);
    this.#input()?.removeEventListener("change", this.#onChange);
    this.#dialog?.remove();
    this.#button?.remove();
    this.#dialog = null;
    this.#button = null;
    this.classList.remove("is-live");
  }

  #input() {
    return this.querySelector("input");
  }

  #today() {
    return this.dataset.today;
  }

  /** The button says which date is chosen, as a screen reader cannot see the field beside it. */
  #nameButton() {
    const chosen = read(this.#input().value);
    const label = chosen ? `${word(this, "choose")}, ${this.#words.day(chosen)}` : word(this, "choose");
    this.#button?.setAttribute("aria-label", label);
    this.#button?.setAttribute("title", word(this, "choose"));
  }

  #open(back) {
    if (this.#dialog) return;
    const input = this.#input();
    // What is just being typed is put into its form first.
    input.dispatchEvent(new Event("change", { bubbles: true }));
    this.#back = back;
    this.#day = read(input.value) ?? this.#today();
    this.#build();
    this.append(this.#dialog);
    this.#dialog.showModal();
    this.#draw();
    this.#place();
    this.#focusDay();
  }

  #build() {
    const step = (name, picture, months) => {
      const button = make("button", { type: "button", className: "btn btn--icon btn--sm" }, icon(this, picture, ""));
      button.setAttribute("aria-label", word(this, name));
      button.setAttribute("title", word(this, name));
      button.addEventListener("click", () => this.#show(addMonths(this.#day, months)));
      return button;
    };
    this.#title = make("h2", { className: "datepick__title", "aria-live": "polite" });
    const head = make(
      "div",
      { className: "datepick__head" },
      step("year-before", "chevrons-left", -12),
      step("previous", "chevron-left", -1),
      this.#title,
      step("next", "chevron-right", 1),
      step("year-after", "chevrons-right", 12),
    );
    this.#grid = make("table", { className: "datepick__grid", role: "grid" });
    this.#grid.addEventListener("keydown", (event) => this.#key(event));
    this.#note = make("p", { className: "datepick__note hint", role: "status" });
    const today = make("button", { type: "button", className: "btn btn--quiet btn--sm" }, word(this, "today"));
    today.addEventListener("click", () => this.#take(this.#today()));
    this.#dialog = make("dialog", { className: "datepick" }, head, this.#grid, this.#note, make("div", {}, today));
    this.#dialog.setAttribute("aria-label", word(this, "choose"));
    this.#dialog.addEventListener("close", () => this.#closed());
    // A press beside the calendar is one on the dialog itself, which has no room of its own. What is pressed here
    // concerns nothing around it, such as a menu that closes on a press elsewhere.
    this.#dialog.addEventListener("click", (event) => {
      event.stopPropagation();
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener("keydown", (event) => event.stopPropagation());
  }

  #key(event) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#take(this.#day);
      return;
    }
    const day = event.altKey || event.ctrlKey || event.metaKey ? null : moved(this.#day, event.key, event.shiftKey);
    if (!day) return;
    event.preventDefault();
    this.#show(day);
    this.#focusDay();
  }

  #show(day) {
    this.#day = day;
    this.#draw();
  }

  #draw() {
    const day = this.#day;
    const month = this.#words.month(day);
    if (this.#title.textContent !== month) this.#title.textContent = month;
    this.#grid.setAttribute("aria-label", month);
    const heads = this.#words.weekdays.map(({ long, short }) =>
      make("th", { scope: "col", abbr: long }, make("span", { "aria-hidden": "true" }, short), make("span", { className: "vh" }, long)),
    );
    const rows = weeks(day).map((week) => make("tr", {}, ...week.map((date) => this.#cell(date))));
    this.#grid.replaceChildren(make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
    this.#note.textContent = "";
    this.#mark(day.slice(0, 4), month);
  }

  #cell(date) {
    if (!date) return make("td", {});
    const cell = make("td", { role: "gridcell", tabIndex: date === this.#day ? 0 : -1 }, String(Number(date.slice(8))));
    cell.dataset.date = date;
    cell.setAttribute("aria-label", this.#words.day(date));
    cell.setAttribute("aria-selected", String(date === read(this.#input().value)));
    if (date === this.#today()) cell.setAttribute("aria-current", "date");
    if (weekday(date) > 4) cell.className = "is-off";
    cell.addEventListener("click", () => this.#take(date));
    return cell;
  }

  /** Marks what is known of the year, if its month is still shown when the answer comes. */
  async #mark(year, month) {
    const found = await workDays(year);
    if (!found || !this.#dialog || this.#title.textContent !== month) return;
    if (!found.is_entered) this.#note.textContent = word(this, "not-entered", { year });
    for (const cell of this.#grid.querySelectorAll("[data-date]")) {
      const listed = found.days.get(cell.dataset.date);
      if (!listed) continue;
      const kind = word(this, listed.kind);
      cell.className = listed.kind === "off" ? "is-off is-named" : "is-work";
      cell.setAttribute("title", listed.name || kind);
      cell.setAttribute("aria-label", `${this.#words.day(cell.dataset.date)}, ${kind}${listed.name ? `: ${listed.name}` : ""}`);
    }
  }

  #focusDay() {
    this.#grid.querySelector(`[data-date="${this.#day}"]`)?.focus();
  }

  /** Under the field, or above it where there is more room; on the screen in any case. */
  #place() {
    const field = this.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#dialog;
    const below = field.bottom + GAP;
    const isBelow = below + height <= innerHeight - GAP || field.top < innerHeight - field.bottom;
    const top = isBelow ? below : field.top - GAP - height;
    const within = (at, size, room) => Math.max(GAP, Math.min(at, room - size - GAP));
    this.#dialog.style.setProperty("left", `${within(field.left, width, innerWidth)}px`);
    this.#dialog.style.setProperty("top", `${within(top, height, innerHeight)}px`);
  }

  #take(date) {
    const input = this.#input();
    input.value = written(date);
    for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
    this.#dialog.close();
  }

  #closed() {
    this.#dialog?.remove();
    this.#dialog = null;
    this.#back?.focus();
  }
}

if (!customElements.get("date-field")) customElements.define("date-field", DateField);
