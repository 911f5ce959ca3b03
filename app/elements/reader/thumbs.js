// The column of small pages: real links, drawn only while they are in sight.

import { make, word } from "./words.js";

/** Small pages alive at once; each is about 0.2 MB. */
const LIVE_THUMBS = 40;

export class Thumbs {
  #host;
  #document;
  #nav;
  #links = [];
  #live = [];
  #queue = [];
  #drawing = false;
  #ended = false;
  #observer;

  /** `go(page)` is called when a small page is chosen; `address(page)` is its link. */
  constructor({ host, document, nav, go, address }) {
    this.#host = host;
    this.#document = document;
    this.#nav = nav;
    for (let page = 1; page <= document.numPages; page += 1) {
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
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { root: nav, rootMargin: "200px 0px" });
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

  end() {
    this.#ended = true;
    this.#observer.disconnect();
    for (const canvas of this.#live) canvas.width = 0;
    this.#nav.replaceChildren();
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      const page = Number(target.dataset.page);
      this.#queue = this.#queue.filter((waiting) => waiting !== page);
      if (isIntersecting && !target.querySelector("canvas")) this.#queue.push(page);
    }
    this.#next();
  }

  async #next() {
    if (this.#drawing || this.#ended || this.#queue.length === 0) return;
    this.#drawing = true;
    const number = this.#queue.shift();
    try {
      await idle();
      if (!this.#ended) await this.#draw(number);
    } catch {
      // A page that cannot be drawn says so on the stage; its small picture stays blank.
    } finally {
      this.#drawing = false;
      this.#next();
    }
  }

  async #draw(number) {
    const page = await this.#document.getPage(number);
    const box = this.#links[number - 1].firstChild;
    const { width, height } = page.getViewport({ scale: 1 });
    box.style.aspectRatio = `${width} / ${height}`;
    const scale = (box.clientWidth * Math.min(2, window.devicePixelRatio || 1)) / width;
    const viewport = page.getViewport({ scale });
    const canvas = make("canvas", { width: Math.ceil(viewport.width), height: Math.ceil(viewport.height) });
    await page.render({ canvas, viewport, background: "#fff" }).promise;
    if (this.#ended) return;
    box.replaceChildren(canvas);
    this.#live.push(canvas);
    if (this.#live.length > LIVE_THUMBS) {
      const oldest = this.#live.shift();
      oldest.width = 0;
      const link = oldest.closest("a");
      oldest.remove();
      // Seen again, it is drawn again.
      this.#observer.unobserve(link);
      this.#observer.observe(link);
    }
  }
}

/** The pages on the stage come first. */
function idle() {
  return new Promise((done) => {
    if (window.requestIdleCallback) window.requestIdleCallback(done, { timeout: 1500 });
    else setTimeout(done, 150);
  });
}
