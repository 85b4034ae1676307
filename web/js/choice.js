/** How long a switch that nobody answers is waited for. */
const pendingLimit = 3000;

/**
 * What this viewer looks out of, and what a person has asked for. What was asked for is remembered over a reload.
 */
export class Choice {
  /** The preset that is shown, or null before the server has said. */
  preset = null;
  /** The preset that was asked for, while another one is shown for want of an encoder; else null. */
  wanted = null;
  following = true;
  /** The switch that was asked for and has not happened: { preset, scope, at, id }, or null. */
  pending = null;

  #signalling;
  #programme;
  #switches;
  #memory;

  /**
   * @param {import('./signalling.js').Signalling} signalling
   * @param {import('./programme.js').Programme} programme
   * @param {import('./switches.js').Switches} switches
   * @param {import('./memory.js').Memory} memory
   * @param {URLSearchParams} query `preset=N` opens the page on that preset.
   */
  constructor(signalling, programme, switches, memory, query) {
    this.#signalling = signalling;
    this.#programme = programme;
    this.#switches = switches;
    this.#memory = memory;
    const { values } = memory;
    const asked = Number.parseInt(query.get('preset'), 10);
    if (values.following === undefined && asked >= 0 && asked <= 255) {
      Object.assign(values, { following: false, preset: asked });
    }
    this.following = values.following !== false;
    this.preset = this.following ? null : values.preset;
  }

  /** What `hello` says of it. */
  get wish() {
    const { following, preset } = this.#memory.values;
    return following === false && Number.isInteger(preset) ? { preset } : { follow: true };
  }

  /** Looks out of preset `number`; scope `me`, or `programme` for everyone who follows. */
  goto(number, scope) {
    const id = this.#signalling.newID();
    if (scope === 'me') this.#memory.remember({ following: false, preset: number });
    const at = performance.now();
    if (!this.#signalling.send({ type: 'preset/goto', id, preset: number, scope })) {
      // The wish of one viewer is kept for the next hello; the programme is left alone.
      if (scope === 'me') Object.assign(this, { preset: number, following: false });
      return;
    }
    this.#switches.ask(id, at, number, scope);
    this.pending = { id, at, preset: number, scope };
  }

  /** Goes back to following the programme. */
  follow() {
    this.#memory.remember({ following: true, preset: undefined });
    const id = this.#signalling.newID();
    const at = performance.now();
    const { preset } = this.#programme;
    if (!this.#signalling.send({ type: 'follow', id })) return void (this.following = true);
    this.#switches.ask(id, at, preset, 'me');
    this.pending = preset === this.preset ? null : { id, at, preset, scope: 'me' };
  }

  /** Stays on what is shown now, whatever the programme does. */
  unfollow() {
    const number = this.preset ?? this.#programme.preset;
    if (number !== null) this.goto(number, 'me');
  }

  /** What the server says is shown. */
  take({ preset, following, wanted }) {
    if (Number.isInteger(preset)) this.preset = preset;
    if (typeof following === 'boolean') this.following = following;
    this.wanted = Number.isInteger(wanted) && wanted !== preset ? wanted : null;
    const asked = this.wanted ?? this.preset;
    this.#memory.remember({ following: this.following, preset: this.following ? undefined : asked });
  }

  /** A `preset/changed`. */
  changed(message) {
    this.take(message);
    this.#switches.changed(message);
    const { pending } = this;
    if (!pending) return;
    const { id, preset, wanted = preset } = message;
    const isMeant = id === undefined ? pending.preset === wanted : pending.id === id;
    if (isMeant) this.pending = null;
  }

  /** An operator who does not follow gets no `preset/changed` for the programme; the patch is the confirmation. */
  programmeChanged() {
    const { pending } = this;
    if (this.following || pending?.scope !== 'programme' || pending.preset !== this.#programme.preset) return;
    this.pending = null;
    this.#switches.done(pending.id);
  }

  /** The message of that id was refused. */
  refused(id) {
    if (this.pending && this.pending.id === id) this.pending = null;
  }

  /** Gives up on a switch that nobody answers; true when there was one. */
  expire(now) {
    if (!this.pending || now - this.pending.at <= pendingLimit) return false;
    this.pending = null;
    return true;
  }
}
