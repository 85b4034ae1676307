/**
 * The picture: two video elements in one place. A new stream plays in the one behind and comes to the front with its
 * first frame, so the last picture stays visible for as long as there is no newer one.
 *
 * Events: `frame` (`detail`: presentedAt, rtpTimestamp, width, height), `shown` (`detail` is the stream that came to
 * the front),
 * `refused` (the browser wants a gesture before it plays).
 */
export class Picture extends EventTarget {
  /** Frames presented since the page began. */
  frames = 0;
  /** When the last one was presented, as `performance.now()`; 0 before the first. */
  lastFrameAt = 0;
  /** Width and height of the newest frame, in pixels. */
  size = { width: 0, height: 0 };

  #front;
  #back;

  /** @param {HTMLVideoElement} front @param {HTMLVideoElement} back */
  constructor(front, back) {
    super();
    this.#front = front;
    this.#back = back;
  }

  /** The element that is in front. */
  get element() {
    return this.#front;
  }

  /** Plays a stream; it is shown as soon as it has a frame. */
  attach(stream) {
    const video = this.#back;
    video.srcObject = stream;
    this.#follow(video, stream);
    this.play(video);
  }

  /** Starts playing; needed after a refusal, from within a gesture. */
  async play(video = this.#back.srcObject ? this.#back : this.#front) {
    try {
      await video.play();
    } catch (error) {
      if (error.name === 'NotAllowedError') this.dispatchEvent(new Event('refused'));
    }
  }

  /** Drops a stream that has not come to the front. */
  detachPending() {
    this.#back.srcObject = null;
  }

  #follow(video, stream) {
    const step = (now, metadata) => {
      if (video.srcObject !== stream) return;
      // A browser that waits for a gesture shows the first frame all the same: that is no picture that plays.
      if (video.paused) return void video.requestVideoFrameCallback(step);
      if (video === this.#back) this.#swap(stream);
      this.frames += 1;
      this.lastFrameAt = performance.now();
      this.size = { width: metadata.width, height: metadata.height };
      const { presentationTime: presentedAt, rtpTimestamp, width, height } = metadata;
      this.dispatchEvent(new CustomEvent('frame', { detail: { presentedAt, rtpTimestamp, width, height } }));
      video.requestVideoFrameCallback(step);
    };
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(step);
    else this.#followByTime(video, stream);
  }

  /** For browsers without frame callbacks: a new media time at a repaint is a new frame. */
  #followByTime(video, stream) {
    let time = 0;
    const step = (now) => {
      if (video.srcObject !== stream) return;
      if (video.videoWidth && video.currentTime !== time) {
        time = video.currentTime;
        if (video === this.#back) this.#swap(stream);
        this.frames += 1;
        this.lastFrameAt = now;
        const [width, height] = [video.videoWidth, video.videoHeight];
        this.size = { width, height };
        this.dispatchEvent(new CustomEvent('frame', { detail: { presentedAt: now, width, height } }));
      }
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #swap(stream) {
    [this.#front, this.#back] = [this.#back, this.#front];
    this.#front.classList.add('front');
    this.#front.removeAttribute('aria-hidden');
    this.#back.classList.remove('front');
    this.#back.setAttribute('aria-hidden', 'true');
    this.#back.srcObject = null;
    this.dispatchEvent(new CustomEvent('shown', { detail: stream }));
  }
}
