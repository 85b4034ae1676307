import { measure } from './text.js';

const interval = 1000;
/** So many files that are not played are named. */
const longestList = 20;
const svg = 'http://www.w3.org/2000/svg';

/** "equirectangular · top-bottom · pixels 92 %": what the item's picture is taken for, and what that is known by. */
function shapeText(shape) {
  if (!shape) return '–';
  const sure = shape.confidence < 1 ? `${shape.origin} ${Math.round(shape.confidence * 100)} %` : shape.origin;
  return [shape.projection, shape.stereo === 'mono' ? '' : shape.stereo, sure].filter(Boolean).join(' · ');
}

/**
 * The differences between two reports of one media connection, per second.
 * @param {RTCStatsReport} report
 * @param {object | null} before what this function returned for the report before
 */
export function readStatistics(report, before) {
  const entries = [...report.values()];
  const inbound = entries.find((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video') ?? {};
  const transport = entries.find((entry) => entry.type === 'transport' && entry.selectedCandidatePairId);
  const pair = report.get(transport?.selectedCandidatePairId)
    ?? entries.find((entry) => entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded');
  const codec = report.get(inbound.codecId);
  const previous = before?.raw.ssrc === inbound.ssrc ? before.raw : null;
  const delta = (name) => (previous && inbound[name] >= previous[name] ? inbound[name] - previous[name] : NaN);
  const seconds = previous ? (inbound.timestamp - previous.timestamp) / 1000 : NaN;
  const received = delta('packetsReceived');
  const lost = Math.max(0, delta('packetsLost'));
  return {
    raw: inbound,
    width: inbound.frameWidth,
    height: inbound.frameHeight,
    framerate: delta('framesDecoded') / seconds,
    bitrate: (delta('bytesReceived') * 8) / seconds,
    lossShare: received + lost > 0 ? lost / (received + lost) : NaN,
    packetsLost: inbound.packetsLost,
    framesDropped: inbound.framesDropped,
    roundTrip: pair?.currentRoundTripTime * 1000,
    jitterBuffer: (delta('jitterBufferDelay') / delta('jitterBufferEmittedCount')) * 1000,
    decodeTime: (delta('totalDecodeTime') / delta('framesDecoded')) * 1000,
    decoder: inbound.decoderImplementation,
    codec: codec?.mimeType?.split('/')[1],
  };
}

/** The statistics panel. It asks for numbers only while it is open. */
export class Statistics {
  #viewer;
  #picture;
  #list = document.getElementById('statistics-list');
  #latency = document.getElementById('latency');
  #curve = document.getElementById('latency-curve');
  #headline = document.getElementById('latency-now');
  #skipped = document.getElementById('skipped');
  #skippedList = document.getElementById('skipped-list');
  #skippedShown = '';
  #values = new Map();
  #before = null;
  #timer = 0;

  /** @param {import('./viewer.js').Viewer} viewer @param {import('./picture.js').Picture} picture */
  constructor(viewer, picture) {
    this.#viewer = viewer;
    this.#picture = picture;
  }

  start() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#refresh(), interval);
    this.#refresh();
  }

  stop() {
    clearInterval(this.#timer);
    this.#before = null;
  }

  async #refresh() {
    const report = await this.#viewer.statistics();
    const now = report ? readStatistics(report, this.#before) : null;
    this.#before = now;
    const { latency, health, counts, programme } = this.#viewer;
    const { width, height } = this.#picture.size;
    this.#set('Picture', width ? `${width} × ${height}` : '–');
    this.#set('Frame rate', measure(now?.framerate, 'fps', 1));
    this.#set('Bit rate', measure(now?.bitrate / 1e6, 'Mbit/s', 2));
    const loss = measure(now?.lossShare * 100, '%', 1);
    this.#set('Loss', Number.isFinite(now?.lossShare) ? `${loss} (${now.packetsLost} in all)` : '–');
    this.#set('Round trip', measure(now?.roundTrip, 'ms', 1));
    this.#set('Jitter buffer', measure(now?.jitterBuffer, 'ms', 1));
    this.#set('Decoder', [now?.codec, now?.decoder].filter((word) => word && word !== 'unknown').join(' · ') || '–');
    this.#set('Decoding', measure(now?.decodeTime, 'ms', 1));
    this.#set('Dropped', Number.isFinite(now?.framesDropped) ? `${now.framesDropped} frames` : '–');
    this.#set('Rejoined', `${Math.max(0, counts.joins - 1)} × (${counts.freezes} frozen)`);
    this.#set('Viewers', String(programme.viewers));
    this.#set('Shape', shapeText(programme.item?.shape));
    if (health) {
      const words = [health.status, health.decoder, measure(health.framerate, 'fps', 1)];
      this.#set('Cupola', words.filter(Boolean).join(' · '));
    }
    this.#showSkipped(programme.skipped);
    this.#latency.hidden = latency.median === null;
    if (latency.median === null) return;
    this.#headline.textContent = latency.median.toFixed(latency.median < 10 ? 1 : 0);
    this.#draw(latency.samples.slice(-120));
  }

  /** Which files are not played, or not to their end, and why. */
  #showSkipped(skipped) {
    const key = JSON.stringify(skipped);
    if (key === this.#skippedShown) return;
    this.#skippedShown = key;
    this.#skipped.hidden = skipped.length === 0;
    const lines = skipped.slice(0, longestList).map(({ name, reason }) => `${name}: ${reason}`);
    if (skipped.length > longestList) lines.push(`and ${skipped.length - longestList} more`);
    this.#skippedList.replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement('li'), { textContent: line })),
    );
  }

  #set(name, value) {
    let cell = this.#values.get(name);
    if (!cell) {
      const term = document.createElement('dt');
      term.textContent = name;
      cell = document.createElement('dd');
      this.#list.append(term, cell);
      this.#values.set(name, cell);
    }
    if (cell.textContent !== value) cell.textContent = value;
  }

  /** The last frames' latency as a line of 120 × 32; the top is the largest of them, at least 50 ms. */
  #draw(samples) {
    let line = this.#curve.firstElementChild;
    if (!line) {
      line = document.createElementNS(svg, 'polyline');
      this.#curve.append(line);
    }
    const top = Math.max(50, ...samples);
    const height = (sample) => (31 - (Math.max(0, sample) / top) * 30).toFixed(1);
    const points = samples.map((sample, index) => `${index + 120 - samples.length},${height(sample)}`);
    line.setAttribute('points', points.join(' '));
  }
}
