import { ServerClock } from './latency.js';

/** Waits between two looks for a server that is away, in milliseconds: quick, so that its return is noticed at once. */
const probeInterval = 300;
/** How long one look may take before the next one starts. */
const probeTimeout = 1500;
/** Waits after a WebSocket that was refused although the server answers HTTP: doubled from the first to the last. */
const refusedWait = { first: 250, last: 2000 };
/** Silence after which an open WebSocket counts as dead. Pings make a living one speak every two seconds. */
const silenceLimit = 6000;
const pingInterval = 2000;
/** The first pings come quickly, because the clock offset is worth as much as its fastest round trip. */
const pingWarmUp = { count: 5, interval: 150 };

/**
 * The signalling channel: a WebSocket of subprotocol `cupola.v1` that comes back by itself.
 *
 * While the server is away it is looked for by `fetch('/healthz')` and not by new WebSockets: browsers delay repeated
 * failing WebSocket connections by seconds, and would find a server late that returned after a minute.
 *
 * Events: `connecting` (an attempt begins), `open`, `message` (`detail` is the parsed object), `close`.
 */
export class Signalling extends EventTarget {
  /** The server's clock as this page sees it. */
  clock = new ServerClock();

  #socket = null;
  #nextID = 1;
  #heardAt = 0;
  #refusals = 0;
  #pings = new Map();
  #pingCount = 0;
  #pingTimer = 0;
  #retryTimer = 0;
  #probe = null;
  #ended = false;
  #url;
  #health;

  /** @param {Location | URL} page the page's own address; the server is where the page came from. */
  constructor(page) {
    super();
    this.#url = new URL('/ws', page.href);
    this.#url.protocol = this.#url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#health = new URL('/healthz', page.href);
    addEventListener('online', () => this.#hurry());
    document.addEventListener('visibilitychange', () => document.hidden || this.#hurry());
    addEventListener('pageshow', (event) => event.persisted && this.#hurry());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Starts an attempt now. */
  open() {
    this.#ended = false;
    if (this.#socket) return;
    clearTimeout(this.#retryTimer);
    let socket;
    try {
      socket = new WebSocket(this.#url, 'cupola.v1');
    } catch {
      return this.#lost();
    }
    this.#socket = socket;
    socket.onopen = () => {
      this.#refusals = 0;
      this.#heardAt = performance.now();
      this.#pingCount = 0;
      this.dispatchEvent(new Event('open'));
      this.#ping();
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = () => socket === this.#socket && this.#lost();
    // After the socket, so that its handshake travels while the offer is being made.
    this.dispatchEvent(new Event('connecting'));
    // A connection attempt into nowhere can hang for minutes.
    setTimeout(() => socket.readyState === WebSocket.CONNECTING && socket === this.#socket && this.#abandon(), 4000);
  }

  /** Closes for good: no further attempts until `open()`. */
  end() {
    this.#ended = true;
    this.#abandon();
  }

  /** A number for a message that wants its answer recognised. */
  newID() {
    return this.#nextID++;
  }

  /**
   * Sends one message.
   * @returns {boolean} false when there is no open connection; nothing is queued, since a stale wish is worse than
   * none.
   */
  send(message) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #receive(data) {
    this.#heardAt = performance.now();
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (typeof message?.type !== 'string') return;
    if (message.type === 'pong') {
      const sentAt = this.#pings.get(message.id);
      this.#pings.delete(message.id);
      if (sentAt !== undefined) this.clock.add(sentAt, this.#heardAt, message.time);
      return;
    }
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  #ping() {
    if (!this.isOpen) return;
    if (performance.now() - this.#heardAt > silenceLimit && !document.hidden) return this.#abandon();
    const id = this.newID();
    if (this.#pings.size > 8) this.#pings.clear();
    this.#pings.set(id, performance.now());
    this.send({ type: 'ping', id });
    this.#pingCount += 1;
    const wait = this.#pingCount < pingWarmUp.count ? pingWarmUp.interval : pingInterval;
    this.#pingTimer = setTimeout(() => this.#ping(), wait);
  }

  /** Gives up the present socket without waiting for its closing handshake. */
  #abandon() {
    const socket = this.#socket;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#lost();
  }

  #lost() {
    this.#socket = null;
    this.#pings.clear();
    clearTimeout(this.#pingTimer);
    this.dispatchEvent(new Event('close'));
    if (this.#ended) return;
    // The first attempt after a loss waits a little; after that only a server that answers HTTP gets another one.
    const wait = Math.min(refusedWait.first * 2 ** this.#refusals, refusedWait.last);
    this.#retryTimer = setTimeout(() => this.#look(), wait);
  }

  /** Looks whether the server is there; opens when it is, looks again when not. */
  async #look() {
    clearTimeout(this.#retryTimer);
    if (this.#probe || this.#socket || this.#ended) return;
    this.#probe = new AbortController();
    const timer = setTimeout(() => this.#probe.abort(), probeTimeout);
    let found = false;
    try {
      await fetch(this.#health, { cache: 'no-store', signal: this.#probe.signal });
      found = true;
    } catch {
      // Away, still. Every kind of answer, even a 503, would have meant that it is there.
    }
    clearTimeout(timer);
    this.#probe = null;
    if (this.#ended) return;
    if (found) {
      this.#refusals = Math.min(this.#refusals + 1, 4);
      this.open();
    } else {
      this.#retryTimer = setTimeout(() => this.#look(), probeInterval);
    }
  }

  /** The network or the person came back: no reason to wait out a timer. */
  #hurry() {
    if (this.#socket || this.#ended) return;
    this.#probe?.abort();
    this.#look();
  }
}
