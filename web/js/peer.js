/** A connection that says "disconnected" may recover; after this long it is given up. */
const disconnectedGrace = 1000;

/** Why there can be no picture in this browser, or null when there can. */
export function missingSupport() {
  if (!('RTCPeerConnection' in globalThis)) return 'This browser has no WebRTC, or it is switched off.';
  if (!('WebSocket' in globalThis)) return 'This browser has no WebSocket.';
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.('video')?.codecs;
  if (codecs && !codecs.some(({ mimeType }) => /^video\/(h264|vp8)$/i.test(mimeType))) {
    return 'This browser decodes neither H.264 nor VP8 over WebRTC.';
  }
  return null;
}

/**
 * One media connection, from offer to end; it is never renegotiated. The offer goes out without candidates: the server
 * is ICE-lite, so its answer carries all that is needed, and it learns this side's address from the first connectivity
 * check.
 *
 * Events: `stream` (`detail` is the MediaStream), `lost` (the connection failed or was ended by the other side).
 */
export class Peer extends EventTarget {
  /** Resolves with the offer's SDP. */
  offer;
  startedAt = performance.now();

  #connection;
  #local = null;
  #timer = 0;
  #closed = false;

  constructor() {
    super();
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#connection = connection;
    const transceiver = connection.addTransceiver('video', { direction: 'recvonly' });
    if ('jitterBufferTarget' in transceiver.receiver) transceiver.receiver.jitterBufferTarget = 0;
    connection.ontrack = ({ track, streams }) => {
      const stream = streams[0] ?? new MediaStream([track]);
      this.dispatchEvent(new CustomEvent('stream', { detail: stream }));
    };
    connection.onconnectionstatechange = () => this.#observe();
    this.offer = this.#makeOffer();
  }

  async #makeOffer() {
    const offer = await this.#connection.createOffer();
    // Not awaited by who sends the offer: the server's answer takes longer than this.
    this.#local = this.#connection.setLocalDescription(offer);
    this.#local.catch(() => this.#lost());
    return offer.sdp;
  }

  /** Takes the server's answer. Throws what `setRemoteDescription` throws. */
  async accept(sdp) {
    await this.#local;
    if (!this.#closed) await this.#connection.setRemoteDescription({ type: 'answer', sdp });
  }

  /** @returns {Promise<RTCStatsReport | null>} */
  async statistics() {
    return this.#closed ? null : this.#connection.getStats();
  }

  get connectionState() {
    return this.#connection.connectionState;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#connection.onconnectionstatechange = this.#connection.ontrack = null;
    this.#connection.close();
  }

  #observe() {
    clearTimeout(this.#timer);
    switch (this.#connection.connectionState) {
      case 'disconnected':
        this.#timer = setTimeout(() => this.#lost(), disconnectedGrace);
        break;
      case 'failed':
      case 'closed':
        this.#lost();
        break;
    }
  }

  #lost() {
    if (!this.#closed) this.dispatchEvent(new Event('lost'));
  }
}
