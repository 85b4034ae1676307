/**
 * What the server has told: the presets, the programme, the item that plays. A plain value that messages are applied
 * to; it knows no connection and no page. Whatever is missing or of another type than agreed is left as it was.
 */
export class Programme {
  name = '';
  presets = [];
  /** The number of the preset that the followers see, or null. */
  preset = null;
  item = null;
  /** When `item` was received, as `performance.now()`: its position moves on from there. */
  itemAt = 0;
  viewers = 0;
  skipped = [];
  notice = null;
  limits = {};
  rev = null;

  /**
   * Applies a `welcome`, `state`, `patch` or `item/changed`.
   * @returns {boolean} false when a patch before this one is missing: the whole state has to be asked for.
   */
  apply(message) {
    if (message.type === 'patch' && Number.isInteger(this.rev)) {
      if (message.rev <= this.rev) return true;
      if (message.rev > this.rev + 1) return false;
    }
    if (Number.isInteger(message.rev)) this.rev = message.rev;
    if (Array.isArray(message.presets)) {
      this.presets = message.presets.filter(isPreset).sort((a, b) => a.number - b.number);
    }
    if (Number.isInteger(message.programme?.preset)) this.preset = message.programme.preset;
    if (message.item !== undefined) {
      this.item = typeof message.item === 'object' ? message.item : null;
      this.itemAt = performance.now();
    }
    if (Number.isInteger(message.viewers)) this.viewers = message.viewers;
    if (Array.isArray(message.skipped)) this.skipped = message.skipped.filter(isSkipped);
    if (message.notice !== undefined) this.notice = typeof message.notice === 'string' ? message.notice : null;
    if (typeof message.name === 'string') this.name = message.name;
    if (message.limits && typeof message.limits === 'object') this.limits = message.limits;
    return true;
  }

  get isPaused() {
    return this.item?.paused === true;
  }

  /** Seconds into the item, now; null when nothing is known. */
  get position() {
    if (!Number.isFinite(this.item?.position)) return null;
    const passed = this.isPaused ? 0 : (performance.now() - this.itemAt) / 1000;
    const position = this.item.position + passed;
    return Number.isFinite(this.item.duration) ? Math.min(position, this.item.duration) : position;
  }

  /** The preset of a number, or undefined. */
  presetNumbered(number) {
    return this.presets.find((preset) => preset.number === number);
  }

  /** The preset `steps` to the right (negative: left) of a number in the order of the bar, around the ends. */
  presetBeside(number, steps) {
    const { length } = this.presets;
    if (!length) return undefined;
    const index = this.presets.findIndex((preset) => preset.number === number);
    return this.presets[((((index < 0 ? 0 : index) + steps) % length) + length) % length];
  }
}

function isSkipped(value) {
  return typeof value?.name === 'string' && typeof value.reason === 'string';
}

function isPreset(value) {
  return Number.isInteger(value?.number) && value.number >= 0 && value.number <= 255 && typeof value.name === 'string';
}
