/**
 * Keys for the whole page. They are left alone while something is typed, with a modifier, and while they repeat, so
 * that a key that is held down does not flood the server.
 *
 * Where digits need Shift, as on French keyboards, their keys count without it too.
 *
 * @param {Record<string, () => void>} actions by `KeyboardEvent.key`, letters in lower case
 */
export function listenToKeys(actions) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key !== 'Escape' && event.target.closest?.('input:not([type=radio])')) return;
    if (key.startsWith('Arrow') && event.target.closest?.('input')) return;
    const digit = event.shiftKey ? undefined : /^Digit(\d)$/.exec(event.code)?.[1];
    const action = actions[key] ?? actions[digit];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
