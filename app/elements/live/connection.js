// One connection to the media server: how it is made and when it counts as up or lost.
// Knows nothing of what flows in it.

/** A connection that its browser doubts comes back by itself within this, or not at all. */
export const DOUBT_MS = 3_000;

/** No other servers: the media server is reached directly, by UDP or TCP. */
export function connect() {
  return new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
}

/** Tells once that a connection is up and once that it is lost; what is returned stops it. */
export function watch(connection, { up, lost, clock }) {
  let isOver = false;
  let callOff = () => {};
  const end = () => {
    isOver = true;
    callOff();
  };
  const lose = () => {
    if (isOver) return;
    end();
    lost();
  };
  const look = () => {
    if (isOver) return;
    callOff();
    callOff = () => {};
    const state = stateOf(connection);
    if (state === "connected") up();
    else if (state === "disconnected") callOff = clock.after(DOUBT_MS, lose);
    else if (state === "failed" || state === "closed") lose();
  };
  connection.addEventListener("connectionstatechange", () => {
    watchHandshake(connection, lose);
    look();
  });
  connection.addEventListener("iceconnectionstatechange", look);
  return end;
}

/** The server's goodbye ends the encryption at once; the connection's own state may not tell it. */
function watchHandshake(connection, lose) {
  const ends = [...connection.getSenders(), ...connection.getReceivers()];
  const transport = ends.find((end) => end.transport)?.transport;
  if (!transport || transport.isWatched) return;
  transport.isWatched = true;
  transport.addEventListener("statechange", () => {
    if (transport.state === "closed" || transport.state === "failed") lose();
  });
}

/** Older browsers know the state of the way alone. */
function stateOf(connection) {
  if (connection.connectionState) return connection.connectionState;
  return connection.iceConnectionState === "completed" ? "connected" : connection.iceConnectionState;
}
