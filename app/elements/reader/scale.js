// Arithmetic of the reader: scales, which page is being read, which canvases may live. Pure.

/** CSS pixels a PDF point at 100 %. */
export const POINT = 96 / 72;

/** Smallest and largest scale, as a share of the page's true size. */
export const SCALE_MIN = 0.25;
export const SCALE_MAX = 5;

/** A sheet that is fitted may be smaller: one of A0 fits a phone at a tenth, the longest plan of 5 m at a fiftieth. */
const FITTED_MIN = 0.01;

/** Wider than this share of its true size a page is hard to read at a desk. */
const AUTO_MAX = 1.25;

/** Canvases alive at once and pixels in each: 6 x 8 Mpx x 4 bytes = 192 MB, below what iOS allows. */
export const LIVE_CANVASES = 6;
export const CANVAS_PIXELS = 8_000_000;

/** The steps of the zoom buttons. */
const STEPS = [0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5];

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** The scale of a fit. `page` is the true size in CSS pixels, `room` what the stage offers. */
export function fitScale(fit, page, room) {
  const width = room.width / page.width;
  const whole = Math.min(width, room.height / page.height);
  const scale = { auto: Math.min(width, AUTO_MAX), width, page: whole }[fit];
  return clamp(scale, FITTED_MIN, SCALE_MAX);
}

/** The next step up (`direction` 1) or down (-1) from `scale`. */
export function stepScale(scale, direction) {
  const near = 0.005;
  if (direction > 0) return STEPS.find((step) => step > scale + near) ?? SCALE_MAX;
  return [...STEPS].reverse().find((step) => step < scale - near) ?? SCALE_MIN;
}

/** Device pixels a CSS pixel for a canvas of this size, kept below the limit of one canvas. */
export function canvasRatio(width, height, devicePixelRatio) {
  return Math.min(devicePixelRatio, Math.sqrt(CANVAS_PIXELS / (width * height)));
}

/** The page being read: the last whose top is above a third of the stage. `tops` ascends. */
export function pageAt(tops, scrollTop, stageHeight) {
  const line = scrollTop + stageHeight / 3;
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= line) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** How far a page that is narrower than the stage lies from its left edge; none for a wider one, which is scrolled. */
export function inset(pageWidth, stageWidth) {
  return pageWidth < stageWidth ? (stageWidth - pageWidth) / 2 : null;
}

/** A page's size when it is turned by so many degrees. */
export function turned({ width, height }, degrees) {
  return degrees % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** Pages worth drawing, nearest first: what is in view, then the next, then the one before. */
export function wantedPages(first, last, pages) {
  const wanted = [];
  for (let page = first; page <= last; page += 1) wanted.push(page);
  if (last < pages) wanted.push(last + 1);
  if (first > 1) wanted.push(first - 1);
  return wanted.slice(0, LIVE_CANVASES);
}

/** A page number somebody typed or linked to, brought into 1..pages. */
export function pageNumber(text, pages) {
  const number = Number.parseInt(text, 10);
  return Number.isFinite(number) ? clamp(number, 1, pages) : 1;
}
