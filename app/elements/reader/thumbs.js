// The column of small pages: real links, drawn only while they are in sight, after the pages on the stage.

import { render } from "./sheets.js";
import { make, word } from "./words.js";

/** Small pages alive at once; each is about 0.2 MB. */
const LIVE_THUMBS = 40;

export class Thumbs {
  #host;
  #queue;
  #nav;
  #turns;
  #links = [];
  #live = [];
  #visible = new Set();
  #broken = new Set();
  #ended = false;
  #observer;

  /** `turns` says how pages are turned; `go(page)` is called when a small page is chosen; `address(page)` is its link. */
  constructor({ host, queue, pages, nav, turns, go, address }) {
    this.#host = host;
    this.#turns = turns;
    this.#queue = queue;
    this.#nav = nav;
    for (let page = 1; page <= pages; page += 1) {
      const link = make("a", { href: address(page), "aria-label": word(host, "page", { page }) });
      link.append(make("i", { className: "is-real" }), String(page));
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(page);
      });
      link.dataset.page = page;
      this.#links.push(link);
    }
    nav.replaceChildren(...this.#links);
    queue.addSource(() => this.#next());
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { root: nav });
    for (const link of this.#links) this.#observer.observe(link);
  }

  /** Marks the page being read and keeps it in sight, without moving the focus. */
  mark(page) {
    for (const link of this.#links) link.removeAttribute("aria-current");
    const link = this.#links[page - 1];
    link.setAttribute("aria-current", "page");
    const { offsetTop, offsetHeight } = link;
    const { scrollTop, clientHeight } = this.#nav;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight) {
      this.#nav.scrollTop = offsetTop - clientHeight / 2;
    }
  }

  /** Pages were turned: their small pictures are drawn again. */
  turned() {
    for (const [index, link] of this.#links.entries()) {
      const box = link.firstChild;
      if (!box.firstChild || Number(box.dataset.turn) === this.#turns.of(index + 1)) continue;
      this.#live = this.#live.filter((canvas) => canvas !== box.firstChild);
      box.firstChild.width = 0;
      box.replaceChildren();
    }
    this.#queue.wake();
  }

  end() {
    this.#ended = true;
    this.#observer.disconnect();
    for (const canvas of this.#live) canvas.width = 0;
    this.#nav.replaceChildren();
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#visible.add(Number(target.dataset.page));
      else this.#visible.delete(Number(target.dataset.page));
    }
    this.#queue.wake();
  }

  /** For the draw queue: the first small page in sight that is blank. A page that was given up stays blank. */
  #next() {
    if (this.#ended) return null;
    const isWanted = (page) =>
      !this.#broken.has(page) && !this.#box(page).firstChild && !this.#queue.reasonNotToDraw(page);
    const page = [...this.#visible].find(isWanted);
    return page ? { page, draw: (pdf, turn) => this.#draw(page, pdf, turn) } : null;
  }

  #box(page) {
    return this.#links[page - 1].firstChild;
  }

  async #draw(number, pdf, turn) {
    try {
      await turn.race(idle());
      const page = await turn.race(pdf.getPage(number));
      const canvas = await this.#paint(this.#box(number), page, turn);
      turn.isDrawn = true;
      if (!this.#ended) this.#keep(this.#box(number), canvas);
    } catch {
      // A page that cannot be drawn says so on the stage; its small picture stays blank.
      if (!turn.signal.aborted) this.#broken.add(number);
    }
  }

  async #paint(box, page, drawing) {
    const turn = this.#turns.of(page.pageNumber);
    const rotation = (page.rotate + turn) % 360;
    const { width, height } = page.getViewport({ scale: 1, rotation });
    box.dataset.turn = turn;
    box.style.aspectRatio = `${width} / ${height}`;
    const scale = (box.clientWidth * Math.min(2, window.devicePixelRatio || 1)) / width;
    const viewport = page.getViewport({ scale, rotation });
    const canvas = make("canvas", { width: Math.ceil(viewport.width), height: Math.ceil(viewport.height) });
    await render(page, { canvas, viewport, background: "#fff" }, drawing);
    return canvas;
  }

  /** Keeps the newest small pages and those in sight. */
  #keep(box, canvas) {
    box.replaceChildren(canvas);
    this.#live.push(canvas);
    if (this.#live.length <= LIVE_THUMBS) return;
    const far = this.#live.findIndex((live) => !this.#visible.has(Number(live.closest("a").dataset.page)));
    if (far < 0) return;
    const [oldest] = this.#live.splice(far, 1);
    oldest.width = 0;
    oldest.remove();
  }
}

/** The browser's own work for the page on the stage comes first. */
function idle() {
  return new Promise((done) => {
    if (window.requestIdleCallback) window.requestIdleCallback(done, { timeout: 1500 });
    else setTimeout(done, 150);
  });
}
