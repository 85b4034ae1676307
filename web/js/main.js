import { Controls } from './controls.js';
import { listenToKeys } from './keyboard.js';
import { Notices, noticeFor } from './notices.js';
import { missingSupport } from './peer.js';
import { Picture } from './picture.js';
import { Presets } from './presets.js';
import { Remote } from './remote.js';
import { Signalling } from './signalling.js';
import { Statistics } from './statistics.js';
import { Viewer } from './viewer.js';

const element = (id) => document.getElementById(id);
/** The preset that screen readers were told last. */
let announced = null;

const picture = new Picture(element('picture-a'), element('picture-b'));
const signalling = new Signalling(location);
const viewer = new Viewer(signalling, picture, new URLSearchParams(location.search));

// The join comes first; the page is dressed while the answer is on its way.
const missing = missingSupport();
if (missing) viewer.unsupported(missing);
else signalling.open();

const remote = new Remote(viewer);
const statistics = new Statistics(viewer, picture);
const presets = new Presets((number) => viewer.goto(number, remote.scope));
const notices = new Notices(() => (viewer.needsGesture ? viewer.playByGesture() : viewer.retry()));
const step = (steps) => {
  const from = viewer.pending?.preset ?? (remote.scope === 'programme' ? viewer.programme.preset : viewer.preset);
  const preset = viewer.programme.presetBeside(from, steps);
  if (preset) viewer.goto(preset.number, remote.scope);
};
const controls = new Controls(step, () => viewer.connection !== 'playing' || viewer.needsGesture);
controls.addPanel('statistics', { opened: () => statistics.start(), closed: () => statistics.stop() });
controls.addPanel('remote', { opened: () => !viewer.isOperator && element('pin').focus() });

const toggleFollowing = () => (viewer.following ? viewer.unfollow() : viewer.follow());
element('follow').addEventListener('click', toggleFollowing);

const goto = (number) => {
  const preset = viewer.programme.presetNumbered(number) ?? (number === 0 ? viewer.programme.presets[0] : undefined);
  if (preset) viewer.goto(preset.number, remote.scope);
};
listenToKeys({
  ...Object.fromEntries(Array.from({ length: 10 }, (_, number) => [String(number), () => goto(number)])),
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  g: toggleFollowing,
  p: toggleFollowing,
  f: () => controls.toggleFullscreen(),
  s: () => controls.toggle('statistics'),
  r: () => controls.toggle('remote'),
  Escape: () => controls.closeAny(),
});

viewer.addEventListener('change', render);
viewer.addEventListener('failure', ({ detail }) => notices.flash(String(detail.message ?? detail.code)));
render();

function render() {
  const { programme, following, preset } = viewer;
  document.body.dataset.connection = viewer.connection;
  presets.show(viewer);
  remote.show();
  notices.show(noticeFor(viewer));
  element('follow').setAttribute('aria-pressed', String(following));
  element('follow-label').textContent = following ? 'Following programme' : 'Follow programme';
  element('item').textContent = programme.item?.testCard ? 'Test card' : (programme.item?.name ?? '');
  element('paused').hidden = !programme.isPaused;
  const name = programme.presetNumbered(preset)?.name;
  if (name !== undefined && preset !== announced && viewer.connection === 'playing') {
    if (announced !== null) notices.say(`Now: ${name}`);
    announced = preset;
  }
  document.title = [name, programme.name || 'Cupola'].filter(Boolean).join(' – ');
}

// Where the picture does not fill the window, its own light does: a few pixels of it, blurred by the style sheet.
const ambient = element('ambient').getContext('2d', { alpha: false });
setInterval(() => {
  if (document.hidden || !picture.size.width || getComputedStyle(ambient.canvas).display === 'none') return;
  ambient.drawImage(picture.element, 0, 0, ambient.canvas.width, ambient.canvas.height);
}, 500);

/**
 * The page's diagnostic surface, for tests and benches and for a person with the console open.
 * `state()` is a plain object; its times are milliseconds as in `performance.now()`, on top of `timeOrigin` (Unix
 * milliseconds).
 */
window.cupola = {
  state: () => ({
    connection: viewer.connection,
    reason: viewer.reason,
    preset: viewer.preset,
    wanted: viewer.wanted,
    following: viewer.following,
    pending: viewer.pending,
    role: viewer.role,
    codec: viewer.codec,
    programme: viewer.programme.preset,
    presets: viewer.programme.presets,
    item: viewer.programme.item,
    notice: viewer.programme.notice,
    viewers: viewer.programme.viewers,
    message: noticeFor(viewer),
    timeOrigin: performance.timeOrigin,
    startedAt: viewer.startedAt,
    firstFrameAt: viewer.firstFrameAt,
    frames: picture.frames,
    lastFrameAt: picture.lastFrameAt,
    size: picture.size,
    switches: viewer.switches.entries,
    counts: viewer.counts,
    clock: { offset: signalling.clock.offset, roundTrip: signalling.clock.roundTrip },
    latency: { median: viewer.latency.median, samples: [...viewer.latency.samples] },
  }),
  /** Switches preset; scope `me` or `programme`. */
  goto: (number, scope = 'me') => viewer.goto(number, scope),
  follow: () => viewer.follow(),
  authenticate: (pin) => viewer.authenticate(pin),
  /** The video element whose picture is in front. */
  video: () => picture.element,
  /** The raw WebRTC statistics as an array. */
  statistics: async () => [...((await viewer.statistics())?.values() ?? [])],
};
