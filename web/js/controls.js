/** How long the controls stay after the last movement. */
const idleAfter = 3000;
const swipeDistance = 60;
/** Where two panels have no place beside each other. */
const narrow = '(max-width: 720px)';

/**
 * The frame around the picture: controls that leave when nobody moves, panels, full screen, swipes.
 */
export class Controls {
  #timer = 0;
  #panels = new Map();
  #isHeld;

  /**
   * @param {(steps: number) => void} step what a swipe does
   * @param {() => boolean} isHeld true while the controls have to stay (something is wrong)
   */
  constructor(step, isHeld) {
    this.#isHeld = isHeld;
    for (const type of ['pointermove', 'keydown', 'focusin', 'wheel']) {
      addEventListener(type, (event) => event.pointerType !== 'touch' && this.wake(), { passive: true });
    }
    this.#fullscreenButton();
    this.#touch(step);
    this.wake();
  }

  /** Shows the controls, and lets them go after a while. */
  wake() {
    document.body.classList.remove('idle');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), idleAfter);
  }

  #rest() {
    const isUsed = document.querySelector('#bar :focus-visible, #bar:hover') !== null;
    if (isUsed || this.#isHeld() || this.#isOpen('remote')) this.wake();
    else document.body.classList.add('idle');
  }

  /** Joins a button to the panel that it opens. */
  addPanel(name, { opened, closed } = {}) {
    const button = document.getElementById(`${name}-button`);
    const panel = document.getElementById(name);
    this.#panels.set(name, { button, panel, opened, closed });
    button.addEventListener('click', () => this.toggle(name));
    panel.querySelector('.close').addEventListener('click', () => {
      this.toggle(name, false);
      button.focus();
    });
  }

  toggle(name, open = !this.#isOpen(name)) {
    const { button, panel, opened, closed } = this.#panels.get(name);
    if (open === !panel.hidden) return;
    if (open && matchMedia(narrow).matches) this.closeAny();
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    (open ? opened : closed)?.();
    this.wake();
  }

  /** Closes what is open; true when something was. */
  closeAny() {
    const open = [...this.#panels.keys()].filter((name) => this.#isOpen(name));
    for (const name of open) {
      const { button, panel } = this.#panels.get(name);
      const hadFocus = panel.contains(document.activeElement);
      this.toggle(name, false);
      if (hadFocus) button.focus();
    }
    return open.length > 0;
  }

  #isOpen(name) {
    return this.#panels.get(name)?.panel.hidden === false;
  }

  async toggleFullscreen() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen({ navigationUI: 'hide' });
    } catch {
      // Refused by the browser or the person; the page is as it was.
    }
  }

  #fullscreenButton() {
    const button = document.getElementById('fullscreen-button');
    if (!document.fullscreenEnabled) return void (button.hidden = true);
    button.addEventListener('click', () => this.toggleFullscreen());
    document.addEventListener('fullscreenchange', () => {
      const isFull = document.fullscreenElement !== null;
      button.setAttribute('aria-pressed', String(isFull));
      document.body.classList.toggle('fullscreen', isFull);
    });
  }

  /** A tap on the picture shows or hides the controls, a swipe steps; a double click is full screen. */
  #touch(step) {
    const stage = document.getElementById('stage');
    let start = null;
    stage.addEventListener('pointerdown', (event) => {
      start = event.pointerType === 'touch' && event.isPrimary ? { x: event.clientX, y: event.clientY } : null;
    });
    stage.addEventListener('pointerup', (event) => {
      if (!start) return;
      const [x, y] = [event.clientX - start.x, event.clientY - start.y];
      start = null;
      if (Math.abs(x) > swipeDistance && Math.abs(x) > 2 * Math.abs(y)) {
        step(x < 0 ? 1 : -1);
        this.wake();
      } else if (Math.hypot(x, y) < 10) {
        if (document.body.classList.contains('idle')) this.wake();
        else if (!this.#isHeld()) document.body.classList.add('idle');
      }
    });
    stage.addEventListener('dblclick', () => document.fullscreenEnabled && this.toggleFullscreen());
  }
}
