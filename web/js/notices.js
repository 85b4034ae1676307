/**
 * The words for what is wrong, or null when nothing is.
 *
 * `weight` is `quiet` (a line at the top), `card` (a card over the picture; `delay` gives small hitches the chance to
 * pass unseen) or `gesture` (the play button). `action` is the label of the button that tries again.
 *
 * @param {import('./viewer.js').Viewer} viewer
 */
export function noticeFor(viewer) {
  if (viewer.needsGesture) {
    const text = 'This browser starts video only when you ask it to.';
    return { weight: 'gesture', title: 'Ready to play', text, action: 'Play' };
  }
  const seen = viewer.firstFrameAt !== null;
  switch (viewer.connection) {
    case 'away':
      if (viewer.reason === 'shutdown') {
        return card('Cupola is restarting', 'The picture comes back by itself.', { busy: true, delay: true });
      }
      return card('Cupola is not answering', 'Reconnecting…', { busy: true, delay: true });
    case 'full':
      return card('Every place is taken', `${viewer.reason} The next free place is yours; this page keeps asking.`, {
        busy: true,
      });
    case 'unsupported':
      return card(
        'This browser cannot show the picture',
        `${viewer.reason} A current Chrome, Edge, Safari or Firefox can.`,
        { action: 'Try again' },
      );
    case 'refused':
      return card('Disconnected', 'Cupola closed this connection because of too many messages or wrong PINs.', {
        action: 'Connect again',
      });
    case 'connecting':
    case 'rejoining':
      if (viewer.isBlocked && viewer.cannotDecode) {
        return card(
          'This browser cannot show the picture',
          'The video arrives, but this browser does not decode it. A current Chrome, Edge, Safari or Firefox can. '
            + 'Still trying…',
          { busy: true },
        );
      }
      if (viewer.isBlocked) {
        return card(
          'No picture gets through',
          'Cupola answers, but its video does not arrive. Perhaps a firewall holds UDP back. Still trying…',
          { busy: true },
        );
      }
      if (viewer.reason === 'frozen') return card('The picture stopped', 'Joining again…', { busy: true });
      if (viewer.reason === 'lost') {
        return card('The connection was lost', 'Joining again…', { busy: true, delay: true });
      }
      return card(seen ? 'Reconnecting…' : 'Connecting…', '', { busy: true, delay: true });
  }
  if (viewer.wanted !== null) {
    const name = viewer.programme.presets.find(({ number }) => number === viewer.wanted)?.name ?? viewer.wanted;
    const text = `This Cupola shows as many views at a time as it can. “${name}” comes when there is room.`;
    return { weight: 'quiet', text };
  }
  if (viewer.programme.notice) return { weight: 'quiet', text: viewer.programme.notice };
  return null;
}

function card(title, text, options) {
  return { weight: 'card', title, text, ...options };
}

/**
 * Shows notices, and says them to screen readers. A notice that has not changed is left alone, so nothing is said
 * twice.
 */
export class Notices {
  #card = document.getElementById('notice');
  #title = document.getElementById('notice-title');
  #text = document.getElementById('notice-text');
  #action = document.getElementById('notice-action');
  #line = document.getElementById('line');
  #status = document.getElementById('status');
  #shown = '';
  #flashTimer = 0;
  #quiet = '';

  /** @param {() => void} act what the card's button does. */
  constructor(act) {
    this.#action.addEventListener('click', act);
  }

  show(notice) {
    const key = JSON.stringify(notice);
    if (key === this.#shown) return;
    this.#shown = key;
    const isCard = notice !== null && notice.weight !== 'quiet';
    this.#card.hidden = !isCard;
    this.#card.classList.toggle('delayed', notice?.delay === true);
    this.#card.classList.toggle('busy', notice?.busy === true);
    this.#card.classList.toggle('gesture', notice?.weight === 'gesture');
    if (isCard) {
      this.#title.textContent = notice.title;
      this.#text.textContent = notice.text;
      this.#action.hidden = !notice.action;
      this.#action.textContent = notice.action ?? '';
    }
    this.#quiet = notice?.weight === 'quiet' ? notice.text : '';
    this.#showLine(this.#quiet);
    this.say(notice ? [notice.title, notice.text].filter(Boolean).join('. ') : '');
  }

  /** One sentence for a few seconds, for instance a refused command. */
  flash(text) {
    this.#showLine(text);
    this.say(text);
    clearTimeout(this.#flashTimer);
    this.#flashTimer = setTimeout(() => this.#showLine(this.#quiet), 4000);
  }

  /** To screen readers only. */
  say(text) {
    this.#status.textContent = text;
  }

  #showLine(text) {
    this.#line.hidden = text === '';
    this.#line.textContent = text;
  }
}
