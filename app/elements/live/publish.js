// The connection that sends: a voice, a camera in three sizes and a screen, whose places are made once. What is put
// in them, and what of it is sent, changes without a word to the server.
// Knows neither where tracks come from nor who watches.

/** The camera's sizes, smallest first, with the longer side of the picture in each. */
export const SIZES = [
  { rid: "l", asked: "low", side: 160, maxBitrate: 100_000, maxFramerate: 15 },
  { rid: "m", asked: "mid", side: 320, maxBitrate: 250_000, maxFramerate: 15 },
  { rid: "h", asked: "high", side: 640, maxBitrate: 600_000, maxFramerate: 25 },
];

/** What a browser sends that cannot send several sizes: the server takes it for the middle one. */
const ONLY_SIZE = SIZES[1];

/** A screen is read: sharp, and seldom anew. */
const SCREEN = { maxBitrate: 1_500_000, maxFramerate: 10 };

/** Over a weak line the voice goes first. */
const VOICE = { maxBitrate: 32_000, priority: "high" };

/** Nobody is known to watch until the server says so; a voice it has to hear to know whether it is loud. */
const AT_FIRST = { low: false, mid: false, high: false, screen: false, sound: true };

/** Two in a picture of that size what becomes one; a camera smaller than the size stays as it is. */
export function scale(side, settings) {
  const longer = Math.max(settings?.width ?? 0, settings?.height ?? 0) || SIZES[2].side;
  return Math.max(1, longer / side);
}

/** The parameters of each of the camera's encodings. */
export function cameraEncodings(encodings, sending, settings) {
  const sizeOf = (encoding) => SIZES.find(({ rid }) => rid === encoding.rid);
  return encodings.map((encoding) => {
    const size = sizeOf(encoding) ?? ONLY_SIZE;
    const isAsked = sizeOf(encoding) ? sending[size.asked] : sending.low || sending.mid || sending.high;
    return { ...encoding, ...sizeParameters(size, settings), active: Boolean(isAsked) };
  });
}

function sizeParameters({ side, maxBitrate, maxFramerate }, settings) {
  return { maxBitrate, maxFramerate, scaleResolutionDownBy: scale(side, settings) };
}

export class Publication {
  #connection;
  #voice;
  #camera;
  #screen;
  #sending = AT_FIRST;
  #tracks = { camera: null, microphone: null, screen: null };
  #isAnswered = false;
  #turn = Promise.resolve();

  /** @param codecs the browser's codecs of pictures, or null where it lets nobody choose. */
  constructor(connection, codecs = null) {
    this.#connection = connection;
    const sendEncodings = SIZES.map((size) => ({ rid: size.rid, active: true, ...sizeParameters(size) }));
    this.#voice = connection.addTransceiver("audio", { direction: "sendonly" });
    this.#camera = add(connection, sendEncodings);
    this.#screen = add(connection, [SCREEN]);
    for (const pictures of [this.#camera, this.#screen]) prefer(pictures, codecs);
  }

  get connection() {
    return this.#connection;
  }

  async offer() {
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return withSoundRepeats(this.#connection.localDescription.sdp);
  }

  /** Whether the answer was waited for. */
  async answer(sdp) {
    if (this.#connection.signalingState !== "have-local-offer") return false;
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
    this.#isAnswered = true;
    await this.#apply();
    return true;
  }

  /** Puts tracks in their places; null takes one away. */
  put({ camera, microphone, screen }) {
    this.#tracks = { camera, microphone, screen };
    return this.#apply();
  }

  /** Sends what the server asks for, and no more. */
  send(sending) {
    this.#sending = { ...AT_FIRST, ...sending };
    return this.#apply();
  }

  close() {
    this.#connection.close();
  }

  /** One after the other: parameters that were read before another change are refused by the browser. */
  #apply() {
    this.#turn = this.#turn.then(() => this.#settle()).catch(() => {});
    return this.#turn;
  }

  async #settle() {
    const { camera, microphone, screen } = this.#tracks;
    const sending = this.#sending;
    await replace(this.#camera.sender, camera);
    await replace(this.#voice.sender, microphone);
    await replace(this.#screen.sender, screen);
    if (!this.#isAnswered) return;
    await change(this.#camera.sender, (encodings) => cameraEncodings(encodings, sending, camera?.getSettings()));
    await change(this.#screen.sender, ([only]) => [{ ...only, ...SCREEN, active: sending.screen }]);
    const isHeard = sending.sound && Boolean(microphone?.enabled);
    await change(this.#voice.sender, ([only]) => [{ ...only, ...VOICE, active: isHeard }]);
  }
}

/**
 * Says that sound is sent again when it is asked for. Browsers that count arrivals of sound can, once the answer asks for
 * it, and do not say so by themselves.
 */
export function withSoundRepeats(sdp) {
  const sections = sdp.split(/^(?=m=)/m);
  return sections.map((section) => (section.startsWith("m=audio") ? withRepeats(section) : section)).join("");
}

function withRepeats(section) {
  const opus = /^a=rtpmap:(\d+) opus\/48000\/2/im.exec(section)?.[1];
  const counted = opus && section.match(new RegExp(`^a=rtcp-fb:${opus} transport-cc\r?\n`, "m"))?.[0];
  if (!counted || new RegExp(`^a=rtcp-fb:${opus} nack\r?$`, "m").test(section)) return section;
  return section.replace(counted, `${counted}a=rtcp-fb:${opus} nack\r\n`);
}

/** A browser that knows nothing of several sizes may refuse them. */
function add(connection, sendEncodings) {
  try {
    return connection.addTransceiver("video", { direction: "sendonly", sendEncodings });
  } catch {
    return connection.addTransceiver("video", { direction: "sendonly" });
  }
}

function prefer(transceiver, codecs) {
  const wanted = codecs?.filter(({ mimeType }) => /^video\/(vp8|rtx)$/i.test(mimeType)) ?? [];
  if (!transceiver.setCodecPreferences || !wanted.some(({ mimeType }) => /vp8/i.test(mimeType))) return;
  try {
    transceiver.setCodecPreferences(wanted);
  } catch {
    // The server picks VP8 out of a longer list as well.
  }
}

async function replace(sender, track) {
  if (sender.track !== track) await sender.replaceTrack(track);
}

/** Nothing is told to the encoder that it knows: each change may cost it a whole picture. */
async function change(sender, next) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) return;
  const encodings = next(parameters.encodings);
  const isSame = encodings.every((encoding, place) =>
    Object.entries(encoding).every(([name, value]) => parameters.encodings[place][name] === value),
  );
  if (!isSame) await sender.setParameters({ ...parameters, encodings });
}
