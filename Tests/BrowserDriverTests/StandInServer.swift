import BrowserDriver
import Foundation

/// A server for the viewer page that lives in the page: a `WebSocket` that speaks `cupola.v1`, and a second `RTCPeerConnection`
/// that sends a canvas in the colour of the preset. So the page's own decisions can be tested, with any misfortune on demand.
enum StandInServer {
  /// Where the page's files are.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../web").standardizedFileURL.path(percentEncoded: false)

  /// What makes two connections of one page find each other without a network.
  static let arguments = ["--disable-features=WebRtcHideLocalIpsWithMdns", "--allow-loopback-in-peer-connection"]

  /// Lends a page of the viewer, opened, with the stand-in behind it.
  ///
  /// - Parameter before: JavaScript that prepares `server` before the page's own scripts run.
  static func withPage(
    before: String = "", query: String = "", viewport: Viewport = .desktop, _ body: (Page) async throws -> Void
  ) async throws {
    try await SharedBrowser.withPage(viewport: viewport) { page in
      try await page.serve(folder: folder)
      try await page.runBeforeEachDocument(script + before)
      try await page.navigate(to: "http://cupola.example/\(query)")
      try await body(page)
    }
  }

  private static let script = """
    window.server = {
      isUp: true, isFull: false, hasCodec: true, isFrozen: false, isGarbled: false, switchDelay: 0, pin: '2468', token: 't-2468', isSlow: false, device: null,
      sockets: [], received: [], rev: 1, programme: 0, notice: null, skipped: [], sender: null, attempts: 0,
      item: { name: 'meadow.mp4', index: 0, count: 2, position: 3, duration: 60, paused: false, testCard: false },
      presets: ['front', 'right', 'back', '<b>left</b>'].map((name, number) =>
        ({ number, name, yaw: 90 * number, pitch: 0, roll: 0, fov: 90 })),
      colours: ['#c00000', '#00a000', '#0000c0', '#c0c000'],

      tell(message) { for (const socket of this.sockets) socket.tell(message); },
      patch(fields) { Object.assign(this, fields); this.tell({ type: 'patch', rev: ++this.rev, ...fields }); },
      count(type) { return this.received.filter((message) => message.type === type).length; },
      last(type) { return this.received.findLast((message) => message.type === type); },
      stop() {
        this.isUp = false;
        this.sender?.close();
        for (const socket of this.sockets.splice(0)) socket.shut();
      },
      start() { this.isUp = true; },

      seen(socket) { return socket.isFollowing ? this.programme : socket.preset; },
      async receive(socket, message) {
        this.received.push(message);
        const { id } = message;
        const fail = (code) => socket.tell({ type: 'error', id, code, message: `Refused: ${code}.` });
        switch (message.type) {
          case 'ping': return socket.tell({ type: 'pong', id, time: Date.now() });
          case 'hello':
            if (message.token !== undefined) {
              if (message.token === this.token) socket.role = 'operator';
              else fail('unknownToken');
            }
            if (message.preset !== undefined) Object.assign(socket, { preset: message.preset, isFollowing: false });
            if (message.follow) socket.isFollowing = true;
            return socket.tell({ type: 'welcome', id, protocol: 'cupola.v1', session: 's', role: socket.role, name: 'Attic',
              preset: this.seen(socket), following: socket.isFollowing, rev: this.rev, presets: this.presets,
              programme: { preset: this.programme }, item: this.item, viewers: 1, skipped: this.skipped, notice: this.notice, limits: {} });
          case 'offer':
            if (this.isFull) return fail('viewerLimit');
            if (!this.hasCodec) return fail('noCommonCodec');
            return socket.tell({ type: 'answer', id, sdp: await this.answer(socket, message.sdp), codec: 'vp8',
              preset: this.seen(socket), following: socket.isFollowing });
          case 'preset/goto':
            if (message.scope === 'programme') {
              if (socket.role !== 'operator') return fail('notOperator');
              this.programme = message.preset;
              this.tell({ type: 'patch', rev: ++this.rev, programme: { preset: message.preset } });
              if (!socket.isFollowing) return;
              return socket.tell({ type: 'preset/changed', id, preset: message.preset, scope: 'programme', following: true });
            }
            return setTimeout(() => {
              Object.assign(socket, { preset: message.preset, isFollowing: false });
              socket.tell({ type: 'preset/changed', id, preset: message.preset, scope: 'me', following: false });
            }, this.switchDelay);
          case 'follow':
            socket.isFollowing = true;
            return socket.tell({ type: 'preset/changed', id, preset: this.programme, scope: 'me', following: true });
          case 'transport/pause': return this.patch({ item: { ...this.item, paused: true } });
          case 'transport/play': return this.patch({ item: { ...this.item, paused: false } });
        }
      },
      async answer(socket, sdp) {
        this.sender?.close();
        const connection = (this.sender = new RTCPeerConnection({ encodedInsertableStreams: this.isGarbled }));
        const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
        const context = canvas.getContext('2d');
        let step = 0;
        const timer = setInterval(() => {
          if (connection.connectionState === 'closed') return clearInterval(timer);
          if (this.isFrozen) return;
          context.fillStyle = this.colours[this.seen(socket)];
          context.fillRect(0, 0, 320, 180);
          context.fillStyle = 'white';
          context.fillRect(step++ % 320, 176, 8, 4);
        }, 33);
        const track = connection.addTrack(canvas.captureStream(30).getVideoTracks()[0]);
        if (this.isGarbled) {
          // Whole frames that no decoder makes a picture of.
          const { readable, writable } = track.createEncodedStreams();
          readable.pipeThrough(new TransformStream({
            transform(frame, controller) {
              frame.data = new Uint8Array(frame.data.byteLength).fill(0x5a).buffer;
              controller.enqueue(frame);
            },
          })).pipeTo(writable);
        }
        await connection.setRemoteDescription({ type: 'offer', sdp });
        await connection.setLocalDescription(await connection.createAnswer());
        while (connection.iceGatheringState !== 'complete') {
          await new Promise((resolve) => (connection.onicegatheringstatechange = resolve));
        }
        return connection.localDescription.sdp;
      },
    };
    window.WebSocket = class {
      static CONNECTING = 0;
      static OPEN = 1;
      readyState = 0;
      role = 'viewer';
      isFollowing = true;
      preset = 0;
      constructor(url, protocol) {
        Object.assign(this, { url: String(url), protocol });
        server.attempts += 1;
        setTimeout(() => {
          if (!server.isUp) return this.shut();
          this.readyState = 1;
          server.sockets.push(this);
          this.onopen?.();
        });
      }
      send(text) { setTimeout(() => this.readyState === 1 && server.receive(this, JSON.parse(text))); }
      tell(message) { if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(message) }); }
      shut() { this.readyState = 3; this.onclose?.(); }
      close() { server.sockets = server.sockets.filter((socket) => socket !== this); this.shut(); }
    };
    window.fetch = async (path, options) => {
      if (!server.isUp) throw new TypeError('refused');
      if (path !== '/api/v1/operators') return new Response('ok');
      const { pin, name } = JSON.parse(options.body);
      const answer = (status, value) => new Response(JSON.stringify(value), { status });
      const fail = (status, code, message) => answer(status, { error: { code, message } });
      server.device = name;
      if (server.isSlow) return fail(429, 'rateLimited', 'The next one is looked at in 8 seconds.');
      return pin === server.pin ? answer(201, { id: 'd', token: server.token }) : fail(401, 'wrongPin', 'Wrong.');
    };
    // What an earlier test left there.
    if (sessionStorage.length === 0) localStorage.clear();
    // The colour in the middle of the picture that is in front, as the name of the preset that it belongs to.
    window.colourOnScreen = () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 8, height: 8 });
      const context = canvas.getContext('2d');
      context.drawImage(cupola.video(), 0, 0, 8, 8);
      const [red, green, blue] = context.getImageData(4, 4, 1, 1).data;
      const bits = (red > 96 ? 4 : 0) + (green > 96 ? 2 : 0) + (blue > 96 ? 1 : 0);
      return { 4: 'front', 2: 'right', 1: 'back', 6: 'left' }[bits] ?? `${red},${green},${blue}`;
    };

    """
}
