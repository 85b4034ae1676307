import { FreezeWatch, inboundVideo } from './freeze.js';
import { Peer } from './peer.js';

/** How long a join may take until its first frame; each try in a row gets more, up to the last. */
const joinLimits = [4000, 5000, 7000, 10000];
/** When to ask again for a place that was taken. */
const fullWait = 4000;
/** When to offer again after the server could not answer an offer. */
const offerWait = 1000;

/**
 * The media connection: joins, and joins again for as long as the page is there. A new connection is made beside the
 * old one, whose last picture stays until the new one has a frame.
 *
 * `connection` is
 * - `connecting`: the first join is under way and nothing was seen yet,
 * - `playing`: a media connection delivers frames,
 * - `rejoining`: the server is there and a new media connection is being made (`reason` says why),
 * - `away`: the server does not answer,
 * - `full`: the server has no place for another viewer; asked again by and by,
 * - `unsupported`: this browser cannot show the picture (`reason` is the sentence),
 * - `refused`: the server closed the door on this page; only a person tries again.
 *
 * Events: `change`, after anything in it changed.
 */
export class Media extends EventTarget {
  connection = 'connecting';
  reason = null;
  /** True while the browser refuses to play without a gesture. */
  needsGesture = false;
  /** True when frames came to the last try to join and none of them was decoded. */
  cannotDecode = false;
  codec = null;
  /** As `performance.now()`; null before. */
  firstFrameAt = null;
  counts = { joins: 0, freezes: 0, losses: 0, reconnects: 0 };

  #signalling;
  #picture;
  /** The connection whose picture is in front, of the same shape as `#joining`. */
  #shown = null;
  /** The one that is being made: { peer, stream, offerID, startedAt }. */
  #joining = null;
  #tries = 0;
  #timer = 0;
  #freeze = new FreezeWatch();

  /**
   * @param {import('./signalling.js').Signalling} signalling
   * @param {import('./picture.js').Picture} picture
   */
  constructor(signalling, picture) {
    super();
    this.#signalling = signalling;
    this.#picture = picture;
    picture.addEventListener('frame', ({ detail }) => (this.firstFrameAt ??= detail.presentedAt));
    picture.addEventListener('shown', ({ detail }) => this.#streamShown(detail));
    picture.addEventListener('refused', () => this.#update({ needsGesture: true }));
  }

  /** The shown connection's numbers, or null. */
  async statistics() {
    return (await this.#shown?.peer.statistics()) ?? null;
  }

  /** True when joins keep failing although the server answers. */
  get isBlocked() {
    return this.#tries >= 2;
  }

  /** Makes the offer while the WebSocket is still opening. */
  prepare() {
    this.#drop();
    this.#join();
  }

  /** The server is there: offers. */
  begin() {
    if (this.connection === 'away') {
      this.counts.reconnects += 1;
      this.#update({ connection: this.#joiningState, reason: 'returned' });
    }
    if (this.#joining) this.#joining.startedAt = performance.now();
    else this.#join();
    this.#offer();
  }

  /** The server does not answer any more. */
  serverAway() {
    this.#drop();
    clearTimeout(this.#timer);
    if (this.connection !== 'refused') this.#update({ connection: 'away' });
  }

  /** The server's answer to the offer that is out. */
  async answered({ sdp, codec }) {
    const joining = this.#joining;
    this.codec = typeof codec === 'string' ? codec : null;
    if (this.connection === 'full') this.#update({ connection: this.#joiningState, reason: null });
    try {
      await joining.peer.accept(sdp);
    } catch (error) {
      if (joining === this.#joining) this.offerFailed({ code: 'badAnswer', message: error.message });
    }
  }

  /** Whether a message of that id answers the offer that is out. */
  hasOffered(id) {
    return this.#joining !== null && this.#joining.offerID !== null && this.#joining.offerID === id;
  }

  offerFailed({ code, message }) {
    this.#drop();
    switch (code) {
      case 'noCommonCodec':
        this.#update({ connection: 'unsupported', reason: String(message ?? '') });
        break;
      case 'viewerLimit':
      case 'encoderLimit':
        this.#waitForPlace(String(message ?? ''));
        break;
      default:
        this.#update({ connection: this.#joiningState, reason: String(message ?? code) });
        this.#timer = setTimeout(() => this.rejoin('error'), offerWait);
    }
  }

  /** The place went to somebody else. */
  crowdedOut() {
    this.#drop();
    this.#waitForPlace('Others have come who watch on fewer screens.');
  }

  /** The server lost the connection. */
  lost() {
    // With a new connection under way it can only be the old one that is meant.
    if (this.#joining) return;
    this.counts.losses += 1;
    this.rejoin('lost');
  }

  /** The server says that it ends. */
  shutDown() {
    this.#update({ reason: 'shutdown' });
  }

  /** The server closed the door. */
  refused(reason) {
    this.#update({ connection: 'refused', reason });
  }

  /** This browser cannot show the picture; `reason` is the sentence. */
  unsupported(reason) {
    this.#update({ connection: 'unsupported', reason });
  }

  /** Tries again after `refused`, `unsupported` or `full`. */
  retry() {
    this.#tries = 0;
    if (this.#signalling.isOpen) return this.rejoin('asked');
    this.#update({ connection: this.firstFrameAt === null ? 'connecting' : 'away' });
    this.#signalling.open();
  }

  /** Plays, from within a gesture. */
  playByGesture() {
    this.#update({ needsGesture: false });
    this.#picture.play();
  }

  rejoin(reason) {
    clearTimeout(this.#timer);
    this.#drop();
    if (!this.#signalling.isOpen) return;
    // Whoever waits for a place waits until the answer says otherwise.
    if (reason !== 'full') this.#update({ connection: this.#joiningState, reason });
    this.#join();
    this.#offer();
  }

  /** Looks whether what should move does; to be called a few times a second. */
  watch(now, isPaused) {
    if (this.needsGesture || document.hidden || !this.#signalling.isOpen) return;
    const joining = this.#joining;
    if (joining) {
      const limit = joinLimits[Math.min(this.#tries, joinLimits.length - 1)];
      if (joining.offerID !== null && now - joining.startedAt > limit) this.#giveUp(joining);
    } else if (this.connection === 'playing' && !isPaused) {
      this.#watchFreeze(now - this.#picture.lastFrameAt);
    }
  }

  /** After a pause or a hidden tab the clock of the freeze watch starts anew. */
  forgiveSilence() {
    this.#picture.lastFrameAt = performance.now();
    if (this.#joining) this.#joining.startedAt = performance.now();
  }

  get #joiningState() {
    return this.firstFrameAt === null ? 'connecting' : 'rejoining';
  }

  #waitForPlace(reason) {
    this.#update({ connection: 'full', reason });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.rejoin('full'), fullWait);
  }

  #join() {
    let peer;
    try {
      peer = new Peer();
    } catch (error) {
      return this.unsupported(String(error.message));
    }
    const joining = { peer, stream: null, offerID: null, startedAt: performance.now() };
    this.#joining = joining;
    this.counts.joins += 1;
    peer.addEventListener('stream', ({ detail }) => {
      joining.stream = detail;
      this.#picture.attach(detail);
    });
    peer.addEventListener('lost', () => {
      if (this.connection === 'full' || (this.#joining !== joining && this.#shown !== joining)) return;
      this.counts.losses += 1;
      // A lost picture is replaced only when nothing newer is on its way.
      if (this.#joining === joining || !this.#joining) this.rejoin('lost');
    });
  }

  async #offer() {
    const joining = this.#joining;
    if (!joining || joining.offerID !== null) return;
    let sdp;
    try {
      sdp = await joining.peer.offer;
    } catch (error) {
      return this.unsupported(String(error.message));
    }
    if (joining !== this.#joining || !this.#signalling.isOpen) return;
    joining.offerID = this.#signalling.newID();
    this.#signalling.send({ type: 'offer', id: joining.offerID, sdp });
  }

  #drop() {
    if (!this.#joining) return;
    this.#picture.detachPending();
    this.#joining.peer.close();
    this.#joining = null;
  }

  #streamShown(stream) {
    if (this.#joining?.stream !== stream) return;
    this.#shown?.peer.close();
    this.#shown = this.#joining;
    this.#joining = null;
    this.#tries = 0;
    this.#update({ connection: 'playing', reason: null, needsGesture: false, cannotDecode: false });
  }

  /** Joins again, and remembers whether it was for lack of frames or of a decoder. */
  async #giveUp(joining) {
    joining.startedAt = Infinity;
    const inbound = await inboundVideo(joining.peer);
    if (joining !== this.#joining) return;
    this.#tries += 1;
    this.cannotDecode = inbound?.framesReceived > 0 && inbound.framesDecoded === 0;
    this.rejoin('noPicture');
  }

  async #watchFreeze(silence) {
    const shown = this.#shown;
    const finding = await this.#freeze.look(silence, shown.peer);
    if (shown !== this.#shown || this.#joining || this.connection !== 'playing') return;
    if (finding === 'decoding') this.#picture.lastFrameAt = performance.now();
    if (finding !== 'frozen') return;
    this.counts.freezes += 1;
    this.rejoin('frozen');
  }

  #update(values) {
    Object.assign(this, values);
    this.dispatchEvent(new Event('change'));
  }
}
