// Fingers, wheel and keys on the stage, turned into the reader's few acts.

/** A swipe is at least this long, mostly level, and quick. */
const SWIPE_PIXELS = 60;
const SWIPE_MS = 600;

/** One notch of a wheel with Ctrl changes the scale by about a tenth. */
const WHEEL_SHARE = 0.0015;

/** `acts`: zoomTo(factor, anchor), step(direction), first(), last(), zoom(direction), fit(name), turn(isEveryPage). */
export function listen(host, stage, acts, signal) {
  wheel(stage, acts, signal);
  fingers(stage, acts, signal);
  keys(host, stage, acts, signal);
}

function wheel(stage, acts, signal) {
  const turned = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * 33 : event.deltaY;
    acts.zoomTo(Math.exp(-pixels * WHEEL_SHARE), within(stage, event.clientX, event.clientY));
  };
  stage.addEventListener("wheel", turned, { passive: false, signal });
}

function fingers(stage, acts, signal) {
  const column = () => stage.firstElementChild;
  let pinch = null;
  let swipe = null;

  stage.addEventListener(
    "touchstart",
    (event) => {
      if (event.touches.length === 2) {
        pinch = { apart: apart(event.touches), factor: 1, anchor: middle(stage, event.touches) };
        swipe = null;
      } else {
        const level = stage.scrollWidth <= stage.clientWidth + 1;
        const { clientX, clientY } = event.touches[0];
        swipe = event.touches.length === 1 && level ? { x: clientX, y: clientY, at: event.timeStamp } : null;
      }
    },
    { passive: true, signal },
  );
  stage.addEventListener(
    "touchmove",
    (event) => {
      if (!pinch || event.touches.length !== 2) return;
      event.preventDefault();
      pinch.factor = apart(event.touches) / pinch.apart;
      // While the fingers move the picture is only stretched; it is drawn anew when they lift.
      const { x, y } = pinch.anchor;
      column().style.transformOrigin = `${x + stage.scrollLeft}px ${y + stage.scrollTop - column().offsetTop}px`;
      column().style.transform = `scale(${pinch.factor})`;
    },
    { passive: false, signal },
  );
  const lifted = (event) => {
    if (pinch && event.touches.length < 2) {
      column().style.transform = "";
      acts.zoomTo(pinch.factor, pinch.anchor);
      pinch = null;
    } else if (swipe && event.type === "touchend") {
      const { clientX, clientY } = event.changedTouches[0];
      const right = clientX - swipe.x;
      const quick = event.timeStamp - swipe.at < SWIPE_MS;
      if (quick && Math.abs(right) > SWIPE_PIXELS && Math.abs(right) > 2 * Math.abs(clientY - swipe.y)) {
        acts.step(right < 0 ? 1 : -1);
      }
    }
    swipe = null;
  };
  stage.addEventListener("touchend", lifted, { passive: true, signal });
  stage.addEventListener("touchcancel", lifted, { passive: true, signal });
}

function keys(host, stage, acts, signal) {
  const meanings = {
    PageDown: () => acts.step(1),
    PageUp: () => acts.step(-1),
    ArrowRight: () => acts.step(1),
    ArrowLeft: () => acts.step(-1),
    Home: () => acts.first(),
    End: () => acts.last(),
    "+": () => acts.zoom(1),
    "=": () => acts.zoom(1),
    "-": () => acts.zoom(-1),
    0: () => acts.fit("width"),
    r: () => acts.turn(false),
    R: () => acts.turn(true),
    ArrowDown: () => stage.scrollBy(0, 60),
    ArrowUp: () => stage.scrollBy(0, -60),
    " ": () => stage.scrollBy(0, stage.clientHeight * 0.9),
  };
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target;
    // Within another page only what is pressed in the reader is meant for it.
    const isPart = "embedded" in host.dataset;
    const elsewhere = !host.contains(target) && (isPart || target !== document.body);
    if (elsewhere || target.closest?.("input,textarea,select,[contenteditable]")) return;
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (sideways && stage.scrollWidth > stage.clientWidth + 1) return;
    // A button takes the space bar itself, and a focused stage scrolls itself.
    const own = event.key === " " ? target.closest?.("button,a") : target === stage;
    if (own && (event.key === " " || event.key === "ArrowDown" || event.key === "ArrowUp")) return;
    if (event.shiftKey && event.key !== "+" && event.key !== "R") return;
    // Signs pressed alone are the viewer's to turn off; keys that move are not signs.
    if (event.key.length === 1 && event.key !== " " && document.documentElement.dataset.keys === "off") return;
    const act = meanings[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", pressed, { signal });
}

const within = (stage, x, y) => {
  const box = stage.getBoundingClientRect();
  return { x: x - box.left, y: y - box.top };
};

const apart = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);

const middle = (stage, [a, b]) => within(stage, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
