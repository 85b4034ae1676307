const key = 'cupola';

/**
 * What this tab remembers over a reload: { following, preset, pin }. Where the browser forbids storage a reload
 * forgets, and nothing else is lost.
 */
export class Memory {
  values = {};

  constructor() {
    try {
      const values = JSON.parse(sessionStorage.getItem(key));
      if (values && typeof values === 'object') this.values = values;
    } catch {
      // Forbidden, or not ours: begin with nothing.
    }
  }

  remember(values) {
    Object.assign(this.values, values);
    try {
      sessionStorage.setItem(key, JSON.stringify(this.values));
    } catch {
      // Forbidden: it is remembered until the reload.
    }
  }
}
