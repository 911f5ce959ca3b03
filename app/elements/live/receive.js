// The connection that receives: its tracks by the names of their places. A new one takes over from the old place by
// place as its pictures come, so that nobody sees black meanwhile.
// Knows neither who is behind a track nor where it is shown.

/** A place into which nothing comes on the new connection is given over then: nobody is there. */
export const HANDOVER_MS = 2_000;

export class Reception {
  #connect;
  #clock;
  #changed;
  #newest = null;
  #old = null;
  #tracks = new Map();
  #callOff = () => {};

  /** @param changed called whenever a place has another track. */
  constructor({ connect, clock, changed }) {
    this.#connect = connect;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Track by place. */
  get tracks() {
    return this.#tracks;
  }

  get connection() {
    return this.#newest;
  }

  /** True after a lost connection until the new one has brought something; the page still shows the last picture of the old one. */
  get isHandingOver() {
    return this.#old !== null && !tracksOf(this.#newest).some(([, track]) => !track.muted);
  }

  /** Takes the server's offer; gives the answer, or null when a newer offer has come meanwhile. */
  async take(sdp, made) {
    const connection = this.#connect();
    made(connection);
    this.#callOff();
    // Of three in a row the middle one never showed anything.
    if (this.#old) this.#newest?.close();
    else this.#old = this.#newest;
    this.#newest = connection;
    try {
      await connection.setRemoteDescription({ type: "offer", sdp });
      this.#hand(connection);
      await connection.setLocalDescription(await connection.createAnswer());
    } catch (failure) {
      if (this.#newest === connection) throw failure;
      return null;
    }
    return this.#newest === connection ? connection.localDescription.sdp : null;
  }

  /** The newest connection is up: what has not come yet is waited for a little longer. */
  settle() {
    if (!this.#old) return;
    this.#callOff();
    this.#callOff = this.#clock.after(HANDOVER_MS, () => {
      for (const [mid, track] of tracksOf(this.#newest)) this.#tracks.set(mid, track);
      this.#drop();
      this.#changed();
    });
  }

  close() {
    this.#callOff();
    this.#drop();
    this.#newest?.close();
    this.#newest = null;
    this.#tracks = new Map();
    this.#changed();
  }

  #hand(connection) {
    for (const [mid, track] of tracksOf(connection)) {
      if (!this.#tracks.has(mid) || !track.muted) {
        this.#tracks.set(mid, track);
        continue;
      }
      track.addEventListener(
        "unmute",
        () => {
          if (this.#newest !== connection || this.#tracks.get(mid) === track) return;
          this.#tracks.set(mid, track);
          this.#changed();
        },
        { once: true },
      );
    }
    this.#changed();
  }

  #drop() {
    this.#old?.close();
    this.#old = null;
  }
}

function tracksOf(connection) {
  const places = connection.getTransceivers().filter(({ mid }) => mid !== null);
  return places.map(({ mid, receiver }) => [mid, receiver.track]);
}
