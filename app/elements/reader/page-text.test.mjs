import assert from "node:assert/strict";
import test from "node:test";
import { pageText, readAsSeen } from "./page-text.js";

const said = (items) => items.map(({ str }) => str);

test("each font's text is read in its own encoding", () => {
  const items = [
    { fontName: "f1", str: "B¸o c¸o" },
    { fontName: "f2", str: "Báo cáo" },
    { fontName: "f3", str: "Baùo caùo" },
    { type: "beginMarkedContent" },
  ];
  readAsSeen(items, (font) => ({ f1: ".VnTime", f2: "Arial", f3: "VNI-Times" })[font]);
  assert.deepEqual(said(items), ["Báo cáo", "Báo cáo", "Báo cáo", undefined]);
});

test("fonts without a telling name are read by their letters", () => {
  const items = [
    { fontName: "f1", str: "Céng hßa x· héi chñ nghÜa ViÖt Nam" },
    { fontName: "f1", str: "§éc lËp - Tù do - H¹nh phóc" },
  ];
  readAsSeen(items, () => "");
  assert.deepEqual(said(items), ["Cộng hòa xã hội chủ nghĩa Việt Nam", "Độc lập - Tự do - Hạnh phúc"]);
});

test("the words of a page come in pieces and are all there", async () => {
  const pieces = [
    { lang: "vi", styles: { f1: {} }, items: [{ fontName: "f1", str: "ViÖt" }] },
    { lang: null, styles: {}, items: [{ fontName: "f1", str: "Nam" }] },
  ];
  const page = {
    streamTextContent: () => new ReadableStream({
      start(stream) {
        for (const piece of pieces) stream.enqueue(piece);
        stream.close();
      },
    }),
    commonObjs: { has: () => true, get: () => ({ name: ".VnTime" }) },
  };
  const turn = { signal: new AbortController().signal, race: (promise) => promise, moved() {} };
  const text = await pageText(page, turn);
  assert.deepEqual([text.lang, said(text.items)], ["vi", ["Việt", "Nam"]]);
});
