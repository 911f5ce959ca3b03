import assert from "node:assert/strict";
import test from "node:test";
import { DOUBT_MS } from "./connection.js";
import { FakeClock, FakeConnection, FakeTrack, settled } from "./fakes.mjs";
import { HANDOVER_MS } from "./receive.js";
import { Session } from "./session.js";

function page() {
  const clock = new FakeClock();
  const made = [];
  const said = [];
  const states = [];
  const seats = [];
  const connect = () => {
    made.push(new FakeConnection());
    return made.at(-1);
  };
  const told = { tracks() {}, state: (state) => states.push(state), seated: (isSeated) => seats.push(isSeated) };
  const say = (text) => said.push(JSON.parse(text));
  const session = new Session({ connect, codecs: () => null, say, clock, random: () => 0, told });
  const hear = async (message) => {
    session.hear(JSON.stringify(message));
    await settled();
  };
  return { clock, made, said, states, seats, session, hear };
}

/** A page with a seat, whose both connections are up: [the sending, the receiving]. */
async function seated() {
  const here = page();
  await here.hear({ seated: "hall" });
  await here.hear({ answer: { answer: "server" } });
  await here.hear({ offer: { offer: "main voice0" } });
  for (const connection of here.made) connection.become("connected");
  await settled();
  here.said.length = 0;
  return here;
}

const kinds = (said) => said.map((one) => (typeof one === "string" ? one : Object.keys(one)[0]));

test("a page without a seat says nothing and takes nothing", async () => {
  const { hear, made, said, session } = page();
  session.put({ camera: new FakeTrack("video"), microphone: null, screen: null }, { camera: true });
  await hear({ offer: { offer: "main" } });
  await hear({ answer: { answer: "server" } });
  assert.deepEqual([made, said, session.state], [[], [], null]);
});

test("who is seated offers to send, asks to receive and tells what is on", async () => {
  const { hear, said } = page();
  await hear({ seated: "hall" });
  assert.deepEqual(kinds(said).sort(), ["have", "publish", "subscribe"]);
});

test("the line is up when both connections are", async () => {
  const { states, session } = await seated();
  assert.deepEqual(states, ["connecting", "up"]);
  assert.equal(session.state, "up");
});

test("a sending connection that fails is made anew, with what there is to send", async () => {
  const { clock, made, said, session, states } = await seated();
  const camera = new FakeTrack("video", { width: 640, height: 360 });
  session.put({ camera, microphone: null, screen: null }, { camera: true, microphone: false, screen: false });
  said.length = 0;
  made[0].become("failed");
  await clock.pass(1);
  assert.deepEqual(kinds(said), ["publish"]);
  assert.equal(states.at(-1), "lost");
  assert.equal(made.at(-1).getSenders()[1].track, camera);
  assert.equal(made[0].connectionState, "closed");
});

test("what the server asked to be sent holds for the next connection too", async () => {
  const { clock, hear, made, session } = await seated();
  await hear({ send: { low: true, mid: false, high: false, screen: false, sound: true } });
  made[0].become("failed");
  await clock.pass(1);
  await hear({ answer: { answer: "server" } });
  const [low] = made.at(-1).getSenders()[1].encodings;
  assert.equal(low.active, true);
  assert.ok(session.isSeated);
});

test("a receiving connection in doubt is waited for, and asked for anew when it does not come back", async () => {
  const { clock, made, said } = await seated();
  made[1].become("disconnected");
  await clock.pass(DOUBT_MS - 1);
  made[1].become("connected");
  await clock.pass(DOUBT_MS * 2);
  assert.deepEqual(said, []);
  made[1].become("disconnected");
  await clock.pass(DOUBT_MS + 1);
  assert.deepEqual(said, ["subscribe"]);
});

test("a server that does not answer is asked ever more seldom", async () => {
  const { clock, hear, said } = page();
  await hear({ seated: "hall" });
  await clock.pass(120_000);
  const asked = said.filter((one) => one === "subscribe").length;
  assert.ok(asked >= 5 && asked <= 12, `${asked} times`);
});

test("a new seat after the socket was away begins everything anew and tells again what is on", async () => {
  const { hear, said, made } = await seated();
  await hear({ seated: "hall" });
  assert.deepEqual(kinds(said).sort(), ["have", "publish", "subscribe"]);
  assert.equal(made[1].connectionState, "connected", "the old picture stays until the new one comes");
});

test("who is sent out closes everything and stays out", async () => {
  const { clock, hear, made, said, seats, session } = await seated();
  await hear("unseated");
  await clock.pass(60_000);
  assert.ok(made.every(({ connectionState }) => connectionState === "closed"));
  assert.deepEqual([said, seats, session.state], [[], [true, false], null]);
});

/** A page whose receiving connection was lost, and whose next one is up and has brought nothing yet. */
async function received() {
  const here = await seated();
  here.made[1].become("failed");
  await here.clock.pass(1);
  await here.hear({ offer: { offer: "main voice0" } });
  here.made[2].become("connected");
  await settled();
  return here;
}

test("while the last picture of a lost connection is shown the line is not called good", async () => {
  const { made, session, states } = await received();
  assert.equal(session.state, "lost");
  made[2].track("main").unmute();
  assert.equal(session.state, "up");
  assert.equal(states.at(-1), "up");
});

test("a connection over which nobody sends is good after a moment", async () => {
  const { clock, session, states } = await received();
  await clock.pass(HANDOVER_MS + 1);
  assert.deepEqual([session.state, states.at(-1)], ["up", "up"]);
});

test("another network makes both connections anew", async () => {
  const { clock, said, session } = await seated();
  await clock.pass(5_000);
  session.renew();
  await settled();
  assert.deepEqual(kinds(said).sort(), ["publish", "subscribe"]);
});

test("a way on which nothing is heard is lost, though the browser believes in it", async () => {
  const { clock, said, session } = await seated();
  for (let n = 0; n < 6; n += 1) {
    session.noteHeard({ up: n, down: 100 });
    await clock.pass(2_000);
  }
  assert.deepEqual(kinds(said), ["subscribe"]);
});

test("a line that was busy is not called good when nothing has come for three seconds", async () => {
  const { clock, session, said } = await seated();
  for (let n = 0; n < 6; n += 1) {
    session.noteHeard({ up: n, down: n });
    await clock.pass(1_000);
  }
  const during = [];
  for (let n = 0; n < 4; n += 1) {
    session.noteHeard({ up: 6 + n, down: 5 });
    during.push(session.state);
    await clock.pass(1_000);
  }
  assert.deepEqual(during, ["up", "up", "lost", "lost"]);
  assert.deepEqual(said, [], "it is not given up for that");
  session.noteHeard({ up: 20, down: 20 });
  assert.equal(session.state, "up");
});

test("a quiet line on which only the browser asks stays good", async () => {
  const { clock, session } = await seated();
  for (let n = 0; n < 30; n += 1) {
    const asked = Math.floor(n / 3);
    session.noteHeard({ up: asked, down: asked });
    assert.equal(session.state, "up", `after ${n} s`);
    await clock.pass(1_000);
  }
});

test("a page that slept takes no way for lost before it has listened again", async () => {
  const { clock, said, session } = await seated();
  session.noteHeard({ up: 1, down: 1 });
  await clock.pass(600_000);
  session.noteHeard({ up: 1, down: 1 });
  assert.deepEqual(said, []);
});

test("a browser that does not tell what it hears is believed", async () => {
  const { clock, said, session } = await seated();
  for (let n = 0; n < 10; n += 1) {
    session.noteHeard({ up: null, down: null });
    await clock.pass(2_000);
  }
  assert.deepEqual(said, []);
});

test("a page that is back before anything broke but its socket makes no connection anew", async () => {
  const { hear, made, said, session } = await seated();
  const before = made.length;
  await hear({ stays: "hall" });
  assert.equal(made.length, before);
  assert.deepEqual(kinds(said), ["have"]);
  assert.equal(session.state, "up");
});

test("a page that was loaded anew makes its connections, though the server has kept its seat", async () => {
  const { hear, said } = page();
  await hear({ stays: "hall" });
  assert.deepEqual(kinds(said).sort(), ["have", "publish", "subscribe"]);
});

test("what is on is told when it changes and not more often", async () => {
  const { clock, said, session } = await seated();
  await clock.pass(1_000);
  const have = { camera: false, microphone: true, screen: false };
  const tracks = { camera: null, microphone: new FakeTrack("audio"), screen: null };
  session.put(tracks, have);
  session.put(tracks, have);
  assert.deepEqual(said, [{ have }]);
});

test("who presses to talk without end is not taken for a flood, and the last press counts", async () => {
  const { clock, said, session } = await seated();
  await clock.pass(1_000);
  for (let press = 0; press < 100; press += 1) {
    session.put({}, { camera: false, microphone: press % 2 === 0, screen: false });
    await clock.pass(100);
  }
  await clock.pass(2_000);
  assert.ok(said.length <= 11, `${said.length} times`);
  assert.equal(said.at(-1).have.microphone, false);
});

test("a screen that the chair ended and that is shared again at once is told again", async () => {
  const { clock, said, session } = await seated();
  await clock.pass(1_000);
  const have = (screen) => ({ camera: true, microphone: true, screen });
  session.put({}, have(true));
  session.put({}, have(false));
  session.put({}, have(true));
  await clock.pass(1_000);
  assert.deepEqual(said, [{ have: have(true) }, { have: have(true) }], "the server holds it for ended until then");
});

test("an answer that comes late is found out by the next one, and the offer made again", async () => {
  const { clock, hear, said } = page();
  await hear({ seated: "hall" });
  await hear({ answer: { answer: "to an earlier offer" } });
  said.length = 0;
  await hear({ answer: { answer: "to this one" } });
  await clock.pass(1);
  assert.deepEqual(kinds(said), ["publish"]);
});

test("an answer that makes no sense is asked for again", async () => {
  const { clock, hear, said } = page();
  await hear({ seated: "hall" });
  said.length = 0;
  await hear({ answer: { answer: "torn" } });
  await clock.pass(1);
  assert.deepEqual(kinds(said), ["publish"]);
});

test("an offer that makes no sense is asked for again", async () => {
  const { clock, hear, said } = await seated();
  await hear({ offer: { offer: "torn" } });
  await clock.pass(1);
  assert.deepEqual(said, ["subscribe"]);
});
