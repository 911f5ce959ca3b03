// <pdf-reader>: reads one paper on the whole page, its first page at once over a weak line.
//
//   <pdf-reader src="/papers/ID/file" page="1" pdfjs="/pdfjs" icons="/pkg/icons.….svg"
//               data-title="…" data-back="/meetings/…" data-t-…="…"></pdf-reader>
//
// With data-embedded it is a part of a page: it neither reads nor writes the page's address, and begins without thumbs.
//
// All it shows it builds in a box of its own, so a page that hydrates around it finds its tag empty.
// Texts come from data-t-*: loading page of pages toolbar thumbs zoom-in zoom-out fit-width fit-page
// turn turned turn-all single previous-page next-page go page-blank page-broken page-lost page-heavy page-held page-draw stalled ·
// broken engine form locked gone forbidden signed-out offline (each also with -hint) · retry download back sign-in.
// Events: `ready` {page, pages} once a page is on the screen, `pagechange` {page, pages}, `failed` {reason}.

import { listen } from "./reader/gestures.js";
import { Bar } from "./reader/bar.js";
import { Engine } from "./reader/engine.js";
import { DrawQueue, PageRecords } from "./reader/queue.js";
import { withinWork } from "./reader/opening.js";
import { firstPiece, PaperRefused, PIECE_BYTES, Pieces } from "./reader/ranges.js";
import { pageNumber, stepScale } from "./reader/scale.js";
import { Sheets } from "./reader/sheets.js";
import { Thumbs } from "./reader/thumbs.js";
import { Turns } from "./reader/turns.js";
import { icon, make, word } from "./reader/words.js";

/** Waiting is shown only when there is some. */
const SKELETON_MS = 300;

/** Browsers allow about three changes of the address a second. */
const ADDRESS_MS = 350;

/** Below this width the small pages cover the paper, so they start closed. */
const WIDE = "(min-width: 720px)";

/** What is known of the pages of each paper, by address, for as long as the browser's page is open. */
const records = new Map();

class PdfReader extends HTMLElement {
  static observedAttributes = ["src", "page"];

  #box = null;
  #stage = null;
  #nav = null;
  #state = null;
  #bar = null;
  #sheets = null;
  #thumbs = null;
  #turns = null;
  #engine = null;
  #queue = null;
  #pieces = null;
  #closing = null;
  #addressTimer = 0;
  #hasFailed = false;
  #isSeen = false;

  connectedCallback() {
    this.#open();
  }

  disconnectedCallback() {
    this.#close();
  }

  attributeChangedCallback(name, before, now) {
    if (!this.isConnected || before === now || before === null) return;
    if (name === "src") {
      this.#close();
      this.#open();
    } else if (!this.#sheets) {
      this.#early = now;
    } else if (pageNumber(now, this.#sheets.pages) !== this.#sheets.page) {
      this.#sheets.go(pageNumber(now, this.#sheets.pages));
    }
  }

  // ---- opening and closing ----

  async #open() {
    this.#closing = new AbortController();
    const { signal } = this.#closing;
    this.#build();
    const slow = setTimeout(() => this.#say("loading"), SKELETON_MS);
    try {
      await this.#load(signal);
      if (!signal.aborted && !this.#hasFailed) this.#ready();
    } catch (error) {
      // A failure ends the engine, which then rejects: the first reason is the true one.
      if (!signal.aborted && !this.#hasFailed) this.#fail(reasonOf(error));
    } finally {
      clearTimeout(slow);
    }
  }

  async #load(signal) {
    const address = new URL(this.getAttribute("src"), document.baseURI);
    // Getting the bytes is not reading the paper: `ready` says when a page is seen.
    address.searchParams.set("in", "reader");
    const source = address.href;
    const engine = new URL(this.getAttribute("pdfjs") || "/pdfjs", document.baseURI).href;
    // The engine and the first piece travel together.
    const [pdfjs, first] = await Promise.all([import(`${engine}/pdf.min.mjs`), firstPiece(source, signal)]);
    if (signal.aborted) return;
    pdfjs.GlobalWorkerOptions.workerSrc = `${engine}/pdf.worker.min.mjs`;
    this.#engine = new Engine(pdfjs, (closing) => ({
      ...this.#source(pdfjs, source, first, closing),
      cMapUrl: `${engine}/cmaps/`,
      standardFontDataUrl: `${engine}/standard_fonts/`,
      wasmUrl: `${engine}/wasm/`,
      iccUrl: `${engine}/iccs/`,
      // Nothing of such a form is drawn; but only so the engine tells that it is one.
      enableXfa: true,
      // The names of the fonts: those of old encodings are read as one sees them.
      fontExtraProperties: true,
      verbosity: 0,
    }));
    const isLineWaiting = () => this.#pieces?.isWaiting ?? false;
    await withinWork(this.#engine.open(), isLineWaiting);
    if (signal.aborted || this.#hasFailed) return;
    const pdf = this.#engine.document;
    if (pdf.numPages < 1) throw new PaperRefused("broken");
    // A form for another program, whose only page says "please wait" in every browser.
    if (pdf.isPureXfa) throw new PaperRefused("form");
    this.#queue = this.#drawQueue(source, signal);
    this.#turns = new Turns(this.getAttribute("src"), () => localStorage);
    this.#sheets = new Sheets({
      host: this,
      pdfjs,
      queue: this.#queue,
      stage: this.#stage,
      turns: this.#turns,
      changed: () => this.#changed(),
      drawn: () => this.#seen(),
    });
    await withinWork(this.#sheets.open(pdf, this.#wantedPage(pdf.numPages)), isLineWaiting);
    if (signal.aborted || this.#hasFailed) return;
    this.#thumbs = new Thumbs({
      host: this,
      queue: this.#queue,
      pages: pdf.numPages,
      nav: this.#nav,
      turns: this.#turns,
      go: (page) => this.#goFromThumbs(page),
      address: (page) => this.#address(page),
    });
    this.#changed();
  }

  #drawQueue(source, signal) {
    if (!records.has(source)) records.set(source, new PageRecords());
    const queue = new DrawQueue({
      engine: this.#engine,
      records: records.get(source),
      isLineWaiting: () => this.#pieces?.isWaiting ?? false,
      events: {
        gaveUp: () => this.#sheets?.gaveUp(),
        failed: (error) => this.#fail(reasonOf(error)),
      },
    });
    const pause = () => queue.pause(document.hidden);
    pause();
    document.addEventListener("visibilitychange", pause, { signal });
    return queue;
  }

  /**
   * Piece by piece; or whole, where the first answer already was the whole paper. Called for each new worker, which takes
   * the bytes it is given: it gets a copy.
   */
  #source(pdfjs, url, first, closing) {
    if (first.bytes.length >= first.length) return { data: first.bytes.slice() };
    const range = new pdfjs.PDFDataRangeTransport(first.length, first.bytes.slice());
    const pieces = new Pieces(url, closing, (begin, bytes) => range.onDataRange(begin, bytes), {
      stalled: () => this.#stalled(() => pieces.resume()),
      resumed: () => this.#quiet(),
      refused: (reason) => this.#fail(reason),
    });
    // A strip that offers to resume the pieces of the worker before has nothing to resume.
    if (this.#pieces?.isWaiting) this.#quiet();
    this.#pieces = pieces;
    range.requestDataRange = (begin, end) => pieces.request(begin, end);
    return { range, length: first.length, rangeChunkSize: PIECE_BYTES, disableAutoFetch: true, disableStream: true };
  }

  #close() {
    this.#closing?.abort();
    clearTimeout(this.#addressTimer);
    this.#endDrawing();
    this.#box?.remove();
    this.#box = null;
  }

  #endDrawing() {
    this.#queue?.end();
    this.#thumbs?.end();
    this.#sheets?.end();
    this.#engine?.close();
    this.#thumbs = this.#sheets = this.#queue = this.#engine = this.#pieces = null;
  }

  #build() {
    this.#hasFailed = false;
    this.#isSeen = false;
    const { signal } = this.#closing;
    this.#nav = make("nav", { className: "th", "aria-label": word(this, "pages"), hidden: true });
    this.#stage = make("div", { className: "stage rdr__stage", tabIndex: 0, role: "region" });
    this.#stage.setAttribute("aria-label", this.dataset.title ?? "");
    this.#state = make("div", { className: "rdr__state", role: "status", hidden: true });
    this.#bar = new Bar(this, {
      thumbs: () => this.#showThumbs(this.#nav.hidden),
      zoom: (direction) => this.#zoom(direction),
      fit: (fit) => this.#sheets?.zoom({ fit }),
      turn: () => this.#turn(false),
      single: () => this.#single(),
      go: (text) => this.#go(text),
      step: (direction) => this.#step(direction),
    });
    this.#bar.element.hidden = true;
    const main = make("div", { className: "rdr__main" }, this.#stage, this.#state, this.#bar.element);
    this.#box = make("div", { className: "rdr rd__b" }, this.#nav, main);
    this.append(this.#box);
    this.#stage.addEventListener("scroll", () => this.#sheets?.scrolled(), { passive: true, signal });
    const sizes = new ResizeObserver(() => this.#sheets?.resized());
    sizes.observe(this.#stage);
    signal.addEventListener("abort", () => sizes.disconnect());
    listen(this, this.#stage, this.#acts(), signal);
  }

  #acts() {
    return {
      step: (direction) => this.#step(direction),
      first: () => this.#sheets?.go(1),
      last: () => this.#sheets?.go(this.#sheets.pages),
      zoom: (direction) => this.#zoom(direction),
      fit: (fit) => this.#sheets?.zoom({ fit }),
      turn: (isEveryPage) => this.#turn(isEveryPage),
      zoomTo: (factor, anchor) => this.#sheets?.zoom({ scale: this.#sheets.scale * factor, anchor }),
    };
  }

  #ready() {
    this.#quiet();
    this.#bar.element.hidden = false;
    this.#showThumbs(!this.#isEmbedded && matchMedia(WIDE).matches && this.#sheets.pages > 1);
  }

  /** A page was drawn. Laying the pages out is not enough: perhaps none of them can be drawn. */
  #seen() {
    if (this.#isSeen) return;
    this.#isSeen = true;
    this.#emit("ready", this.#place());
  }

  // ---- what a reader does ----

  #go(text) {
    if (this.#sheets) this.#sheets.go(pageNumber(text, this.#sheets.pages));
  }

  #goFromThumbs(page) {
    this.#sheets.go(page);
    if (!matchMedia(WIDE).matches) this.#showThumbs(false);
  }

  #step(direction) {
    if (this.#sheets) this.#sheets.go(this.#sheets.page + direction);
  }

  #zoom(direction) {
    if (this.#sheets) this.#sheets.zoom({ scale: stepScale(this.#sheets.scale, direction) });
  }

  /** Turns the page being read, and offers to turn the others like it. */
  #turn(isEveryPage) {
    if (!this.#sheets) return;
    this.#sheets.turn(isEveryPage);
    this.#thumbs?.turned();
    if (isEveryPage || this.#sheets.pages === 1) this.#quiet();
    else this.#strip("rotate-cw", "turned", "turn-all", () => this.#turn(true));
    this.#offered = this.#sheets.page;
  }

  /** The page that was turned last: the offer to turn the others goes with it. */
  #offered = 0;

  #single() {
    if (!this.#sheets) return;
    this.#sheets.showSingle(!this.#sheets.single);
    this.#sheets.zoom({ fit: this.#sheets.single ? "page" : "auto" });
  }

  #showThumbs(shown) {
    this.#nav.hidden = !shown;
    this.#box.classList.toggle("has-thumbs", shown);
    if (shown) this.#thumbs?.mark(this.#sheets.page);
    this.#changed();
  }

  // ---- telling ----

  #place() {
    return { page: this.#sheets.page, pages: this.#sheets.pages };
  }

  #changed() {
    if (!this.#sheets) return;
    const place = this.#place();
    const { fit, single } = this.#sheets;
    this.#bar.show({ ...place, fit, single, thumbs: !this.#nav.hidden });
    if (place.page === this.#told) return;
    this.#told = place.page;
    if (this.#offered && this.#offered !== place.page) {
      this.#offered = 0;
      if (!this.#pieces?.isWaiting) this.#quiet();
    }
    this.#thumbs?.mark(place.page);
    this.#emit("pagechange", place);
    if (this.#isEmbedded) return;
    clearTimeout(this.#addressTimer);
    this.#addressTimer = setTimeout(() => {
      history.replaceState(history.state, "", this.#address(place.page));
    }, ADDRESS_MS);
  }

  #told = 0;

  /** A page that it was told to turn to before it could. */
  #early = null;

  #address(page) {
    const address = new URL(location.href);
    address.searchParams.set("page", String(page));
    return address.pathname + address.search + address.hash;
  }

  #wantedPage(pages) {
    const asked = this.#isEmbedded ? null : new URL(location.href).searchParams.get("page");
    return pageNumber(this.#early ?? asked ?? this.getAttribute("page") ?? "1", pages);
  }

  get #isEmbedded() {
    return "embedded" in this.dataset;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  // ---- states ----

  #say(name) {
    const skeleton = make("div", { className: "rdr__skeleton" }, make("span", { className: "sk" }));
    skeleton.setAttribute("aria-hidden", "true");
    this.#state.className = "rdr__state";
    this.#state.replaceChildren(skeleton, make("p", { className: "rdr__say" }, word(this, name)));
    this.#state.hidden = false;
  }

  #quiet() {
    this.#state.hidden = true;
    this.#state.replaceChildren();
  }

  /** The line is gone while reading: a strip says so, what is already here stays readable. */
  #stalled(again) {
    this.#offered = 0;
    this.#strip("wifi-off", "stalled", "retry", again);
    this.#state.classList.add("is-risk");
  }

  /** A sentence above the bar, with one thing to do about it. */
  #strip(picture, name, act, press) {
    const button = make("button", { type: "button", className: "btn btn--secondary btn--sm" }, word(this, act));
    button.addEventListener("click", press);
    this.#state.className = "rdr__state rdr__state--strip";
    this.#state.replaceChildren(icon(this, picture, ""), make("span", {}, word(this, name)), button);
    this.#state.hidden = false;
  }

  #fail(reason) {
    this.#hasFailed = true;
    this.#endDrawing();
    this.#nav.hidden = true;
    this.#box.classList.remove("has-thumbs");
    this.#bar.element.hidden = true;
    const sheet = make("div", { className: "empty card" }, icon(this, PICTURES[reason], "rdr__why"));
    sheet.append(make("h2", {}, word(this, reason)), make("p", {}, word(this, `${reason}-hint`)));
    sheet.append(make("div", { className: "row row--wrap rdr__ways" }, ...this.#waysOut(reason)));
    this.#state.className = "rdr__state rdr__state--end";
    this.#state.replaceChildren(sheet);
    this.#state.hidden = false;
    if (reason === "offline") {
      addEventListener("online", () => this.#again(), { once: true, signal: this.#closing.signal });
    }
    this.#emit("failed", { reason });
  }

  #waysOut(reason) {
    const ways = [];
    if (reason === "offline") {
      const retry = make("button", { type: "button", className: "btn btn--primary" }, word(this, "retry"));
      retry.addEventListener("click", () => this.#again());
      ways.push(retry);
    }
    if (reason === "signed-out") {
      const next = encodeURIComponent(location.pathname + location.search);
      ways.push(make("a", { href: `/sign-in?next=${next}`, className: "btn btn--primary" }, word(this, "sign-in")));
    }
    if (["broken", "engine", "form", "locked"].includes(reason)) {
      const file = { href: this.getAttribute("src"), download: "", className: "btn btn--secondary" };
      ways.push(make("a", file, icon(this, "file-down", ""), word(this, "download")));
    }
    if (this.dataset.back) {
      ways.push(make("a", { href: this.dataset.back, className: "btn btn--secondary" }, word(this, "back")));
    }
    return ways;
  }

  #again() {
    this.#close();
    this.#open();
  }
}

/** The icon of each reason why a paper is not shown. */
const PICTURES = {
  broken: "file-x",
  engine: "monitor",
  form: "file-x",
  locked: "lock",
  gone: "file-x",
  forbidden: "ban",
  "signed-out": "log-in",
  offline: "wifi-off",
};

function reasonOf(error) {
  if (error instanceof PaperRefused) return error.reason;
  if (error?.name === "PasswordException") return "locked";
  if (error?.name === "InvalidPDFException" || error?.name === "FormatError") return "broken";
  // The engine itself is beyond this browser, or did not arrive.
  if (error instanceof SyntaxError || error instanceof ReferenceError) return "engine";
  if (error instanceof TypeError) return "offline";
  return "broken";
}

if (!customElements.get("pdf-reader")) customElements.define("pdf-reader", PdfReader);
