// Bounds the work of opening a document: a malicious file may keep the worker busy for ever. It knows no DOM.

import { TICK_MAX_MS, TICK_MS } from "./queue.js";
import { PaperRefused } from "./ranges.js";

/** The most working time until a document is open. The largest plans open within 5 s on a slow tablet. */
export const OPENING_MS = 30_000;

/**
 * The promise, or the refusal `broken` once the worker has worked for too long. While a piece of the file is on its way,
 * as `isLineWaiting()` tells, the network takes the time and not the worker.
 */
export function withinWork(promise, isLineWaiting) {
  let workedMs = 0;
  let before = Date.now();
  let timer;
  const over = new Promise((_, reject) => {
    timer = setInterval(() => {
      const now = Date.now();
      if (!isLineWaiting()) workedMs += Math.min(Math.max(now - before, 0), TICK_MAX_MS);
      before = now;
      if (workedMs >= OPENING_MS) reject(new PaperRefused("broken"));
    }, TICK_MS);
  });
  return Promise.race([promise, over]).finally(() => clearInterval(timer));
}
