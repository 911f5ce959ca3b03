// A page's part in a meeting: while it has a seat, one connection that sends and one that receives, made anew whenever
// either is lost. Knows the order of the conversation; devices, elements and the socket are others' business.

import { Attempts } from "./attempts.js";
import { watch } from "./connection.js";
import { Publication } from "./publish.js";
import { Reception } from "./receive.js";
import { heard, message } from "./wire.js";

/** Nothing on the way for so long, though the browser believes in it: it asks every two and a half seconds. */
const SILENCE_MS = 7_000;

/** After so much quiet a way that was busy until then is not called good any more. */
const STALLED_MS = 3_000;

/** A way on which something was heard at so many polls in a row was busy: more than the browser's own asking. */
const BUSY_POLLS = 4;

/** Who presses to talk again and again tells so no faster than the server listens. */
const TOLD_MS = 1_000;

const NOTHING = { camera: null, microphone: null, screen: null };

export class Session {
  #connect;
  #codecs;
  #say;
  #clock;
  #told;
  #publication = null;
  #reception;
  #publishing;
  #receiving;
  #unwatch = { up: () => {}, down: () => {} };
  #quiet = { up: null, down: null };
  #tracks = NOTHING;
  #sending = null;
  #have = { camera: false, microphone: false, screen: false };
  #said = null;
  /** Whether the devices changed since they were last sent, even if they changed back: the server may
  /** have changed them too. */
  #isStale = false;
  #isTelling = false;
  #callOffTelling = () => {};
  #isSeated = false;
  #wasUp = false;
  #state = null;

  /**
   * @param connect makes a connection
   * @param codecs the browser's codecs of pictures
   * @param say sends a text by the socket
   * @param told is called with: `tracks()` when a place has another track, `state(state)`, `seated(whether)`
   */
  constructor({ connect, codecs, say, clock, random, told }) {
    this.#connect = connect;
    this.#codecs = codecs;
    this.#say = say;
    this.#clock = clock;
    this.#told = told;
    const changed = () => {
      told.tracks();
      this.#tellState();
    };
    this.#reception = new Reception({ connect, clock, changed });
    this.#publishing = new Attempts({ attempt: () => this.#publish(), clock, random });
    this.#receiving = new Attempts({ attempt: () => this.#subscribe(), clock, random });
  }

  /** The receiving connection's tracks by place. */
  get tracks() {
    return this.#reception.tracks;
  }

  get isSeated() {
    return this.#isSeated;
  }

  /** `connecting`, `up` or `lost`; null without a seat. */
  get state() {
    if (!this.#isSeated) return null;
    const isUp = this.#publishing.state === "up" && this.#receiving.state === "up";
    if (isUp && !this.#reception.isHandingOver && !this.#isStalled("up") && !this.#isStalled("down")) return "up";
    return this.#wasUp ? "lost" : "connecting";
  }

  /** The connections, where there are any. */
  get connections() {
    return { up: this.#publication?.connection ?? null, down: this.#reception.connection };
  }

  /** A text of the socket. */
  hear(text) {
    const { name, body } = heard(text) ?? {};
    if (name === "seated") this.#sit();
    else if (name === "stays") this.#stay();
    else if (name === "unseated") this.close();
    else if (!this.#isSeated) return;
    else if (name === "answer") this.#answered(body.answer);
    else if (name === "offer") this.#offered(body.offer);
    else if (name === "send") this.#asked(body);
  }

  /** What there is to send. */
  put(tracks, have) {
    this.#tracks = { ...tracks };
    this.#have = { ...have };
    this.#publication?.put(this.#tracks);
    this.#isStale ||= message.have(this.#have) !== this.#said;
    this.#tellHave();
  }

  /** The network is another. */
  renew() {
    if (!this.#isSeated) return;
    this.#publishing.renew();
    this.#receiving.renew();
    this.#tellState();
  }

  /** How much was heard on each way, as a count that grows; null when the browser does not tell. */
  noteHeard(counts) {
    for (const [way, attempts] of [["up", this.#publishing], ["down", this.#receiving]]) {
      const now = this.#clock.now();
      const quiet = this.#quiet[way];
      if (attempts.state !== "up" || counts[way] === null) this.#quiet[way] = null;
      else if (!quiet || quiet.count !== counts[way]) {
        // After a poll without anything it has to show anew that it is busy.
        const busy = quiet && quiet.polls === 0 ? quiet.busy + 1 : 0;
        this.#quiet[way] = { count: counts[way], polls: 0, busy, since: now };
      } else {
        quiet.polls += 1;
        // A page that slept has not listened: time alone proves nothing.
        if (quiet.polls >= 3 && now - quiet.since >= SILENCE_MS) this.#lose(way);
      }
    }
  }

  /** Whether nothing comes any more over a way that was busy; it is not given up yet. */
  #isStalled(way) {
    const quiet = this.#quiet[way];
    if (!quiet || quiet.busy < BUSY_POLLS || quiet.polls < 3) return false;
    return this.#clock.now() - quiet.since >= STALLED_MS;
  }

  /** Leaves: by the server's word, or with the page. */
  close() {
    const wasSeated = this.#isSeated;
    this.#isSeated = false;
    this.#publishing.end();
    this.#receiving.end();
    this.#callOffTelling();
    this.#unwatch.up();
    this.#unwatch.down();
    this.#publication?.close();
    this.#publication = null;
    this.#reception.close();
    this.#wasUp = false;
    this.#state = null;
    if (wasSeated) this.#told.seated(false);
  }

  /** The seat is this page's again after its socket broke; connections that stand go on. */
  #stay() {
    if (this.state !== "up") {
      this.#sit();
      return;
    }
    this.#isStale = true;
    this.#callOffTelling();
    this.#isTelling = false;
    this.#tellHave();
  }

  #sit() {
    const wasSeated = this.#isSeated;
    this.#isSeated = true;
    this.#callOffTelling();
    this.#isTelling = false;
    this.#isStale = true;
    this.#sending = null;
    if (!wasSeated) this.#told.seated(true);
    this.#publishing.begin();
    this.#receiving.begin();
    this.#tellHave();
    this.#tellState();
  }

  async #publish() {
    this.#unwatch.up();
    this.#publication?.close();
    const publication = new Publication(this.#connect(), this.#codecs());
    this.#publication = publication;
    this.#watch("up", publication.connection, this.#publishing);
    try {
      publication.put(this.#tracks);
      if (this.#sending) publication.send(this.#sending);
      const offer = await publication.offer();
      if (this.#publication === publication) this.#say(message.publish(offer));
    } catch {
      if (this.#publication === publication) this.#lose("up");
    }
  }

  #subscribe() {
    this.#unwatch.down();
    this.#say(message.subscribe());
  }

  async #answered(answer) {
    const publication = this.#publication;
    const wasTaken = await publication?.answer(answer).catch(() => false);
    // A second answer: the first was for an offer before this one, and leads nowhere.
    const isLost = wasTaken === false && this.#publishing.state === "trying";
    if (isLost && this.#publication === publication) this.#lose("up");
  }

  async #offered(offer) {
    let mine = null;
    try {
      const answer = await this.#reception.take(offer, (connection) => {
        mine = connection;
        this.#watch("down", connection, this.#receiving);
      });
      if (answer && this.#isSeated) this.#say(message.answer(answer));
    } catch {
      if (this.#reception.connection === mine) this.#lose("down");
    }
  }

  #asked(sending) {
    this.#sending = sending;
    this.#publication?.send(sending);
  }

  #watch(way, connection, attempts) {
    this.#unwatch[way]();
    this.#unwatch[way] = watch(connection, {
      clock: this.#clock,
      up: () => {
        attempts.up();
        this.#wasUp ||= this.state === "up";
        if (way === "down") this.#reception.settle();
        this.#tellState();
      },
      lost: () => this.#lose(way),
    });
  }

  #lose(way) {
    const attempts = way === "up" ? this.#publishing : this.#receiving;
    this.#quiet[way] = null;
    attempts.lost();
    this.#tellState();
  }

  #tellState() {
    const state = this.state;
    if (state === this.#state) return;
    this.#state = state;
    if (state) this.#told.state(state);
  }

  #tellHave() {
    if (!this.#isSeated || this.#isTelling || !this.#isStale) return;
    this.#isStale = false;
    this.#said = message.have(this.#have);
    this.#say(this.#said);
    this.#isTelling = true;
    this.#callOffTelling = this.#clock.after(TOLD_MS, () => {
      this.#isTelling = false;
      this.#tellHave();
    });
  }
}
