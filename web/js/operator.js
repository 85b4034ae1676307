/**
 * Asks for a token of this device's own, by which it stays an operator.
 * @param {string} pin as a person typed it
 * @returns {Promise<{ token?: string, failure?: string }>} the token, or in a sentence why there is none
 */
export async function tokenFor(pin) {
  let response;
  let body = {};
  try {
    response = await fetch('/api/v1/operators', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ pin, name: deviceName() }),
    });
    body = await response.json();
  } catch {
    // No answer, or one that is no JSON.
  }
  if (response?.status === 201 && typeof body.token === 'string') return { token: body.token };
  if (response?.status === 401) return { failure: 'That PIN is not right.' };
  return { failure: String(body.error?.message ?? 'Cupola does not answer.') };
}

/** What the log and the list of operators call this device, such as "Chrome on Android". */
export function deviceName(agent = navigator.userAgent) {
  const browsers = { Edg: 'Edge', OPR: 'Opera', SamsungBrowser: 'Samsung Internet', Firefox: 'Firefox', FxiOS: 'Firefox', Chrome: 'Chrome', CriOS: 'Chrome', Safari: 'Safari' };
  const systems = { Android: 'Android', iPhone: 'iPhone', iPad: 'iPad', CrOS: 'ChromeOS', Windows: 'Windows', Macintosh: 'Mac', Linux: 'Linux' };
  const find = (names) => Object.entries(names).find(([mark]) => agent.includes(mark))?.[1];
  return [find(browsers) ?? 'A browser', find(systems)].filter(Boolean).join(' on ');
}
