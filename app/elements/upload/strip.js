// A strip at the bottom of every other page while papers are still being sent, with the number of those that failed and
// the way back to them. It says nothing of files that the page itself shows, and goes when there is nothing to say.

import { icon, make } from "../reader/words.js";

/** Keeps the strip of this document true to the queue. */
export function tellElsewhere(queue) {
  const strip = new Strip(queue);
  queue.addEventListener("change", () => strip.draw());
}

class Strip {
  #queue;
  #element = null;
  #drawn = "";

  constructor(queue) {
    this.#queue = queue;
  }

  draw() {
    const uploads = this.#queue.uploads.filter((upload) => !this.#queue.isShown(upload));
    const sending = uploads.filter((upload) => upload.isUnderWay);
    const failed = uploads.filter((upload) => upload.isFailed);
    const page = failed[0]?.form.page ?? "";
    const now = uploads.length === 0 ? "" : `${sending.length} ${failed.length} ${page}`;
    // Progress within a file changes nothing here; a screen reader would read it all again.
    if (now === this.#drawn) return;
    this.#drawn = now;
    document.documentElement.classList.toggle("has-upload-strip", now !== "");
    if (now === "") {
      this.#element.remove();
      this.#element = null;
      return;
    }
    const { words } = uploads[0].form;
    this.#build(words);
    const [text, acts] = this.#element.children;
    text.replaceChildren(
      ...said(sending.length, words["strip-sending"], "upload"),
      ...said(failed.length, words["strip-failed"], "circle-alert"),
    );
    acts.replaceChildren(...(failed.length > 0 ? this.#acts(words, page, failed) : []));
  }

  #build(words) {
    if (this.#element) return;
    const text = make("div", { className: "upload-strip__text", role: "status" });
    this.#element = make("aside", { className: "upload-strip" }, text, make("div", { className: "upload-strip__acts" }));
    this.#element.setAttribute("aria-label", words.strip);
    document.body.append(this.#element);
  }

  /** Back to the files that failed, or without them. */
  #acts(words, page, failed) {
    const drop = make("button", { type: "button", className: "btn btn--icon", title: words["strip-drop"] });
    drop.setAttribute("aria-label", words["strip-drop"]);
    drop.append(icon(drop, "x", ""));
    drop.addEventListener("click", () => {
      for (const upload of failed) this.#queue.remove(upload);
    });
    return [make("a", { className: "btn btn--quiet", href: `${page}#agenda` }, words["strip-back"]), drop];
  }
}

/** A sentence with its number and icon; nothing for none. */
function said(count, text, picture) {
  if (count === 0) return [];
  const sentence = make("p", {}, text.replace("{n}", String(count)));
  sentence.prepend(icon(sentence, picture, ""));
  return [sentence];
}
