// The words of a page, as they lie over its picture. It knows pdf.js's text and the draw queue's turns.

import { encodingOf, encodingOfText, readOld } from "./letters.js";

/** What pdf.js says of the page's text; letters of old encodings are read as one sees them. */
export async function pageText(page, turn) {
  const text = { items: [], styles: {}, lang: null };
  const reader = page.streamTextContent().getReader();
  turn.signal.addEventListener("abort", () => reader.cancel(turn.signal.reason).catch(() => {}), { once: true });
  for (;;) {
    const { value, done } = await turn.race(reader.read());
    if (done) break;
    turn.moved();
    text.lang ??= value.lang;
    Object.assign(text.styles, value.styles);
    for (const item of value.items) text.items.push(item);
  }
  const fonts = page.commonObjs;
  readAsSeen(text.items, (font) => (fonts.has(font) ? (fonts.get(font)?.name ?? "") : ""));
  return text;
}

/** Reads the items of old fonts; `nameOf(fontName)` is what the file calls a font. */
export function readAsSeen(items, nameOf) {
  const told = new Map();
  for (const { fontName } of items) {
    if (fontName && !told.has(fontName)) told.set(fontName, encodingOf(nameOf(fontName)));
  }
  const untold = items.filter(({ fontName, str }) => str && !told.get(fontName));
  const other = encodingOfText(untold.map(({ str }) => str).join(" "));
  for (const item of items) {
    const encoding = told.get(item.fontName) ?? other;
    if (item.str && encoding) item.str = readOld(encoding, item.str);
  }
}
