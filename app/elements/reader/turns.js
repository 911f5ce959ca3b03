// How the reader has turned the pages of a paper by hand, kept on this device for the next time. It knows no DOM.

/** Where it is kept. */
const KEY = "phien-turns";

/** Papers that are remembered; the one turned longest ago is forgotten. A thousand of them are 50 KB. */
export const PAPERS_MAX = 1000;

/** The quarter turn after `degrees`. */
const next = (degrees) => (degrees + 90) % 360;

export class Turns {
  #paper;
  #storage;
  #all = 0;
  #pages = new Map();

  /** `storage()` gives the device's storage. It may throw, and so may every use of it: a browser may forbid it. */
  constructor(paper, storage) {
    this.#paper = paper;
    this.#storage = storage;
    const kept = this.#read().find(([name]) => name === paper)?.[1];
    if (!kept) return;
    this.#all = quarter(kept.all);
    for (const [page, degrees] of Object.entries(kept.pages ?? {})) this.#pages.set(Number(page), quarter(degrees));
  }

  /** Degrees by which a page is turned clockwise, beyond what its file says. */
  of(page) {
    return this.#pages.get(page) ?? this.#all;
  }

  /** Turns one page by a quarter. */
  turn(page) {
    this.#pages.set(page, next(this.of(page)));
    this.#keep();
  }

  /** Turns every page as this one is. */
  turnAllAs(page) {
    this.#all = this.of(page);
    this.#pages.clear();
    this.#keep();
  }

  #keep() {
    const pages = Object.fromEntries([...this.#pages].filter(([, degrees]) => degrees !== this.#all));
    const isPlain = this.#all === 0 && Object.keys(pages).length === 0;
    const others = this.#read().filter(([name]) => name !== this.#paper);
    const kept = isPlain ? others : [...others, [this.#paper, { all: this.#all, pages }]];
    try {
      this.#storage().setItem(KEY, JSON.stringify(kept.slice(-PAPERS_MAX)));
    } catch {
      // Without storage, or with a full one, the turns last as long as the page.
    }
  }

  #read() {
    try {
      const kept = JSON.parse(this.#storage().getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => Array.isArray(one)) : [];
    } catch {
      return [];
    }
  }
}

/** A kept number of degrees; none for what nobody can have turned. */
function quarter(degrees) {
  return [90, 180, 270].includes(degrees) ? degrees : 0;
}
