import assert from "node:assert/strict";
import test from "node:test";
import { encodingOf, encodingOfText, readOld } from "./letters.js";

test("the name of a font tells its encoding", () => {
  for (const [name, encoding] of [
    [".VnTime", "tcvn3"],
    ["ABCDEF+.VnTimeH", "tcvn3-capitals"],
    [".VnArialH,Bold", "tcvn3-capitals"],
    ["VnArial", "tcvn3"],
    ["VNI-Times", "vni"],
    ["ABCDEF+VNI-Helve-Condense", "vni"],
    ["TimesNewRomanPSMT", null],
    ["Vnodice", null],
    ["", null],
  ]) {
    assert.equal(encodingOf(name), encoding, name);
  }
});

test("text in an old encoding reads as one sees it", () => {
  for (const [encoding, old, read] of [
    ["tcvn3", "Céng hßa x· héi chñ nghÜa ViÖt Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"],
    ["tcvn3", "B¸O C¸O", "BÁO CÁO"],
    ["tcvn3-capitals", "B¸o c¸o", "BÁO CÁO"],
    ["vni", "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"],
    ["vni", "Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"],
    ["vni", "BAÙO CAÙO", "BÁO CÁO"],
    ["vni", "Quyù III/2026", "Quý III/2026"],
  ]) {
    assert.equal(readOld(encoding, old), read);
  }
});

test("a page tells its encoding by its letters where its fonts do not", () => {
  for (const [text, encoding] of [
    ["Céng hßa x· héi chñ nghÜa ViÖt Nam, §éc lËp - Tù do - H¹nh phóc", "tcvn3"],
    ["Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, Ñoäc laäp - Töï do - Haïnh phuùc", "vni"],
    ["Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập - Tự do - Hạnh phúc", null],
    ["Die Prüfung der Bücher für das Jahr hat ergeben, daß alle Beträge stimmen und nichts fehlt", null],
    ["Le conseil a décidé à l'unanimité de reporter la séance à une date ultérieure", null],
    ["", null],
  ]) {
    assert.equal(encodingOfText(text), encoding, text);
  }
});
