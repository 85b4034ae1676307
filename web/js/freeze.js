/** No new frame for this long while the programme plays: the picture is frozen. Milliseconds. */
const limit = 2000;
/** After this much silence the decoder is asked how far it is, to compare with when the limit is reached. */
const noticed = 1000;

/**
 * Tells a frozen picture from one that the browser merely does not present (an occluded window): in the latter the
 * decoder goes on.
 */
export class FreezeWatch {
  #decodedBefore = null;
  #isAsking = false;

  /**
   * Looks once; call it a few times a second while the picture should move.
   *
   * @param {number} silence milliseconds since the last frame
   * @param {import('./peer.js').Peer} peer whose picture it is
   * @returns {Promise<'moving' | 'decoding' | 'unknown' | 'frozen'>} `decoding`: frames come, but are not presented.
   */
  async look(silence, peer) {
    if (silence <= noticed) {
      this.#decodedBefore = null;
      return 'moving';
    }
    if (this.#isAsking || (this.#decodedBefore !== null && silence <= limit)) return 'unknown';
    this.#isAsking = true;
    const decoded = (await inboundVideo(peer))?.framesDecoded ?? 0;
    this.#isAsking = false;
    const before = this.#decodedBefore;
    this.#decodedBefore = before === null ? decoded : null;
    if (before === null) return 'unknown';
    return decoded > before ? 'decoding' : 'frozen';
  }
}

/** What a media connection has received of its video, as in `getStats()`; null when nothing is known. */
export async function inboundVideo(peer) {
  for (const entry of (await peer.statistics())?.values() ?? []) {
    if (entry.type === 'inbound-rtp' && entry.kind === 'video') return entry;
  }
  return null;
}
