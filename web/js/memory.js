const key = 'cupola';
const tokenKey = 'cupola.token';

/**
 * What is remembered over a reload: by this tab { following, preset }, and by this device the token that makes it an
 * operator. Where the browser forbids storage a reload forgets, and nothing else is lost.
 */
export class Memory {
  values = {};
  #token = null;

  constructor() {
    try {
      const { following, preset } = JSON.parse(sessionStorage.getItem(key)) ?? {};
      this.remember({ following, preset });
      this.#token = localStorage.getItem(tokenKey);
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

  get token() {
    return this.#token;
  }

  set token(token) {
    this.#token = token;
    try {
      if (token) localStorage.setItem(tokenKey, token);
      else localStorage.removeItem(tokenKey);
    } catch {
      // Forbidden: it is remembered until the reload.
    }
  }
}
