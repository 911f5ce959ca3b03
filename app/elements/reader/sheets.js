// The sheets of a paper on the stage: their places, their canvases and text. The draw queue says when one is drawn.
// It knows pdf.js documents; it does not know the bar, the thumbnails or the address.

import {
  canvasRatio,
  fitScale,
  LIVE_CANVASES,
  pageAt,
  POINT,
  SCALE_MAX,
  SCALE_MIN,
  clamp,
  wantedPages,
} from "./scale.js";
import { icon, make, word } from "./words.js";

/** A skeleton that flashes for a moment is worse than none. */
const SKELETON_MS = 300;

export class Sheets {
  #host;
  #pdfjs;
  #queue;
  #stage;
  #column;
  #sheets = [];
  #tops = [];
  #current = 1;
  #fit = "auto";
  #scale = 1;
  #single = false;
  #busy = null;
  #ended = false;
  #changed;

  /** `changed()` is called whenever what is read or its size has changed. */
  constructor({ host, pdfjs, queue, stage, changed }) {
    this.#host = host;
    this.#pdfjs = pdfjs;
    this.#queue = queue;
    this.#stage = stage;
    this.#changed = changed;
    this.#column = make("div", { className: "rdr__pages" });
    stage.append(this.#column);
    queue.addSource(() => this.#next());
  }

  get page() {
    return this.#current;
  }

  get pages() {
    return this.#sheets.length;
  }

  /** The scale of the page being read: under a fit, each page has its own. */
  get scale() {
    return this.#sheets[this.#current - 1].scale;
  }

  get fit() {
    return this.#fit;
  }

  get single() {
    return this.#single;
  }

  /** Lays every sheet out in the size of the first; true sizes come as pages are drawn. */
  async open(pdf, page) {
    const first = await pdf.getPage(1);
    if (this.#ended) return;
    const size = trueSize(first);
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const box = make("div", {
        className: "rdr__page is-blank",
        role: "group",
        "aria-label": word(this.#host, "page", { page: number }),
      });
      const sheet = { number, box, size, scale: 1, canvas: null, drawn: 0, text: null, sized: number === 1 };
      this.#sheets.push({ ...sheet, notice: null, reason: null });
    }
    this.#column.append(...this.#sheets.map((sheet) => sheet.box));
    this.#layOut();
    this.go(page);
  }

  /** Goes to the top of a page. */
  go(page) {
    this.#current = clamp(page, 1, this.pages);
    if (this.#single) this.#showSingle();
    this.#stage.scrollTop = this.#single ? 0 : this.#tops[this.#current - 1] - this.#gap();
    this.#tell();
    this.#draw();
  }

  /** A fit (`auto`, `width`, `page`) or, with `fit` null, a scale; `anchor` stays where it is. */
  zoom({ fit = null, scale = null, anchor = null }) {
    const point = anchor ?? { x: this.#stage.clientWidth / 2, y: this.#stage.clientHeight / 3 };
    const at = this.#place(point.y);
    const { box } = this.#sheets[at.index];
    const across = (this.#stage.scrollLeft + point.x - box.offsetLeft) / Math.max(1, box.offsetWidth);
    this.#fit = fit;
    if (!fit) this.#scale = clamp(scale, SCALE_MIN, SCALE_MAX);
    this.#layOut();
    this.#stage.scrollTop = this.#tops[at.index] + at.share * this.#heightOf(at.index) - point.y;
    this.#stage.scrollLeft = box.offsetLeft + across * box.offsetWidth - point.x;
    this.#tell();
    this.#draw();
  }

  /** One page at a time, or all in a column. */
  showSingle(single) {
    this.#single = single;
    this.#stage.classList.toggle("is-single", single);
    for (const sheet of this.#sheets) sheet.box.hidden = false;
    this.#layOut();
    this.go(this.#current);
  }

  /** The stage has another size: fits follow it, the page being read stays. */
  resized() {
    if (this.#sheets.length === 0) return;
    const at = this.#place(0);
    this.#layOut();
    this.#stage.scrollTop = this.#tops[at.index] + at.share * this.#heightOf(at.index);
    this.#tell();
    this.#draw();
  }

  scrolled() {
    if (this.#sheets.length === 0) return;
    if (!this.#single) {
      const page = this.#atEnd() ? this.pages : pageAt(this.#tops, this.#stage.scrollTop, this.#stage.clientHeight);
      if (page !== this.#current) {
        this.#current = page;
        this.#tell();
      }
    }
    this.#draw();
  }

  end() {
    this.#ended = true;
    this.#busy?.turn.leave();
    this.#busy = null;
    for (const sheet of this.#sheets) this.#release(sheet);
    this.#column.remove();
  }

  /** The queue has given a page up. */
  gaveUp() {
    this.#draw();
  }

  // ---- places ----

  #gap() {
    return Number.parseFloat(getComputedStyle(this.#column).rowGap) || 0;
  }

  /** What the stage offers a page. */
  #room() {
    const style = getComputedStyle(this.#stage);
    const inline = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
    const block = Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom);
    return { width: this.#stage.clientWidth - inline, height: this.#stage.clientHeight - block };
  }

  #layOut() {
    const room = this.#room();
    for (const sheet of this.#sheets) {
      sheet.scale = this.#fit ? fitScale(this.#fit, sheet.size, room) : this.#scale;
      sheet.box.style.width = `${Math.floor(sheet.size.width * sheet.scale)}px`;
      sheet.box.style.height = `${Math.floor(sheet.size.height * sheet.scale)}px`;
      sheet.box.style.setProperty("--total-scale-factor", sheet.scale * POINT);
    }
    if (this.#single) this.#showSingle();
    this.#tops = this.#sheets.map((sheet) => sheet.box.offsetTop);
  }

  #showSingle() {
    for (const sheet of this.#sheets) sheet.box.hidden = sheet.number !== this.#current;
    this.#tops = this.#sheets.map((sheet) => sheet.box.offsetTop);
  }

  #heightOf(index) {
    return this.#sheets[index].box.offsetHeight;
  }

  /** Which sheet lies `y` below the top of the stage, and how far down it, as a share. */
  #place(y) {
    const height = this.#stage.scrollTop + y;
    const index = this.#single ? this.#current - 1 : pageAt(this.#tops, height, 0) - 1;
    return { index, share: (height - this.#tops[index]) / Math.max(1, this.#heightOf(index)) };
  }

  #atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.#stage;
    return scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - 2;
  }

  #tell() {
    this.#changed();
  }

  // ---- drawing ----

  #inView() {
    if (this.#single) return [this.#current, this.#current];
    const top = this.#stage.scrollTop;
    const first = pageAt(this.#tops, top, 0);
    const last = pageAt(this.#tops, top + this.#stage.clientHeight, 0);
    return [first, Math.max(first, last)];
  }

  #wanted() {
    const [first, last] = this.#inView();
    return wantedPages(first, last, this.pages);
  }

  #draw() {
    if (this.#ended) return;
    const wanted = this.#wanted();
    for (const sheet of this.#sheets) {
      if (sheet.canvas && !wanted.includes(sheet.number)) this.#release(sheet);
    }
    if (this.#busy && !(wanted.includes(this.#busy.sheet.number) && this.#busy.scale === this.#busy.sheet.scale)) {
      // Let go at once: what it waits for may never come, and other pages are already here.
      this.#busy.turn.leave();
      this.#busy = null;
    }
    for (const page of wanted) this.#showNotice(this.#sheets[page - 1]);
    this.#queue.wake();
  }

  /** For the draw queue: the nearest page that is not drawn at its size. */
  #next() {
    if (this.#ended || this.#sheets.length === 0) return null;
    const page = this.#wanted().find((page) => this.#isStale(page) && !this.#queue.reasonNotToDraw(page));
    if (!page) return null;
    return { page, draw: (pdf, turn) => this.#drawSheet(this.#sheets[page - 1], pdf, turn) };
  }

  #isStale(page) {
    const { drawn, scale } = this.#sheets[page - 1];
    return drawn !== scale;
  }

  async #drawSheet(sheet, pdf, turn) {
    const busy = { sheet, scale: sheet.scale, turn };
    this.#busy = busy;
    const skeleton = setTimeout(() => sheet.box.classList.add("is-slow"), SKELETON_MS);
    try {
      const page = await turn.race(pdf.getPage(sheet.number));
      if (this.#learnSize(sheet, page)) return;
      const canvas = await this.#paint(page, busy);
      if (this.#busy !== busy) {
        empty(canvas);
        return;
      }
      this.#swap(sheet, canvas, busy.scale);
      turn.isDrawn = true;
      await this.#writeText(sheet, page, turn);
    } catch (error) {
      if (turn.signal.aborted || this.#busy !== busy) return;
      if (!turn.isDrawn) this.#unreadable(sheet, busy.scale);
    } finally {
      clearTimeout(skeleton);
      sheet.box.classList.remove("is-slow");
      if (this.#busy === busy) {
        this.#busy = null;
        this.#draw();
      }
    }
  }

  /** True when the page turned out to have another size and the sheets were laid out again. */
  #learnSize(sheet, page) {
    if (sheet.sized) return false;
    sheet.sized = true;
    const size = trueSize(page);
    if (size.width === sheet.size.width && size.height === sheet.size.height) return false;
    const at = this.#place(this.#stage.clientHeight / 3);
    sheet.size = size;
    this.#layOut();
    if (!this.#single) {
      const top = this.#tops[at.index] + at.share * this.#heightOf(at.index);
      this.#stage.scrollTop = top - this.#stage.clientHeight / 3;
    }
    return true;
  }

  async #paint(page, { scale, turn }) {
    const viewport = page.getViewport({ scale: scale * POINT });
    const ratio = canvasRatio(viewport.width, viewport.height, window.devicePixelRatio || 1);
    const canvas = make("canvas", {
      width: Math.max(1, Math.floor(viewport.width * ratio)),
      height: Math.max(1, Math.floor(viewport.height * ratio)),
    });
    canvas.setAttribute("aria-hidden", "true");
    try {
      await render(page, { canvas, viewport, transform: [ratio, 0, 0, ratio, 0, 0], background: "#fff" }, turn);
    } catch (error) {
      empty(canvas);
      throw error;
    }
    return canvas;
  }

  #swap(sheet, canvas, scale) {
    const before = sheet.canvas;
    sheet.canvas = canvas;
    sheet.drawn = scale;
    sheet.box.prepend(canvas);
    sheet.box.classList.remove("is-blank", "is-slow", "is-broken");
    this.#showNotice(sheet);
    if (before) empty(before);
  }

  /** The words of the page lie over its picture: to be selected, and read aloud. */
  async #writeText(sheet, page, turn) {
    if (sheet.text || !this.#queue.mayReadText(sheet.number)) return;
    const textContentSource = await readText(page, turn);
    const container = make("div", { className: "textLayer" });
    const viewport = page.getViewport({ scale: sheet.scale * POINT });
    const layer = new this.#pdfjs.TextLayer({ textContentSource, container, viewport });
    await turn.race(layer.render());
    if (!sheet.canvas) return; // The page was scrolled away meanwhile.
    sheet.text = container;
    sheet.box.append(container);
  }

  /** Says of a page that is not drawn by itself why, with the file to download and a button that draws it. */
  #showNotice(sheet) {
    const reason = sheet.canvas ? null : this.#queue.reasonNotToDraw(sheet.number);
    if (sheet.reason === reason) return;
    sheet.notice?.remove();
    Object.assign(sheet, { reason, notice: null });
    if (!reason) return;
    const host = this.#host;
    const file = { href: host.getAttribute("src"), download: "", className: "btn btn--secondary" };
    const draw = make("button", { type: "button", className: "btn btn--secondary" });
    draw.append(word(host, reason === "heavy" ? "retry" : "page-draw"));
    draw.addEventListener("click", () => {
      this.#stage.focus({ preventScroll: true });
      this.#queue.press(sheet.number);
      this.#draw();
    });
    const ways = make("div", { className: "row row--wrap rdr__ways" });
    ways.append(make("a", file, icon(host, "file-down", ""), word(host, "download")), draw);
    sheet.notice = make("div", { className: "rdr__notice" }, make("p", {}, word(host, `page-${reason}`)), ways);
    sheet.box.append(sheet.notice);
  }

  #unreadable(sheet, scale) {
    sheet.drawn = scale;
    sheet.box.classList.remove("is-slow");
    sheet.box.classList.add("is-broken");
    sheet.box.dataset.say = word(this.#host, "page-broken", { page: sheet.number });
  }

  #release(sheet) {
    if (sheet.canvas) empty(sheet.canvas);
    sheet.text?.remove();
    Object.assign(sheet, { canvas: null, text: null, drawn: 0 });
    sheet.box.classList.add("is-blank");
  }
}

/** Draws a page on a canvas, as long as its turn lasts. */
export async function render(page, options, turn) {
  const task = page.render(options);
  task.onContinue = (proceed) => {
    turn.moved();
    proceed();
  };
  turn.signal.addEventListener("abort", () => task.cancel(), { once: true });
  await turn.race(task.promise);
}

async function readText(page, turn) {
  const text = { items: [], styles: {}, lang: null };
  const reader = page.streamTextContent().getReader();
  turn.signal.addEventListener("abort", () => reader.cancel(turn.signal.reason).catch(() => {}), { once: true });
  for (;;) {
    const { value, done } = await turn.race(reader.read());
    if (done) return text;
    turn.moved();
    text.lang ??= value.lang;
    Object.assign(text.styles, value.styles);
    for (const item of value.items) text.items.push(item);
  }
}

function trueSize(page) {
  const { width, height } = page.getViewport({ scale: POINT });
  return { width, height };
}

/** Gives a canvas's memory back at once; Safari keeps it otherwise. */
function empty(canvas) {
  canvas.width = 0;
  canvas.height = 0;
  canvas.remove();
}
