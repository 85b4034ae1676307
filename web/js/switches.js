const remembered = 500;

/**
 * The preset switches of this page, from the wish over the server's word to the first frame.
 *
 * An entry is { id, at, preset, scope, changedAt, rtpTimestamp, presentedAt }, its times as `performance.now()`; `at`
 * is null for a switch that somebody else asked for.
 */
export class Switches {
  /** The oldest first; bounded. */
  entries = [];

  #latency;

  /** @param {import('./latency.js').FrameLatency} latency knows when a frame was presented. */
  constructor(latency) {
    this.#latency = latency;
  }

  /** A wish was sent. */
  ask(id, at, preset, scope) {
    this.#add({ id, at, preset, scope });
  }

  /** The server has switched this viewer's stream: a `preset/changed`. */
  changed({ id, preset, scope, rtpTimestamp }) {
    const isMeant = (entry) =>
      id === undefined ? entry.changedAt === null && entry.preset === preset && entry.scope === scope : entry.id === id;
    const entry = this.entries.findLast(isMeant) ?? this.#add({ at: null, preset, scope });
    entry.preset = preset;
    entry.changedAt = performance.now();
    if (!Number.isInteger(rtpTimestamp)) return;
    entry.rtpTimestamp = rtpTimestamp;
    // The frame may have overtaken this message.
    entry.presentedAt = this.#latency.presentationOf(rtpTimestamp);
  }

  /** The server has done what a wish asked for, and this viewer's own stream had no part in it. */
  done(id) {
    const entry = this.entries.findLast((entry) => entry.id === id);
    if (entry) entry.changedAt = performance.now();
  }

  /** A frame was presented; only the newest switches can be waiting for theirs. */
  framePresented() {
    for (const entry of this.entries.slice(-4)) {
      if (entry.rtpTimestamp !== null && entry.presentedAt === null) {
        entry.presentedAt = this.#latency.presentationOf(entry.rtpTimestamp);
      }
    }
  }

  #add(values) {
    const entry = { ...values, changedAt: null, rtpTimestamp: null, presentedAt: null };
    this.entries.push(entry);
    if (this.entries.length > remembered) this.entries.shift();
    return entry;
  }
}
