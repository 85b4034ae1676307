import { FreezeWatch, inboundVideo } from './freeze.js';
import { FrameLatency } from './latency.js';
import { Memory } from './memory.js';
import { tokenFor } from './operator.js';
import { Peer } from './peer.js';
import { Programme } from './programme.js';
import { Switches } from './switches.js';

/** How long a join may take until its first frame; each try in a row gets more, up to the last. */
const joinLimits = [4000, 5000, 7000, 10000];
/** When to ask again for a place that was taken. */
const fullWait = 4000;
/** When to offer again after the server could not answer an offer. */
const offerWait = 1000;
const watchInterval = 250;
const pendingLimit = 3000;

/**
 * One person's view: signalling, media connection and picture in one state machine.
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
 * Event: `change`, after anything in it changed (several changes of one task make one event); `failure` (`detail` is
 * the server's error message) for what a person should be told once.
 */
export class Viewer extends EventTarget {
  programme = new Programme();
  connection = 'connecting';
  reason = null;
  role = 'viewer';
  preset = null;
  /** The preset that was asked for, while another one is shown for want of an encoder; else null. */
  wanted = null;
  following = true;
  /** The switch that was asked for and has not happened: { preset, scope, at, id }, or null. */
  pending = null;
  /** True while the browser refuses to play without a gesture. */
  needsGesture = false;
  codec = null;
  health = null;
  /** Why the PIN that was given last did not open the remote, in a sentence; null when it did, or none was given. */
  pinRefused = null;
  /** True when frames came to the last try to join and none of them was decoded. */
  cannotDecode = false;

  /** Times as `performance.now()`. */
  startedAt = performance.now();
  firstFrameAt = null;
  switches;
  counts = { joins: 0, freezes: 0, losses: 0, reconnects: 0 };
  latency;

  #signalling;
  #picture;
  /** The media connection whose picture is in front, of the same shape as `#joining`. */
  #shown = null;
  /** The one that is being made: { peer, stream, offerID, startedAt }. */
  #joining = null;
  #tries = 0;
  #joinTimer = 0;
  #memory = new Memory();
  #freeze = new FreezeWatch();
  #kicked = false;
  #changed = false;

  /**
   * @param {import('./signalling.js').Signalling} signalling
   * @param {import('./picture.js').Picture} picture
   * @param {URLSearchParams} query `preset=N` opens the page on that preset.
   */
  constructor(signalling, picture, query) {
    super();
    this.#signalling = signalling;
    this.#picture = picture;
    this.latency = new FrameLatency(signalling.clock);
    this.switches = new Switches(this.latency);
    const memory = this.#memory.values;
    const asked = Number.parseInt(query.get('preset'), 10);
    if (memory.following === undefined && asked >= 0 && asked <= 255) {
      Object.assign(memory, { following: false, preset: asked });
    }
    this.following = memory.following !== false;
    this.preset = this.following ? null : memory.preset;

    signalling.addEventListener('connecting', () => this.#prepare());
    signalling.addEventListener('open', () => this.#greet());
    signalling.addEventListener('close', () => this.#serverAway());
    signalling.addEventListener('message', ({ detail }) => this.#receive(detail));
    picture.addEventListener('frame', ({ detail }) => this.#framePresented(detail));
    picture.addEventListener('shown', ({ detail }) => this.#streamShown(detail));
    picture.addEventListener('refused', () => this.#update({ needsGesture: true }));
    document.addEventListener('visibilitychange', () => this.#forgiveSilence());
    setInterval(() => this.#watch(), watchInterval);
  }

  get isOperator() {
    return this.role === 'operator';
  }

  /** The shown media connection's numbers, or null. */
  async statistics() {
    return (await this.#shown?.peer.statistics()) ?? null;
  }

  // What a person asks for

  /** Looks out of preset `number`; scope `me`, or `programme` for everyone who follows. */
  goto(number, scope = 'me') {
    const id = this.#signalling.newID();
    if (scope === 'me') this.#memory.remember({ following: false, preset: number });
    const at = performance.now();
    if (!this.#signalling.send({ type: 'preset/goto', id, preset: number, scope })) {
      // The wish of one viewer is kept for the next hello; the programme is left alone.
      if (scope === 'me') this.#update({ preset: number, following: false });
      return;
    }
    this.switches.ask(id, at, number, scope);
    this.#update({ pending: { id, at, preset: number, scope } });
  }

  /** Goes back to following the programme. */
  follow() {
    this.#memory.remember({ following: true, preset: undefined });
    const id = this.#signalling.newID();
    const at = performance.now();
    const preset = this.programme.preset;
    if (!this.#signalling.send({ type: 'follow', id })) return this.#update({ following: true });
    this.switches.ask(id, at, preset, 'me');
    this.#update({ pending: preset === this.preset ? null : { id, at, preset, scope: 'me' } });
  }

  /** Stays on what is shown now, whatever the programme does. */
  unfollow() {
    const number = this.preset ?? this.programme.preset;
    if (number !== null) this.goto(number, 'me');
  }

  /** Becomes operator if the PIN is right; `pinRefused` and `role` tell. The PIN is not kept: a token is got for it. */
  async authenticate(pin) {
    this.#update({ pinRefused: null });
    const { token, failure } = await tokenFor(pin);
    if (failure) return this.#update({ pinRefused: failure });
    this.#memory.token = token;
    this.#signalling.send({ type: 'hello', id: this.#signalling.newID(), version: 1, token });
  }

  /** Sends an operator's message, for instance `playlist/next`. */
  operate(message) {
    return this.#signalling.send({ ...message, id: this.#signalling.newID() });
  }

  /** Plays, from within a gesture. */
  playByGesture() {
    this.#update({ needsGesture: false });
    this.#picture.play();
  }

  /** Tries again after `refused`, `unsupported` or `full`. */
  retry() {
    this.#kicked = false;
    this.#tries = 0;
    if (this.#signalling.isOpen) this.#rejoin('asked');
    else {
      this.#update({ connection: this.firstFrameAt === null ? 'connecting' : 'away' });
      this.#signalling.open();
    }
  }

  // Signalling

  /** Makes the offer while the WebSocket is still opening. */
  #prepare() {
    this.#dropJoining();
    this.#join();
  }

  #greet() {
    const { following, preset } = this.#memory.values;
    const { token } = this.#memory;
    const wish = following === false && Number.isInteger(preset) ? { preset } : { follow: true };
    const message = { type: 'hello', id: this.#signalling.newID(), version: 1, ...wish };
    if (token) message.token = token;
    this.#signalling.send(message);
    this.programme.rev = null;
    if (this.connection === 'away') {
      this.counts.reconnects += 1;
      this.#update({ connection: this.firstFrameAt === null ? 'connecting' : 'rejoining', reason: 'returned' });
    }
    if (this.#joining) this.#joining.startedAt = performance.now();
    else this.#join();
    this.#sendOffer();
  }

  #serverAway() {
    this.#dropJoining();
    clearTimeout(this.#joinTimer);
    if (this.#kicked) return;
    this.#update({ connection: 'away', pending: null, role: 'viewer', health: null });
  }

  #receive(message) {
    switch (message.type) {
      case 'welcome':
        this.#welcome(message);
        break;
      case 'state':
      case 'item/changed':
        this.programme.apply(message);
        this.#forgiveSilence();
        break;
      case 'patch':
        this.#forgiveResumption(message);
        if (!this.programme.apply(message)) {
          this.programme.rev = null;
          this.#signalling.send({ type: 'hello', id: this.#signalling.newID(), version: 1 });
        }
        this.#programmeChanged();
        break;
      case 'answer':
        this.#answered(message);
        break;
      case 'preset/changed':
        this.#presetChanged(message);
        break;
      case 'clock':
        this.latency.tie(message.frames);
        break;
      case 'health':
        this.health = message;
        break;
      case 'bye':
        this.#farewell(message);
        break;
      case 'error':
        this.#failed(message);
        break;
    }
    this.#update();
  }

  #welcome(message) {
    this.programme.apply(message);
    this.role = message.role === 'operator' ? 'operator' : 'viewer';
    if (this.isOperator) this.pinRefused = null;
    this.#takePreset(message.preset, message.following);
  }

  #presetChanged(message) {
    this.#takePreset(message.preset, message.following, message.wanted);
    this.switches.changed(message);
    const { pending } = this;
    if (!pending) return;
    const { id, preset, wanted = preset } = message;
    const isMeant = id === undefined ? pending.preset === wanted : pending.id === id;
    if (isMeant) this.pending = null;
  }

  /** An operator who does not follow gets no `preset/changed` for the programme; the patch is the confirmation. */
  #programmeChanged() {
    const { pending } = this;
    if (this.following || pending?.scope !== 'programme' || pending.preset !== this.programme.preset) return;
    this.pending = null;
    this.switches.done(pending.id);
  }

  /** What is remembered over a reload is what was asked for. */
  #takePreset(preset, following, wanted) {
    if (Number.isInteger(preset)) this.preset = preset;
    if (typeof following === 'boolean') this.following = following;
    this.wanted = Number.isInteger(wanted) && wanted !== preset ? wanted : null;
    const asked = this.wanted ?? this.preset;
    this.#memory.remember({ following: this.following, preset: this.following ? undefined : asked });
  }

  #failed(message) {
    if (this.pending && this.pending.id === message.id) this.pending = null;
    if (message.code === 'unknownToken') {
      this.#memory.token = null;
      return;
    }
    if (this.#joining && message.id === this.#joining.offerID) return this.#offerFailed(message);
    if (message.code !== 'notJoined') this.dispatchEvent(new CustomEvent('failure', { detail: message }));
  }

  #offerFailed({ code, message }) {
    this.#dropJoining();
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
        this.#joinTimer = setTimeout(() => this.#rejoin('error'), offerWait);
    }
  }

  #waitForPlace(reason) {
    this.#update({ connection: 'full', reason });
    clearTimeout(this.#joinTimer);
    this.#joinTimer = setTimeout(() => this.#rejoin('full'), fullWait);
  }

  #farewell({ reason }) {
    switch (reason) {
      case 'crowdedOut':
        this.#dropJoining();
        this.#waitForPlace('Others have come who watch on fewer screens.');
        break;
      case 'mediaLost':
        // With a new connection under way it can only be the old one that is meant.
        if (this.#joining) break;
        this.counts.losses += 1;
        this.#rejoin('lost');
        break;
      case 'kicked':
        this.#kicked = true;
        this.#update({ connection: 'refused', reason: 'kicked' });
        this.#signalling.end();
        break;
      default:
        this.#update({ reason: 'shutdown' });
    }
  }

  // Media

  get #joiningState() {
    return this.firstFrameAt === null ? 'connecting' : 'rejoining';
  }

  #join() {
    let peer;
    try {
      peer = new Peer();
    } catch (error) {
      return this.#update({ connection: 'unsupported', reason: String(error.message) });
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
      if (this.#joining === joining || !this.#joining) this.#rejoin('lost');
    });
  }

  async #sendOffer() {
    const joining = this.#joining;
    if (!joining || joining.offerID !== null) return;
    let sdp;
    try {
      sdp = await joining.peer.offer;
    } catch (error) {
      return this.#update({ connection: 'unsupported', reason: String(error.message) });
    }
    if (joining !== this.#joining || !this.#signalling.isOpen) return;
    joining.offerID = this.#signalling.newID();
    this.#signalling.send({ type: 'offer', id: joining.offerID, sdp });
  }

  async #answered(message) {
    const joining = this.#joining;
    if (!joining || message.id !== joining.offerID) return;
    this.codec = typeof message.codec === 'string' ? message.codec : null;
    if (this.connection === 'full') this.#update({ connection: this.#joiningState, reason: null });
    this.#takePreset(message.preset, message.following, message.wanted);
    this.latency.reset();
    try {
      await joining.peer.accept(message.sdp);
    } catch (error) {
      if (joining === this.#joining) this.#offerFailed({ code: 'badAnswer', message: error.message });
    }
  }

  /** A new media connection beside the old one, whose last picture stays until the new one has a frame. */
  #rejoin(reason) {
    clearTimeout(this.#joinTimer);
    this.#dropJoining();
    if (!this.#signalling.isOpen) return;
    // Whoever waits for a place waits until the answer says otherwise.
    if (reason !== 'full') this.#update({ connection: this.#joiningState, reason });
    this.#join();
    this.#sendOffer();
  }

  #dropJoining() {
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

  #framePresented({ presentedAt, rtpTimestamp }) {
    if (this.firstFrameAt === null) this.firstFrameAt = presentedAt;
    this.latency.present(rtpTimestamp, presentedAt);
    this.switches.framePresented();
  }

  /** Looks a few times a second whether what should move does. */
  #watch() {
    const now = performance.now();
    if (this.pending && now - this.pending.at > pendingLimit) this.#update({ pending: null });
    if (this.needsGesture || document.hidden || !this.#signalling.isOpen) return;
    const joining = this.#joining;
    if (joining) {
      const limit = joinLimits[Math.min(this.#tries, joinLimits.length - 1)];
      if (joining.offerID !== null && now - joining.startedAt > limit) this.#giveUp(joining);
    } else if (this.connection === 'playing' && !this.programme.isPaused) {
      this.#watchFreeze(now - this.#picture.lastFrameAt);
    }
  }

  /** Joins again, and remembers whether it was for lack of frames or of a decoder. */
  async #giveUp(joining) {
    joining.startedAt = Infinity;
    const inbound = await inboundVideo(joining.peer);
    if (joining !== this.#joining) return;
    this.#tries += 1;
    this.cannotDecode = inbound?.framesReceived > 0 && inbound.framesDecoded === 0;
    this.#rejoin('noPicture');
  }

  async #watchFreeze(silence) {
    const shown = this.#shown;
    const finding = await this.#freeze.look(silence, shown.peer);
    if (shown !== this.#shown || this.#joining || this.connection !== 'playing') return;
    if (finding === 'decoding') this.#picture.lastFrameAt = performance.now();
    if (finding !== 'frozen') return;
    this.counts.freezes += 1;
    this.#rejoin('frozen');
  }

  /** After a pause or a hidden tab the clock of the freeze watch starts anew. */
  #forgiveSilence() {
    this.#picture.lastFrameAt = performance.now();
    if (this.#joining) this.#joining.startedAt = performance.now();
  }

  #forgiveResumption(message) {
    if (this.programme.isPaused && message.item && message.item.paused !== true) this.#forgiveSilence();
  }

  /** True when joins keep failing although the server answers. */
  get isBlocked() {
    return this.#tries >= 2;
  }

  #update(values) {
    Object.assign(this, values);
    if (this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      this.dispatchEvent(new Event('change'));
    });
  }
}
