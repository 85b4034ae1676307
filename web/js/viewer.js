import { Choice } from './choice.js';
import { FrameLatency } from './latency.js';
import { Media } from './media.js';
import { Memory } from './memory.js';
import { tokenFor } from './operator.js';
import { Programme } from './programme.js';
import { Switches } from './switches.js';

const watchInterval = 250;

/**
 * One person's view: what the server says goes to the programme, the choice and the media connection, and what a person
 * asks for goes to the server.
 *
 * Event: `change`, after anything in it changed (several changes of one task make one event); `failure` (`detail` is
 * the server's error message) for what a person should be told once.
 */
export class Viewer extends EventTarget {
  programme = new Programme();
  role = 'viewer';
  health = null;
  /** Why the PIN that was given last did not open the remote, in a sentence; null when it did, or none was given. */
  pinRefused = null;
  /** As `performance.now()`. */
  startedAt = performance.now();
  switches;
  latency;

  #signalling;
  #choice;
  #media;
  #memory = new Memory();
  #changed = false;

  /**
   * @param {import('./signalling.js').Signalling} signalling
   * @param {import('./picture.js').Picture} picture
   * @param {URLSearchParams} query `preset=N` opens the page on that preset.
   */
  constructor(signalling, picture, query) {
    super();
    this.#signalling = signalling;
    this.latency = new FrameLatency(signalling.clock);
    this.switches = new Switches(this.latency);
    this.#choice = new Choice(signalling, this.programme, this.switches, this.#memory, query);
    this.#media = new Media(signalling, picture);
    this.#media.addEventListener('change', () => this.#update());

    signalling.addEventListener('connecting', () => this.#media.prepare());
    signalling.addEventListener('open', () => this.#greet());
    signalling.addEventListener('close', () => this.#serverAway());
    signalling.addEventListener('message', ({ detail }) => this.#receive(detail));
    picture.addEventListener('frame', ({ detail }) => this.#framePresented(detail));
    document.addEventListener('visibilitychange', () => this.#media.forgiveSilence());
    setInterval(() => this.#watch(), watchInterval);
  }

  get isOperator() {
    return this.role === 'operator';
  }

  // What is shown (see Choice)

  get preset() {
    return this.#choice.preset;
  }

  get wanted() {
    return this.#choice.wanted;
  }

  get following() {
    return this.#choice.following;
  }

  get pending() {
    return this.#choice.pending;
  }

  // The media connection (see Media)

  get connection() {
    return this.#media.connection;
  }

  get reason() {
    return this.#media.reason;
  }

  get needsGesture() {
    return this.#media.needsGesture;
  }

  get cannotDecode() {
    return this.#media.cannotDecode;
  }

  get isBlocked() {
    return this.#media.isBlocked;
  }

  get codec() {
    return this.#media.codec;
  }

  get firstFrameAt() {
    return this.#media.firstFrameAt;
  }

  get counts() {
    return this.#media.counts;
  }

  /** The shown media connection's numbers, or null. */
  statistics() {
    return this.#media.statistics();
  }

  // What a person asks for

  /** Looks out of preset `number`; scope `me`, or `programme` for everyone who follows. */
  goto(number, scope = 'me') {
    this.#choice.goto(number, scope);
    this.#update();
  }

  /** Goes back to following the programme. */
  follow() {
    this.#choice.follow();
    this.#update();
  }

  /** Stays on what is shown now, whatever the programme does. */
  unfollow() {
    this.#choice.unfollow();
    this.#update();
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
    this.#media.playByGesture();
  }

  /** Tries again after `refused`, `unsupported` or `full`. */
  retry() {
    this.#media.retry();
  }

  /** This browser cannot show the picture; `reason` is the sentence. */
  unsupported(reason) {
    this.#media.unsupported(reason);
  }

  // Signalling

  #greet() {
    const { token } = this.#memory;
    const message = { type: 'hello', id: this.#signalling.newID(), version: 1, ...this.#choice.wish };
    if (token) message.token = token;
    this.#signalling.send(message);
    this.programme.rev = null;
    this.#media.begin();
  }

  #serverAway() {
    if (this.connection !== 'refused') {
      this.#choice.pending = null;
      this.#update({ role: 'viewer', health: null });
    }
    this.#media.serverAway();
  }

  #receive(message) {
    switch (message.type) {
      case 'welcome':
        this.#welcome(message);
        break;
      case 'state':
      case 'item/changed':
        this.programme.apply(message);
        this.#media.forgiveSilence();
        break;
      case 'patch':
        this.#patch(message);
        break;
      case 'answer':
        this.#answered(message);
        break;
      case 'preset/changed':
        this.#choice.changed(message);
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
    this.#choice.take({ preset: message.preset, following: message.following });
  }

  #patch(message) {
    const isResumed = this.programme.isPaused && message.item && message.item.paused !== true;
    if (isResumed) this.#media.forgiveSilence();
    if (!this.programme.apply(message)) {
      this.programme.rev = null;
      this.#signalling.send({ type: 'hello', id: this.#signalling.newID(), version: 1 });
    }
    this.#choice.programmeChanged();
  }

  #answered(message) {
    if (!this.#media.hasOffered(message.id)) return;
    this.#choice.take(message);
    this.latency.reset();
    this.#media.answered(message);
  }

  #failed(message) {
    this.#choice.refused(message.id);
    if (message.code === 'unknownToken') return void (this.#memory.token = null);
    if (this.#media.hasOffered(message.id)) return this.#media.offerFailed(message);
    if (message.code !== 'notJoined') this.dispatchEvent(new CustomEvent('failure', { detail: message }));
  }

  #farewell({ reason }) {
    switch (reason) {
      case 'crowdedOut':
        return this.#media.crowdedOut();
      case 'mediaLost':
        return this.#media.lost();
      case 'kicked':
        this.#media.refused('kicked');
        return this.#signalling.end();
      default:
        this.#media.shutDown();
    }
  }

  #framePresented({ presentedAt, rtpTimestamp }) {
    this.latency.present(rtpTimestamp, presentedAt);
    this.switches.framePresented();
  }

  #watch() {
    const now = performance.now();
    if (this.#choice.expire(now)) this.#update();
    this.#media.watch(now, this.programme.isPaused);
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
