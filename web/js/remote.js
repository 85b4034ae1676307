import { duration } from './text.js';

/**
 * The operator's panel: a PIN opens it; then the preset buttons can be set to switch everyone, and the playlist can be
 * played.
 */
export class Remote {
  /** What the preset buttons do: `me`, or `programme` (operators only). */
  get scope() {
    return this.#viewer.isOperator && this.#everyone.checked ? 'programme' : 'me';
  }

  #viewer;
  #form = document.getElementById('pin-form');
  #pin = document.getElementById('pin');
  #pinError = document.getElementById('pin-error');
  #console = document.getElementById('console');
  #everyone = document.getElementById('scope-programme');
  #item = document.getElementById('item-name');
  #count = document.getElementById('item-count');
  #seek = document.getElementById('seek');
  #elapsed = document.getElementById('elapsed');
  #total = document.getElementById('total');
  #playPause = document.getElementById('play-pause');
  #isSeeking = false;
  #wasOperator = false;

  /** @param {import('./viewer.js').Viewer} viewer */
  constructor(viewer) {
    this.#viewer = viewer;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const pin = this.#pin.value.trim();
      if (!pin) return;
      this.#pinError.textContent = '';
      viewer.authenticate(pin);
    });
    this.#pin.addEventListener('input', () => (this.#pinError.textContent = ''));
    for (const radio of document.getElementsByName('scope')) {
      radio.addEventListener('change', () => this.#scopeChanged());
    }
    const operate = (id, message) =>
      document.getElementById(id).addEventListener('click', () => viewer.operate(message()));
    operate('previous', () => ({ type: 'playlist/previous' }));
    operate('next', () => ({ type: 'playlist/next' }));
    operate('play-pause', () => ({ type: viewer.programme.isPaused ? 'transport/play' : 'transport/pause' }));
    this.#seek.addEventListener('input', () => {
      this.#isSeeking = true;
      this.#elapsed.textContent = duration(this.#seekPosition);
    });
    this.#seek.addEventListener('change', () => {
      this.#isSeeking = false;
      viewer.operate({ type: 'transport/seek', position: this.#seekPosition });
    });
    setInterval(() => this.#showPosition(), 500);
  }

  get #seekPosition() {
    return (this.#seek.valueAsNumber / 1000) * (this.#viewer.programme.item?.duration ?? 0);
  }

  /** An operator who switches everyone wants to see what everyone sees. */
  #scopeChanged() {
    if (this.scope === 'programme' && !this.#viewer.following) this.#viewer.follow();
    document.body.classList.toggle('for-everyone', this.scope === 'programme');
  }

  show() {
    const viewer = this.#viewer;
    const { item, isPaused } = viewer.programme;
    if (viewer.isOperator !== this.#wasOperator) {
      this.#wasOperator = viewer.isOperator;
      const hadFocus = this.#form.contains(document.activeElement);
      this.#form.hidden = viewer.isOperator;
      this.#console.hidden = !viewer.isOperator;
      if (viewer.isOperator) {
        this.#pin.value = '';
        this.#pinError.textContent = '';
        if (hadFocus) document.getElementById('scope-me').focus();
      }
      document.body.classList.toggle('for-everyone', this.scope === 'programme');
    }
    if (viewer.pinRefused && !this.#pinError.textContent) {
      this.#pinError.textContent = viewer.pinRefused;
      this.#pin.setAttribute('aria-invalid', 'true');
      this.#pin.select();
    } else if (!viewer.pinRefused) {
      this.#pin.removeAttribute('aria-invalid');
    }
    this.#item.textContent = item?.name ?? 'Nothing is playing';
    this.#count.textContent = item && item.count > 1 ? `${item.index + 1} of ${item.count}` : '';
    this.#playPause.setAttribute('aria-label', isPaused ? 'Play' : 'Pause');
    this.#playPause.classList.toggle('paused', isPaused);
    this.#showPosition();
  }

  #showPosition() {
    const { programme } = this.#viewer;
    const total = programme.item?.duration;
    const isKnown = Number.isFinite(total) && total > 0;
    this.#seek.disabled = !isKnown;
    if (this.#isSeeking || this.#console.hidden) return;
    const position = programme.position ?? 0;
    this.#seek.value = isKnown ? String((position / total) * 1000) : '0';
    this.#seek.setAttribute('aria-valuetext', isKnown ? `${duration(position)} of ${duration(total)}` : 'unknown');
    this.#elapsed.textContent = duration(position);
    this.#total.textContent = isKnown ? duration(total) : '';
  }
}
