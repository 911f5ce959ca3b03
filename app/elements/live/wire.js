// What the element says on the meeting's socket and what of it concerns the element, as JSON texts.
// Knows the form of the messages; what they are answered with it does not.

/** Only these are parsed: the meeting's state is long, and comes often. */
const OURS = /^\s*(?:\{\s*)?"(?:seated|stays|unseated|answer|offer|send)"/;

/** Each message of the element. */
export const message = {
  publish: (offer) => JSON.stringify({ publish: { offer } }),
  subscribe: () => JSON.stringify("subscribe"),
  answer: (answer) => JSON.stringify({ answer: { answer } }),
  have: ({ camera, microphone, screen }) => JSON.stringify({ have: { camera, microphone, screen } }),
};

/** The name and content of a message for the element; null for any other. */
export function heard(text) {
  if (!OURS.test(text)) return null;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value === "string") return { name: value, body: null };
  const [name] = Object.keys(value);
  return { name, body: value[name] };
}
