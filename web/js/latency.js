/** How many round trips the clock remembers: old ones leave, so that a drifting clock is followed. */
const clockSamples = 32;
/** Two offsets that are further apart than their round trips explain, and this: a clock was set. Milliseconds. */
const clockTolerance = 100;
const latencySamples = 300;
const framesRemembered = 256;

/**
 * The offset between this page's clock and the server's wall clock, from ping and pong.
 * The sample of the shortest round trip counts, because its error is at most half of that round trip. When the server's
 * clock is set, as a machine without a battery for it does minutes after its start, what was known before is forgotten.
 */
export class ServerClock {
  #samples = [];

  /** Milliseconds of the shortest round trip lately, or null. */
  roundTrip = null;
  /** What to add to `performance.timeOrigin + performance.now()` to have the server's Unix milliseconds, or null. */
  offset = null;
  /** How often the server's clock was set. */
  sets = 0;

  /**
   * @param {number} sentAt and
   * @param {number} receivedAt as `performance.now()`
   * @param {number} serverTime Unix milliseconds in between
   */
  add(sentAt, receivedAt, serverTime) {
    if (!Number.isFinite(serverTime)) return;
    const roundTrip = receivedAt - sentAt;
    const offset = serverTime + roundTrip / 2 - (performance.timeOrigin + receivedAt);
    const explained = (roundTrip + this.roundTrip) / 2 + clockTolerance;
    if (this.offset !== null && Math.abs(offset - this.offset) > explained) {
      this.#samples.length = 0;
      this.sets += 1;
    }
    this.#samples.push({ roundTrip, offset });
    if (this.#samples.length > clockSamples) this.#samples.shift();
    const best = this.#samples.reduce((a, b) => (b.roundTrip < a.roundTrip ? b : a));
    this.roundTrip = best.roundTrip;
    this.offset = best.offset;
  }
}

/** The distance from RTP timestamp `b` to `a` in 90 kHz ticks, across the 32-bit wrap (RFC 3550 section 5.1). */
export function ticksSince(a, b) {
  return (a - b) | 0;
}

/**
 * How old a frame is when it is presented: from the moment at which it left the encoder to the moment at which the
 * browser handed it to the screen. It also remembers the last frames, so that a frame can be found by its RTP
 * timestamp.
 */
export class FrameLatency {
  /** Milliseconds, the newest last; bounded. */
  samples = [];

  #clock;
  #clockSets = 0;
  #frames = [];

  /** @param {ServerClock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * What the server says of its latest frames: pairs of an RTP timestamp and the moment at which that frame left the
   * encoder (Unix milliseconds of the server's clock). A frame that was presented gives a sample, exactly its own.
   */
  tie(pairs) {
    if (!Array.isArray(pairs) || this.#clock.offset === null) return;
    if (this.#clockSets !== this.#clock.sets) {
      // Some of them were made of the new clock and the old offset.
      this.#clockSets = this.#clock.sets;
      this.samples.length = 0;
    }
    const presentedAt = new Map(this.#frames.map((frame) => [frame.rtpTimestamp, frame.presentedAt]));
    for (const [rtpTimestamp, leftAt] of pairs) {
      const presented = presentedAt.get(rtpTimestamp);
      if (presented === undefined || !Number.isFinite(leftAt)) continue;
      this.samples.push(performance.timeOrigin + presented + this.#clock.offset - leftAt);
    }
    if (this.samples.length > latencySamples) this.samples.splice(0, this.samples.length - latencySamples);
  }

  /** Another time line begins (a new connection has a new timestamp offset). */
  reset() {
    this.#frames.length = 0;
  }

  /** Notes one presented frame; both times as `performance.now()`. */
  present(rtpTimestamp, presentedAt) {
    if (rtpTimestamp === undefined) return;
    this.#frames.push({ rtpTimestamp, presentedAt });
    if (this.#frames.length > framesRemembered) this.#frames.shift();
  }

  /** When the first frame at or after `rtpTimestamp` was presented, or null when none was yet. */
  presentationOf(rtpTimestamp) {
    const frame = this.#frames.find((frame) => ticksSince(frame.rtpTimestamp, rtpTimestamp) >= 0);
    return frame ? frame.presentedAt : null;
  }

  /** The median of the last second or so, in milliseconds, or null. */
  get median() {
    const recent = this.samples.slice(-31).sort((a, b) => a - b);
    return recent.length ? recent[recent.length >> 1] : null;
  }
}
