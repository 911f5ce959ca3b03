// The browser's statistics of both connections as a few figures. Knows nothing of why they are asked for.

/** Of one connection's report: the way it takes and what went over it so far. */
export function read(report) {
  const seen = { sent: 0, received: 0, heard: null, rtt: null, may: null, isTcp: false, packets: 0, lost: 0, freezes: 0, far: 0 };
  if (!report) return seen;
  const all = new Map([...report.values()].map((one) => [one.id, one]));
  const pair = pairOf([...all.values()], all);
  if (pair) {
    seen.sent = pair.bytesSent ?? 0;
    seen.received = pair.bytesReceived ?? 0;
    if (typeof pair.responsesReceived === "number") seen.heard = pair.responsesReceived + seen.received;
    if (typeof pair.currentRoundTripTime === "number") seen.rtt = Math.round(pair.currentRoundTripTime * 1000);
    if (typeof pair.availableOutgoingBitrate === "number") seen.may = Math.round(pair.availableOutgoingBitrate);
    seen.isTcp = [pair.localCandidateId, pair.remoteCandidateId].some((id) => all.get(id)?.protocol === "tcp");
  }
  for (const one of all.values()) {
    if (one.type === "inbound-rtp") {
      seen.packets += one.packetsReceived ?? 0;
      seen.lost += Math.max(0, one.packetsLost ?? 0);
      seen.freezes += one.freezeCount ?? 0;
    } else if (one.type === "remote-inbound-rtp") {
      seen.far = Math.max(seen.far, one.fractionLost ?? 0);
    }
  }
  return seen;
}

function pairOf(reports, all) {
  const transport = reports.find((one) => one.type === "transport" && one.selectedCandidatePairId);
  if (transport) return all.get(transport.selectedCandidatePairId);
  const pairs = reports.filter((one) => one.type === "candidate-pair");
  return pairs.find((one) => one.selected) ?? pairs.find((one) => one.nominated && one.state === "succeeded");
}

/** What has changed between two readings of both connections, so many seconds apart. */
export function figures(before, after, seconds) {
  const rate = (now, then) => Math.round((Math.max(0, now - then) * 8) / Math.max(seconds, 0.1));
  const packets = Math.max(0, after.down.packets - before.down.packets);
  const lost = Math.max(0, after.down.lost - before.down.lost);
  const share = packets + lost > 0 ? lost / (packets + lost) : 0;
  return {
    up_bps: rate(after.up.sent, before.up.sent),
    down_bps: rate(after.down.received, before.down.received),
    up_may_bps: after.up.may,
    loss_permille: Math.round(Math.max(share, after.up.far) * 1000),
    rtt_ms: after.down.rtt ?? after.up.rtt,
    is_tcp: after.up.isTcp || after.down.isTcp,
    freezes: Math.max(0, after.down.freezes - before.down.freezes),
  };
}
