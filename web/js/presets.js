const svg = 'http://www.w3.org/2000/svg';

/**
 * The row of preset buttons. Each has a small dial: a circle seen from above with the wedge that the preset looks at,
 * so that directions can be told apart before their names are read.
 */
export class Presets {
  #list = document.getElementById('presets');
  #buttons = new Map();
  #shown = '';
  #current = null;
  #choose;

  /** @param {(number: number) => void} choose */
  constructor(choose) {
    this.#choose = choose;
    this.#list.addEventListener('click', (event) => {
      const button = event.target.closest('button[data-number]');
      if (button) this.#choose(Number(button.dataset.number));
    });
  }

  /** @param {import('./viewer.js').Viewer} viewer */
  show(viewer) {
    const { presets } = viewer.programme;
    const key = JSON.stringify(presets);
    if (key !== this.#shown) {
      this.#shown = key;
      this.#build(presets);
    }
    for (const [number, button] of this.#buttons) {
      const isCurrent = number === viewer.preset;
      const isProgramme = number === viewer.programme.preset;
      button.setAttribute('aria-pressed', String(isCurrent));
      if (isCurrent) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
      button.classList.toggle('programme', isProgramme);
      button.querySelector('.on-programme').textContent = isProgramme ? ', on the programme' : '';
      const isPending = (viewer.pending?.preset ?? viewer.wanted) === number && number !== viewer.preset;
      button.classList.toggle('pending', isPending);
      button.setAttribute('aria-busy', String(isPending));
    }
    if (viewer.preset !== this.#current) {
      this.#current = viewer.preset;
      this.#reveal();
    }
  }

  /** Scrolls the row, and nothing else, so that the current preset is in it. */
  #reveal() {
    const button = this.#buttons.get(this.#current);
    if (!button) return;
    this.#list.scrollTo({
      left: button.offsetLeft - (this.#list.clientWidth - button.offsetWidth) / 2,
      top: button.offsetTop - (this.#list.clientHeight - button.offsetHeight) / 2,
    });
  }

  #build(presets) {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.number : null;
    this.#buttons.clear();
    this.#list.replaceChildren(
      ...presets.map((preset) => {
        const button = presetButton(preset);
        this.#buttons.set(preset.number, button);
        return button;
      }),
    );
    if (focused !== null) this.#buttons.get(Number(focused))?.focus();
    this.#list.classList.toggle('many', presets.length > 9);
  }
}

function presetButton({ number, name, yaw, pitch, fov }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'preset';
  button.dataset.number = number;
  const label = document.createElement('span');
  label.className = 'name';
  label.textContent = name;
  const programme = document.createElement('span');
  programme.className = 'on-programme unseen';
  const dot = document.createElement('i');
  dot.className = 'dot';
  button.append(dial(yaw, pitch, fov), label, programme, dot);
  if (number <= 9) {
    const key = document.createElement('kbd');
    key.textContent = number;
    key.setAttribute('aria-hidden', 'true');
    button.append(key);
    button.setAttribute('aria-keyshortcuts', String(number));
  }
  if (Number.isFinite(yaw) && Number.isFinite(pitch)) {
    button.title = `${name}: ${Math.round(yaw)}° round, ${Math.round(pitch)}° up`;
  }
  return button;
}

/** A view from above: yaw 0 is at the top, clockwise is to the right. A steep look up or down is an arrow. */
function dial(yaw = 0, pitch = 0, fov = 90) {
  const image = document.createElementNS(svg, 'svg');
  image.setAttribute('viewBox', '-12 -12 24 24');
  image.setAttribute('class', 'dial');
  image.setAttribute('aria-hidden', 'true');
  const rim = shape('circle', { r: 10, class: 'rim' });
  if (Math.abs(pitch) > 50) {
    const d = pitch > 0 ? 'M-4 2.5L0-2.5 4 2.5' : 'M-4-2.5L0 2.5 4-2.5';
    image.append(rim, shape('path', { d, class: 'arrow' }));
    return image;
  }
  const half = (Math.min(Math.max(fov, 20), 150) / 2) * (Math.PI / 180);
  const middle = yaw * (Math.PI / 180);
  const corner = (angle) => `${(10 * Math.sin(angle)).toFixed(2)} ${(-10 * Math.cos(angle)).toFixed(2)}`;
  const d = `M0 0L${corner(middle - half)}A10 10 0 0 1 ${corner(middle + half)}Z`;
  image.append(rim, shape('path', { d, class: 'wedge' }));
  return image;
}

function shape(name, attributes) {
  const element = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
