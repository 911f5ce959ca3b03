import assert from "node:assert/strict";
import test from "node:test";
import { Engine } from "./engine.js";

/** pdf.js with workers that can hang: then neither `getPageLayout` nor `destroy` of the loading task ever answers. */
function fakePdfjs() {
  const workers = [];
  class PDFWorker {
    isBusy = false;
    isStopped = false;
    constructor() {
      workers.push(this);
    }
    destroy() {
      this.isStopped = true;
    }
  }
  const answer = (worker) => (worker.isBusy || worker.isStopped ? new Promise(() => {}) : Promise.resolve());
  const getDocument = ({ worker, data }) => ({
    promise: Promise.resolve({ data, getPageLayout: () => answer(worker) }),
    destroy: () => answer(worker),
  });
  return { pdfjs: { PDFWorker, getDocument }, workers };
}

test("a hanging worker is stopped and the document opened in a new one", async () => {
  const { pdfjs, workers } = fakePdfjs();
  const signals = [];
  const engine = new Engine(pdfjs, (signal) => ({ data: signals.push(signal) }));
  await engine.open();
  workers[0].isBusy = true;
  await engine.restart();
  assert.deepEqual(
    workers.map(({ isStopped }) => isStopped),
    [true, false],
  );
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, false],
  );
  assert.equal(engine.document.data, 2);
  await engine.ping();
});

test("a worker ends with the reader, also when it is busy", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const isBusy of [false, true]) {
    const { pdfjs, workers } = fakePdfjs();
    const engine = new Engine(pdfjs, () => ({}));
    await engine.open();
    workers[0].isBusy = isBusy;
    engine.close();
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(workers[0].isStopped, !isBusy);
    t.mock.timers.tick(1000);
    assert.equal(workers[0].isStopped, true);
  }
});
