// The days off and the worked weekends of a year, asked for once and kept for the tab. Without an answer nothing is marked.

const years = new Map();

/** Resolves to {is_entered, days: Map of date to {kind, name}}, or to null when it could not be asked for. */
export function workDays(year) {
  if (!years.has(year)) {
    const asked = ask(year);
    years.set(year, asked);
    // What failed may go through the next time a calendar is opened.
    asked.then((found) => found || years.delete(year));
  }
  return years.get(year);
}

async function ask(year) {
  try {
    const body = new URLSearchParams({ year });
    const answer = await fetch("/api/work-days/year", { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) return null;
    const found = await answer.json();
    return { is_entered: found.is_entered, days: new Map(found.days.map((day) => [day.date, day])) };
  } catch {
    return null;
  }
}
