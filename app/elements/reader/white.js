// Whether a page that was drawn shows nothing. The engine draws what it can of a damaged page without an error: of a page
// whose content cannot be unpacked, a white sheet.

/** The small picture that is looked at first: almost every page shows something there. */
const SMALL = { width: 60, height: 84 };

/** Rows looked at in one step: 256 rows of the widest canvas are 6 MB. */
const ROWS = 256;

/** Whether every pixel (four bytes: red, green, blue, alpha) is white. */
export function isWhite(pixels) {
  return new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4).every((pixel) => pixel === 0xffffffff);
}

/** Whether the canvas shows nothing. Its own pixels are read only when its small picture is white. */
export function isBlank(canvas) {
  const { width, height } = SMALL;
  const small = Object.assign(document.createElement("canvas"), SMALL).getContext("2d");
  small.drawImage(canvas, 0, 0, width, height);
  if (!isWhite(small.getImageData(0, 0, width, height).data)) return false;
  const full = canvas.getContext("2d");
  for (let top = 0; top < canvas.height; top += ROWS) {
    const rows = Math.min(ROWS, canvas.height - top);
    if (!isWhite(full.getImageData(0, top, canvas.width, rows).data)) return false;
  }
  return true;
}
