// Builds the site's static assets: style sheet, icons, fonts, browser elements and the PDF engine.
// It knows nothing of Rust: the program's own JavaScript and WebAssembly come in by path (--js, --wasm).
//
//   node xtask/assets.mjs --site SITE [--release] [--js FILE --wasm FILE]
//
// Safe to run again at any time: a file is written only when its content differs, and a hashed
// file that is no longer named in SITE/assets.json is removed.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import zlib from "node:zlib";
import esbuild from "esbuild";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const MODULES = join(ROOT, "node_modules");
const STYLE = join(ROOT, "style");
const ELEMENTS = join(ROOT, "app", "elements");

/** The oldest browsers served, which the PDF engine sets: a tablet bought five years ago can be updated to them. */
const BROWSERS = ["chrome98", "edge98", "firefox98", "safari16.4", "ios16.4"];

/** Hex digits of SHA-256 in a hashed name: 40 bits, enough to tell builds apart. */
const HASH_DIGITS = 10;

/** Brotli 11 costs seconds a megabyte: right once for a release, wrong while developing. */
const QUALITY = { release: 11, dev: 4 };

const COMPRESSED = new Set([".js", ".mjs", ".css", ".svg", ".wasm", ".webmanifest"]);

/** Each browser element: its key in assets.json and its source file. */
const BROWSER_ELEMENTS = {
  reader: "pdf-reader.js",
  upload: "paper-upload.js",
  page: "page.js",
  live: "live-media.js",
  dates: "date-field.js",
};

/** Safari before 15 compiles no module while it comes in. */
const STREAMING = `WebAssembly.instantiateStreaming ??= async (response, imports) =>
  WebAssembly.instantiate(await (await response).arrayBuffer(), imports);
`;

const brotli = promisify(zlib.brotliCompress);

const { values: options } = parseArgs({
  options: {
    site: { type: "string" },
    release: { type: "boolean", default: false },
    js: { type: "string" },
    wasm: { type: "string" },
  },
});
if (!options.site || Boolean(options.js) !== Boolean(options.wasm)) {
  console.error("usage: node xtask/assets.mjs --site SITE [--release] [--js FILE --wasm FILE]");
  process.exit(2);
}
const SITE = resolve(options.site);

/** Files of this build, relative to SITE; whatever else lies in SITE/pkg is stale. */
const built = new Set();

await main();

async function main() {
  const names = {};
  await Promise.all([
    styleSheet().then((name) => (names.css = name)),
    iconSprite().then((name) => (names.icons = name)),
    program().then((pair) => Object.assign(names, pair)),
    browserElements().then((elements) => Object.assign(names, elements)),
    fonts(),
    pdfEngine().then((path) => (names.pdfjs = path)),
    documentFonts(),
    siteFiles(),
  ]);
  await removeStale();
  await compressAll();
  const sorted = Object.fromEntries(Object.entries(names).sort());
  await writeIfChanged("assets.json", JSON.stringify(sorted, null, 2) + "\n");
}

// ---- what is built ----

async function styleSheet() {
  const sheets = [];
  for (const line of await lines(join(STYLE, "bundle.txt"))) {
    sheets.push(await readFile(join(STYLE, line), "utf8"));
  }
  const { code, warnings } = await esbuild.transform(sheets.join("\n"), {
    loader: "css",
    minify: true,
    target: BROWSERS,
    charset: "utf8",
  });
  if (warnings.length > 0) {
    console.error(await esbuild.formatMessages(warnings, { kind: "warning" }).then((all) => all.join("")));
    throw new Error("the style sheet has warnings");
  }
  return hashed("phien", ".css", code);
}

async function iconSprite() {
  const symbols = await Promise.all(
    (await lines(join(STYLE, "icons.txt"))).map(async (name) => {
      const svg = await readFile(join(MODULES, "lucide-static", "icons", `${name}.svg`), "utf8");
      const shapes = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
      return `<symbol id="i-${name}" viewBox="0 0 24 24">${shapes.replaceAll(" />", "/>")}</symbol>`;
    }),
  );
  const note = "<!-- Lucide, ISC licence: https://lucide.dev/license -->";
  return hashed("icons", ".svg", `<svg xmlns="http://www.w3.org/2000/svg">${note}${symbols.join("")}</svg>\n`);
}

/** The program's script with what fetches its bundles, its WebAssembly, and for each bundle the files it consists of. */
async function program() {
  if (!options.js) return lastProgram();
  const [entry, module] = [resolve(options.js), resolve(options.wasm)];
  const folder = dirname(entry);
  const names = {};
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (extname(name) !== ".wasm" || path === module) continue;
    names[name] = basename(await hashed(basename(name, ".wasm"), ".wasm", await readFile(path)));
  }
  const script = await bundle(entry, [bundlesByName(names)]);
  const [js, wasm] = await Promise.all([
    hashed("phien", ".js", script),
    hashed("phien", ".wasm", await readFile(module)),
  ]);
  return { js, wasm, bundles: await bundleFiles(join(folder, "__wasm_split.js"), names) };
}

/** What each bundle loads: its own file, and those it shares with others, which name their sharers in a comment. */
async function bundleFiles(script, names) {
  const bundles = {};
  const shared = /\/\* ([\w, ]+) \*\/\s*const \w+ = makeLoad\([^"]*"\.\/([^"]+\.wasm)"/g;
  const own = /__wasm_split_load_(\w+) = [^"]*"\.\/([^"]+\.wasm)"/g;
  const text = await readFile(script, "utf8");
  for (const [, sharers, name] of [...text.matchAll(shared), ...text.matchAll(own)]) {
    for (const sharer of sharers.split(", ")) (bundles[sharer] ??= []).push(`/pkg/${names[name]}`);
  }
  const named = new Set(Object.values(bundles).flat());
  const forgotten = Object.values(names).filter((name) => !named.has(`/pkg/${name}`));
  if (forgotten.length > 0) throw new Error(`no bundle names ${forgotten.join(", ")}: ${script} is not as expected`);
  return bundles;
}

function bundlesByName(names) {
  return {
    name: "bundles",
    setup(build) {
      build.onLoad({ filter: /__wasm_split\.js$/ }, async ({ path }) => {
        const script = await readFile(path, "utf8");
        const named = script.replace(/"\.\/([^"]+\.wasm)"/g, (_, name) => `"./${names[name]}"`);
        return { contents: STREAMING + named, loader: "js" };
      });
    },
  };
}

/** Without --js the program of the last build stays named. */
async function lastProgram() {
  const { js, wasm, bundles = {} } = JSON.parse(await readFile(join(SITE, "assets.json"), "utf8").catch(() => "{}"));
  for (const name of [js, wasm, ...Object.values(bundles).flat()]) {
    if (name) built.add(name.slice(1));
  }
  return js && wasm ? { js, wasm, bundles } : {};
}

async function browserElements() {
  const pairs = Object.entries(BROWSER_ELEMENTS).map(async ([key, file]) => {
    const code = await bundle(join(ELEMENTS, file));
    return [key, await hashed(basename(file, ".js"), ".js", code)];
  });
  return Object.fromEntries(await Promise.all(pairs));
}

/** Be Vietnam Pro, one file a weight with all letters of Vietnamese, and the ten digits of Inter, whose figures line up. */
async function fonts() {
  const family = join(MODULES, "@expo-google-fonts", "be-vietnam-pro");
  const inter = join(MODULES, "@fontsource-variable", "inter");
  const faces = { 400: "400Regular", 500: "500Medium", 600: "600SemiBold", 700: "700Bold" };
  const letters = vietnamese();
  await Promise.all([
    copy(join(family, "LICENSE_FONT"), join("fonts", "LICENSE-be-vietnam-pro.txt")),
    copy(join(inter, "LICENSE"), join("fonts", "LICENSE-inter.txt")),
    ...Object.entries(faces).map(([weight, face]) =>
      subset(join(family, face, `BeVietnamPro_${face}.ttf`), join("fonts", `be-vietnam-pro-${weight}.woff2`), letters, [
        "kern",
        "ccmp",
        "locl",
        "mark",
        "mkmk",
        "liga",
      ]),
    ),
    subset(join(inter, "files", "inter-latin-wght-normal.woff2"), join("fonts", "inter-digits.woff2"), "0123456789", [
      "tnum",
      "kern",
    ]),
  ]);
}

/** Every sign that pages set: Latin with the marks of Vietnamese and its neighbours, punctuation, the dong, arrows. */
function vietnamese() {
  const ranges = [[0x20, 0x7e], [0xa0, 0x17f], [0x1a0, 0x1a1], [0x1af, 0x1b0], [0x2bb, 0x2bc], [0x2c6, 0x2c6], [0x2d8, 0x2dd]];
  ranges.push([0x300, 0x304], [0x306, 0x309], [0x31b, 0x31b], [0x323, 0x323], [0x1ea0, 0x1ef9], [0x2000, 0x206f]);
  ranges.push([0x20ab, 0x20ac], [0x2122, 0x2122], [0x2191, 0x2191], [0x2193, 0x2193], [0x2212, 0x2212], [0x2215, 0x2215]);
  return ranges.map(([from, to]) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, n) => from + n))).join("");
}

async function subset(source, path, letters, keepFeatures) {
  if (await isNewer(path, source)) {
    built.add(path);
    return;
  }
  const { default: subsetFont } = await import("subset-font");
  const font = await subsetFont(await readFile(source), letters, { targetFormat: "woff2", keepFeatures });
  await writeIfChanged(path, font);
}

/**
 * pdf.js in the build for older browsers: the newest functions it would use are not on the tablets yet. Its version is
 * in the path, so that a browser keeps it for ever and never puts halves of two versions together.
 */
async function pdfEngine() {
  const from = join(MODULES, "pdfjs-dist");
  const { version } = JSON.parse(await readFile(join(from, "package.json"), "utf8"));
  const folder = `pdfjs/${version}`;
  await Promise.all([
    copy(join(from, "legacy", "build", "pdf.min.mjs"), `${folder}/pdf.min.mjs`),
    copy(join(from, "legacy", "build", "pdf.worker.min.mjs"), `${folder}/pdf.worker.min.mjs`),
    copy(join(from, "LICENSE"), `${folder}/LICENSE`),
    ...["cmaps", "standard_fonts", "iccs"].map((name) => copyFolder(join(from, name), `${folder}/${name}`)),
    // The sandbox for scripts inside PDFs (quickjs) stays out: such scripts never run here.
    copyFolder(join(from, "wasm"), `${folder}/wasm`, (name) => !/quickjs/i.test(name)),
  ]);
  return `/${folder}`;
}

/** Faces for the official documents the server writes itself; they are never sent to a browser. */
async function documentFonts() {
  const from = join(MODULES, "@expo-google-fonts", "tinos");
  const faces = {
    "400Regular": "Tinos-Regular.ttf",
    "400Regular_Italic": "Tinos-Italic.ttf",
    "700Bold": "Tinos-Bold.ttf",
    "700Bold_Italic": "Tinos-BoldItalic.ttf",
  };
  await Promise.all(
    Object.entries(faces).map(([face, name]) => copy(join(from, face, `Tinos_${face}.ttf`), join("documents", name))),
  );
}

async function siteFiles() {
  const folder = join(STYLE, "assets");
  await Promise.all((await readdir(folder)).map((name) => copy(join(folder, name), name)));
}

// ---- how it is written ----

async function bundle(entry, plugins = []) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    minify: true,
    target: BROWSERS,
    charset: "utf8",
    supported: { bigint: true, "import-meta": true, "dynamic-import": true },
    write: false,
    plugins,
    // wasm-bindgen names the script that fetches bundles once for each of them.
    logOverride: { "duplicate-object-key": "silent" },
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

async function hashed(stem, extension, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, HASH_DIGITS);
  const name = `${stem}.${hash}${extension}`;
  await writeIfChanged(join("pkg", name), content);
  return `/pkg/${name}`;
}

async function writeIfChanged(path, content) {
  built.add(path);
  const target = join(SITE, path);
  const bytes = Buffer.from(content);
  const present = await readFile(target).catch(() => null);
  if (present?.equals(bytes)) return;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, bytes);
}

/** Copies with the source's time, so that equal size and time mean an equal file. */
async function copy(source, path) {
  built.add(path);
  const target = join(SITE, path);
  const [from, to] = await Promise.all([stat(source), stat(target).catch(() => null)]);
  if (to && to.size === from.size && Math.abs(to.mtimeMs - from.mtimeMs) < 1000) return;
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
  await utimes(target, from.atime, from.mtime);
}

async function copyFolder(source, path, wanted = () => true) {
  const names = (await readdir(source)).filter(wanted);
  await Promise.all(names.map((name) => copy(join(source, name), join(path, name))));
}

/** Brotli beside each text-like file. A `.br` carries its source's time and, in the log, its quality. */
async function compressAll() {
  const quality = options.release ? QUALITY.release : QUALITY.dev;
  const logPath = join(SITE, ".compressed.json");
  const log = JSON.parse(await readFile(logPath, "utf8").catch(() => "{}"));
  const next = {};
  const jobs = [...built]
    .filter((path) => COMPRESSED.has(extname(path)) && !path.startsWith("documents"))
    .map(async (path) => {
      const source = join(SITE, path);
      const { mtimeMs, size } = await stat(source);
      const present = await stat(`${source}.br`).catch(() => null);
      const mark = `${size}:${Math.round(mtimeMs)}`;
      const before = log[path];
      if (present && before?.mark === mark && before.quality >= quality) {
        next[path] = before;
        return;
      }
      const params = {
        [zlib.constants.BROTLI_PARAM_QUALITY]: quality,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: size,
      };
      await writeFile(`${source}.br`, await brotli(await readFile(source), { params }));
      next[path] = { mark, quality };
    });
  await Promise.all(jobs);
  await writeFile(logPath, JSON.stringify(next));
}

async function removeStale() {
  const versions = join(SITE, "pdfjs");
  for (const name of await readdir(versions).catch(() => [])) {
    const isNamed = [...built].some((path) => path.startsWith(`pdfjs/${name}/`));
    if (!isNamed) await rm(join(versions, name), { recursive: true });
  }
  const folder = join(SITE, "pkg");
  for (const name of await readdir(folder).catch(() => [])) {
    const path = relative(SITE, join(folder, name)).replace(/\.br$/, "");
    if (!built.has(path)) await rm(join(folder, name), { recursive: true });
  }
}

async function isNewer(path, source) {
  const [to, from] = await Promise.all([stat(join(SITE, path)).catch(() => null), stat(source)]);
  return to !== null && to.mtimeMs >= from.mtimeMs;
}

/** The lines of a list file, without comments and empty lines. */
async function lines(path) {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
