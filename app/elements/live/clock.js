// Time as the element's parts see it, so that tests can turn it by hand.

export const realClock = {
  now: () => performance.now(),
  /** Calls `act` once; what is returned calls it off. */
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};
