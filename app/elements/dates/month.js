// Dates of the small calendar, as texts like "2026-12-05". Counts in UTC, so no zone of the device moves a day.
// Knows no page.

/** The years that the program's fields take (`YEARS` in domain). */
const FIRST = "1990-01-01";
const LAST = "2999-12-31";

const DAY = 86_400_000;

function of(iso) {
  return new Date(`${iso}T00:00:00Z`);
}

function isoOf(date) {
  return date.toISOString().slice(0, 10);
}

function clamp(iso) {
  if (iso < FIRST || iso.length > 10) return iso.length > 10 ? LAST : FIRST;
  return iso > LAST ? LAST : iso;
}

/** The date of a field that holds a whole one, "05/12/2026" or "2026-12-05"; null for anything else. */
export function read(text) {
  const typed = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/.exec(text);
  const machine = /^\s*(\d{4})-(\d{2})-(\d{2})\s*$/.exec(text);
  const [year, month, day] = typed ? [typed[3], typed[2], typed[1]] : (machine?.slice(1) ?? []);
  if (!year) return null;
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = of(iso);
  // A day that the month does not have is moved by the browser to another month, or is no date.
  return !Number.isNaN(date.getTime()) && isoOf(date) === iso && clamp(iso) === iso ? iso : null;
}

/** The date as fields hold it: "05/12/2026". */
export function written(iso) {
  const [year, month, day] = iso.split("-");
  return `${day}/${month}/${year}`;
}

export function addDays(iso, count) {
  return clamp(isoOf(new Date(of(iso).getTime() + count * DAY)));
}

/** The same day of another month, or its last one. */
export function addMonths(iso, count) {
  const date = of(iso);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date.getUTCDate(), last));
  return clamp(isoOf(first));
}

/** 0 for Monday, 6 for Sunday. */
export function weekday(iso) {
  return (of(iso).getUTCDay() + 6) % 7;
}

/** The weeks of a date's month, Monday first; null where a week lies in another month. */
export function weeks(iso) {
  const first = `${iso.slice(0, 7)}-01`;
  const days = new Date(Date.UTC(Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), 0)).getUTCDate();
  const cells = Array.from({ length: weekday(first) }, () => null);
  for (let day = 1; day <= days; day += 1) cells.push(`${iso.slice(0, 8)}${String(day).padStart(2, "0")}`);
  while (cells.length % 7 > 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

/** The date that a key moves to; null for a key that moves nowhere. */
export function moved(iso, key, isShifted = false) {
  switch (key) {
    case "ArrowLeft":
      return addDays(iso, -1);
    case "ArrowRight":
      return addDays(iso, 1);
    case "ArrowUp":
      return addDays(iso, -7);
    case "ArrowDown":
      return addDays(iso, 7);
    case "Home":
      return addDays(iso, -weekday(iso));
    case "End":
      return addDays(iso, 6 - weekday(iso));
    case "PageUp":
      return addMonths(iso, isShifted ? -12 : -1);
    case "PageDown":
      return addMonths(iso, isShifted ? 12 : 1);
    default:
      return null;
  }
}

/** The words of months and days in a language, mostly made by the browser. */
export function words(lang) {
  const language = lang === "en" ? "en-GB" : "vi-VN";
  const format = (options) => {
    const made = new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
    return (iso) => made.format(of(iso));
  };
  const day = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const english = format({ month: "long", year: "numeric" });
  const vietnamese = (iso) => `Tháng ${Number(iso.slice(5, 7))}/${iso.slice(0, 4)}`;
  const long = format({ weekday: "long" });
  const short = format({ weekday: lang === "en" ? "short" : "narrow" });
  // Any Monday and the six days after it.
  const week = Array.from({ length: 7 }, (_, at) => addDays("2024-01-01", at));
  return {
    day,
    month: lang === "en" ? english : vietnamese,
    weekdays: week.map((iso) => ({ long: long(iso), short: short(iso) })),
  };
}
