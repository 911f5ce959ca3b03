// Old Vietnamese encodings: papers set in .VnTime or VNI-Times look right, but their text reads as "ViÖt" or "Vieät".
// Converts it, so that what is selected, copied, found or read aloud is what one sees. It knows letters, not pdf.js.

/** The letters of TCVN3 by code, from 0xA1 on; a dot where there is none. */
const TCVN3 =
  "ĂÂÊÔƠƯĐăâêôơưđ......àảãáạ.ằẳẵắ.......ặầẩẫấậè.ẻẽéẹềểễếệìỉ...ĩíịò.ỏõóọồổỗốộờởỡớợù.ủũúụừửữứựỳỷỹýỵ";
const TCVN3_FIRST = 0xa1;

/** Marks of VNI by their codes. They follow their letter. */
const VNI_MARKS = new Map(
  Object.entries({
    ù: "\u0301",
    ø: "\u0300",
    û: "\u0309",
    õ: "\u0303",
    ï: "\u0323",
    â: "\u0302",
    á: "\u0302\u0301",
    à: "\u0302\u0300",
    å: "\u0302\u0309",
    ã: "\u0302\u0303",
    ä: "\u0302\u0323",
    ê: "\u0306",
    é: "\u0306\u0301",
    è: "\u0306\u0300",
    ú: "\u0306\u0309",
    ü: "\u0306\u0303",
    ë: "\u0306\u0323",
  }),
);

/** Letters of VNI that have a code of their own. */
const VNI_LETTERS = new Map(Object.entries({ ñ: "đ", ö: "ư", ô: "ơ", æ: "ỉ", ó: "ĩ", ò: "ị" }));

/** What Vietnamese text of today never has within its words, and text in an old encoding has everywhere. */
const STRANGE = /[¡-©«¬®µ-¹»-¾ÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïðñö÷øûüþÿ]/gu;
const OF_TODAY = /[\u1ea0-\u1ef9đĐưƯơƠăĂ]/gu;

/** Text in an old encoding has so many strange letters at least, and so many hundredths of all. German has 5. */
const STRANGE_MIN = 5;
const STRANGE_PERCENT = 8;

/** The encoding that a font's name tells: `tcvn3`, `tcvn3-capitals`, `vni`, or null for the one of today. */
export function encodingOf(fontName) {
  const name = fontName.replace(/^[A-Z]{6}\+/u, "");
  if (/^vni-/iu.test(name)) return "vni";
  if (!/^\.?Vn[A-Z]/u.test(name)) return null;
  return /^[^-,]*H(?:[-,]|$)/u.test(name) ? "tcvn3-capitals" : "tcvn3";
}

/** The encoding that a page's text looks like, where its fonts do not tell; null for today's. */
export function encodingOfText(text) {
  const all = [...text.normalize("NFC")].length;
  const strange = text.match(STRANGE)?.length ?? 0;
  const today = text.normalize("NFC").match(OF_TODAY)?.length ?? 0;
  if (strange < STRANGE_MIN || strange * 100 < all * STRANGE_PERCENT || strange <= today) return null;
  // Every letter of VNI lies above these codes.
  const low = text.match(/[¡-¾]/gu)?.length ?? 0;
  return low * 10 >= strange ? "tcvn3" : "vni";
}

/** The text in today's letters. */
export function readOld(encoding, text) {
  if (encoding === "vni") return fromVni(text);
  const read = [...text].map(tcvn3Letter).join("");
  return encoding === "tcvn3-capitals" ? read.toLocaleUpperCase("vi") : inCaseOf(text, read);
}

function tcvn3Letter(letter) {
  const read = TCVN3[letter.codePointAt(0) - TCVN3_FIRST] ?? ".";
  return read === "." ? letter : read;
}

function fromVni(text) {
  let read = "";
  for (const letter of text) {
    const small = letter.toLowerCase();
    const isCapital = letter !== small;
    const mark = VNI_MARKS.get(small);
    const own = VNI_LETTERS.get(small);
    if (mark && /[aeiouyươ]$/iu.test(read)) read += mark;
    else if (own) read += isCapital ? own.toUpperCase() : own;
    else read += letter;
  }
  return inCaseOf(text, read.normalize("NFC"));
}

/** In capitals where every plain letter of the original is one: these encodings have few capitals with marks. */
function inCaseOf(original, read) {
  const plain = original.match(/[a-z]/giu)?.join("") ?? "";
  return plain !== "" && plain === plain.toUpperCase() ? read.toLocaleUpperCase("vi") : read;
}
