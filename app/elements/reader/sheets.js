// The sheets of a paper on the stage: their places, their canvases and text. The draw queue says when one is drawn.
// It knows pdf.js documents; it does not know the bar, the thumbnails or the address.

import {
  canvasRatio,
  fitScale,
  inset,
  pageAt,
  POINT,
  SCALE_MAX,
  SCALE_MIN,
  clamp,
  turned,
  wantedPages,
} from "./scale.js";
import { pageText } from "./page-text.js";
import { isBlank } from "./white.js";
import { icon, make, word } from "./words.js";

/** A skeleton that flashes for a moment is worse than none. */
const SKELETON_MS = 300;

/** A page is laid out as A4 while nothing is known of it. */
const A4 = { width: 595 * POINT, height: 842 * POINT };

export class Sheets {
  #host;
  #pdfjs;
  #queue;
  #stage;
  #turns;
  #column;
  #sheets = [];
  #tops = [];
  #current = 1;
  #fit = "auto";
  #scale = 1;
  #single = false;
  /** Where the stage was brought to, until the reader scrolls: at the top of the page, or anywhere. */
  #rest = null;
  #busy = null;
  #ended = false;
  #changed;
  #drawn;

  /**
   * `turns` says how pages are turned; `changed()` is called whenever what is read or its size has changed, `drawn()`
   * whenever a page was drawn.
   */
  constructor({ host, pdfjs, queue, stage, turns, changed, drawn }) {
    this.#host = host;
    this.#turns = turns;
    this.#pdfjs = pdfjs;
    this.#queue = queue;
    this.#stage = stage;
    this.#changed = changed;
    this.#drawn = drawn;
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
    const isOnlyPage = pdf.numPages === 1;
    // A first page that is broken says so in its place: the others may be good.
    const first = await pdf.getPage(1).catch((error) => (isOnlyPage ? Promise.reject(error) : null));
    if (this.#ended) return;
    const plain = first ? trueSize(first) : A4;
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const box = make("div", {
        className: "rdr__page is-blank",
        role: "group",
        "aria-label": word(this.#host, "page", { page: number }),
      });
      const sheet = { number, box, plain, unit: first?.userUnit ?? 1, scale: 1, sized: number === 1 };
      const drawn = { canvas: null, drawn: 0, blank: false, text: null, notice: null, reason: null, failed: null };
      this.#sheets.push({ ...sheet, size: turned(plain, this.#turns.of(number)), ...drawn });
    }
    this.#column.append(...this.#sheets.map((sheet) => sheet.box));
    this.#layOut();
    this.go(page);
  }

  /** Goes to the top of a page. */
  go(page) {
    this.#current = clamp(page, 1, this.pages);
    if (this.#single) this.#showSingle();
    this.#toTop();
    this.#tell();
    this.#draw();
  }

  /** Turns the page being read by a quarter, or every page as that one is. */
  turn(isEveryPage = false) {
    if (isEveryPage) this.#turns.turnAllAs(this.#current);
    else this.#turns.turn(this.#current);
    this.#busy?.turn.leave();
    this.#busy = null;
    const moved = isEveryPage ? this.#sheets : [this.#sheets[this.#current - 1]];
    for (const sheet of moved) {
      this.#release(sheet);
      sheet.size = turned(sheet.plain, this.#turns.of(sheet.number));
    }
    this.#layOut();
    this.go(this.#current);
  }

  /** A fit (`auto`, `width`, `page`) or, with `fit` null, a scale; `anchor` stays where it is. */
  zoom({ fit = null, scale = null, anchor = null }) {
    const point = anchor ?? { x: this.#stage.clientWidth / 2, y: this.#stage.clientHeight / 3 };
    const isAtTop = !anchor && this.#rest?.isTop;
    const at = this.#place(point.y);
    if (anchor) this.#current = at.index + 1;
    const { box } = this.#sheets[at.index];
    const across = (this.#stage.scrollLeft + point.x - box.offsetLeft) / Math.max(1, box.offsetWidth);
    this.#fit = fit;
    if (!fit) this.#scale = clamp(scale, SCALE_MIN, SCALE_MAX);
    this.#layOut();
    this.#stage.scrollTop = this.#tops[at.index] + at.share * this.#heightOf(at.index) - point.y;
    this.#stage.scrollLeft = box.offsetLeft + across * box.offsetWidth - point.x;
    if (isAtTop) this.#toTop();
    else this.#settle(false);
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
    if (this.#rest?.isTop) this.#toTop();
    else this.#stage.scrollTop = this.#tops[at.index] + at.share * this.#heightOf(at.index);
    this.#settle(this.#rest?.isTop ?? false);
    this.#tell();
    this.#draw();
  }

  scrolled() {
    if (this.#sheets.length === 0) return;
    if (this.#rest && Math.abs(this.#rest.top - this.#stage.scrollTop) > 1) this.#rest = null;
    if (!this.#single && !this.#rest) {
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

  #toTop() {
    this.#stage.scrollTop = this.#single ? 0 : this.#tops[this.#current - 1] - this.#gap();
    const { offsetLeft, offsetWidth } = this.#sheets[this.#current - 1].box;
    if (offsetWidth > this.#stage.clientWidth) this.#stage.scrollLeft = offsetLeft;
    this.#settle(true);
  }

  /** The stage stands where it was brought to. The page that it was brought to is read, however small it is. */
  #settle(isTop) {
    this.#rest = { top: this.#stage.scrollTop, isTop };
  }

  #gap() {
    return Number.parseFloat(getComputedStyle(this.#column).rowGap) || 0;
  }

  /** What the stage offers a page. */
  #room() {
    const style = getComputedStyle(this.#stage);
    const column = getComputedStyle(this.#column);
    const inline = Number.parseFloat(column.paddingLeft) + Number.parseFloat(column.paddingRight);
    const block = Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom);
    return { width: this.#stage.clientWidth - inline, height: this.#stage.clientHeight - block };
  }

  #layOut() {
    const room = this.#room();
    for (const sheet of this.#sheets) {
      sheet.scale = this.#fit ? fitScale(this.#fit, sheet.size, room) : this.#scale;
      const width = Math.floor(sheet.size.width * sheet.scale);
      const left = inset(width, this.#stage.clientWidth);
      sheet.box.style.width = `${width}px`;
      sheet.box.style.height = `${Math.floor(sheet.size.height * sheet.scale)}px`;
      // Beside a sheet that is wider than the stage, the others stay in the middle of it.
      sheet.box.style.left = left === null ? "auto" : `${left}px`;
      sheet.box.style.setProperty("--total-scale-factor", sheet.scale * POINT * sheet.unit);
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
    const { drawn, scale, failed } = this.#sheets[page - 1];
    return !failed && drawn !== scale;
  }

  async #drawSheet(sheet, pdf, turn) {
    const busy = { sheet, scale: sheet.scale, turn };
    this.#busy = busy;
    const skeleton = setTimeout(() => sheet.box.classList.add("is-slow"), SKELETON_MS);
    let isFound = false;
    try {
      const page = await turn.race(pdf.getPage(sheet.number));
      isFound = true;
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
      if (!turn.isDrawn) this.#unreadable(sheet, isFound);
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
    const plain = trueSize(page);
    const { width, height } = sheet.plain;
    if (plain.width === width && plain.height === height && page.userUnit === sheet.unit) return false;
    const at = this.#place(this.#stage.clientHeight / 3);
    Object.assign(sheet, { plain, unit: page.userUnit, size: turned(plain, this.#turns.of(sheet.number)) });
    this.#layOut();
    if (this.#rest?.isTop) this.#toTop();
    else if (!this.#single) {
      const top = this.#tops[at.index] + at.share * this.#heightOf(at.index);
      this.#stage.scrollTop = top - this.#stage.clientHeight / 3;
      if (this.#rest) this.#settle(false);
    }
    return true;
  }

  /** The page as it lies on the stage. */
  #viewport(page, scale) {
    const rotation = (page.rotate + this.#turns.of(page.pageNumber)) % 360;
    return page.getViewport({ scale: scale * POINT, rotation });
  }

  async #paint(page, { scale, turn }) {
    const viewport = this.#viewport(page, scale);
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
    Object.assign(sheet, { canvas, drawn: scale, blank: isBlank(canvas) });
    sheet.box.prepend(canvas);
    sheet.box.classList.remove("is-blank", "is-slow");
    this.#showNotice(sheet);
    if (before) empty(before);
    this.#drawn();
  }

  /** The words of the page lie over its picture: to be selected, and read aloud. */
  async #writeText(sheet, page, turn) {
    if (sheet.text || !this.#queue.mayReadText(sheet.number)) return;
    const textContentSource = await pageText(page, turn);
    const container = make("div", { className: "textLayer" });
    const viewport = this.#viewport(page, sheet.scale);
    const layer = new this.#pdfjs.TextLayer({ textContentSource, container, viewport });
    await turn.race(layer.render());
    if (!sheet.canvas) return; // The page was scrolled away meanwhile.
    sheet.text = container;
    sheet.box.append(container);
  }

  /** Says of a page that shows nothing why, with the file to download and, if it is not drawn, a button that draws it. */
  #showNotice(sheet) {
    const reason = sheet.canvas
      ? sheet.blank ? "blank" : null
      : (sheet.failed ?? this.#queue.reasonNotToDraw(sheet.number));
    if (sheet.reason === reason) return;
    sheet.notice?.remove();
    Object.assign(sheet, { reason, notice: null });
    if (!reason) return;
    const host = this.#host;
    const file = { href: host.getAttribute("src"), download: "", className: "btn btn--secondary" };
    const ways = make("div", { className: "row row--wrap rdr__ways" });
    ways.append(make("a", file, icon(host, "file-down", ""), word(host, "download")));
    if (!sheet.canvas) ways.append(this.#drawButton(sheet, reason));
    const said = word(host, `page-${reason}`, { page: sheet.number });
    sheet.notice = make("div", { className: "rdr__notice" }, make("p", {}, said), ways);
    sheet.box.append(sheet.notice);
  }

  #drawButton(sheet, reason) {
    const draw = make("button", { type: "button", className: "btn btn--secondary" });
    draw.append(word(this.#host, reason === "held" ? "page-draw" : "retry"));
    draw.addEventListener("click", () => {
      this.#stage.focus({ preventScroll: true });
      sheet.failed = null;
      this.#queue.press(sheet.number);
      this.#draw();
    });
    return draw;
  }

  /**
   * The engine cannot look for pages behind one that it does not find: the last one it knows then may not be the paper's.
   */
  #unreadable(sheet, isFound) {
    if (sheet.canvas) {
      // What was drawn at another size is better than nothing.
      sheet.drawn = sheet.scale;
      return;
    }
    sheet.failed = isFound || sheet.number < this.pages ? "broken" : "lost";
    sheet.box.classList.remove("is-slow");
    this.#showNotice(sheet);
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
