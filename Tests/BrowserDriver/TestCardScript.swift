/// JavaScript that reads the panorama test card from a picture of it.
///
/// The card is a cube: six coloured faces, each with its frame number in a row of 20 cells below its centre: white, black,
/// 16 bits of the number with the most significant first, even parity, white. In units of the face's half width a cell is
/// 18/480 wide, the row 360/480, and it lies between 60/480 and 120/480 below the centre.
///
/// A point of a face is a direction; turned into the camera and divided by its depth it is a place in the picture. So every view
/// can be read in which one face's row is whole and large enough.
enum TestCardScript {
  static let source = #"""
    (() => {
      const faces = {
        F: { at: [0, 0, -1], right: [1, 0, 0], down: [0, -1, 0], colour: [192, 0, 0] },
        R: { at: [1, 0, 0], right: [0, 0, 1], down: [0, -1, 0], colour: [0, 160, 0] },
        B: { at: [0, 0, 1], right: [-1, 0, 0], down: [0, -1, 0], colour: [0, 0, 192] },
        L: { at: [-1, 0, 0], right: [0, 0, -1], down: [0, -1, 0], colour: [192, 192, 0] },
        U: { at: [0, 1, 0], right: [1, 0, 0], down: [0, 0, -1], colour: [0, 192, 192] },
        D: { at: [0, -1, 0], right: [1, 0, 0], down: [0, 0, 1], colour: [192, 0, 192] },
      };
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
      const radians = (degrees) => (degrees * Math.PI) / 180;

      // From a direction of the panorama to one of the camera: x right, y up, -z forward.
      function turn([x, y, z], { yaw, pitch, roll }) {
        let [sine, cosine] = [Math.sin(radians(yaw)), Math.cos(radians(yaw))];
        [x, z] = [cosine * x + sine * z, cosine * z - sine * x];
        [sine, cosine] = [Math.sin(radians(pitch)), Math.cos(radians(pitch))];
        [y, z] = [cosine * y + sine * z, cosine * z - sine * y];
        [sine, cosine] = [Math.sin(radians(roll)), Math.cos(radians(roll))];
        return [cosine * x - sine * y, sine * x + cosine * y, z];
      }

      function place(face, right, down, view, width, height) {
        const { at, right: r, down: d } = faces[face];
        const [x, y, z] = turn(at.map((_, i) => at[i] + right * r[i] + down * d[i]), view);
        if (z > -0.05) return null;
        const focal = width / 2 / Math.tan(radians(view.fov) / 2);
        const point = [width / 2 + (focal * x) / -z, height / 2 - (focal * y) / -z];
        return point[0] >= 3 && point[0] < width - 3 && point[1] >= 3 && point[1] < height - 3 ? point : null;
      }

      function rowOf(face, view, width, height) {
        const cells = Array.from({ length: 20 }, (_, cell) =>
          [80, 90, 100].map((down) => place(face, (18 * cell - 171) / 480, down / 480, view, width, height)));
        return cells.flat().includes(null) ? null : cells;
      }

      function read(picture, view) {
        const isCanvas = picture instanceof HTMLCanvasElement;
        const width = picture?.videoWidth || picture?.naturalWidth || (isCanvas && picture.width) || 0;
        const height = picture?.videoHeight || picture?.naturalHeight || (isCanvas && picture.height) || 0;
        const none = { face: null, colour: null, frame: null, rgb: null, width, height };
        if (!width || !height) return none;
        const rows = Object.keys(faces)
          .map((face) => ({ face, cells: rowOf(face, view, width, height) })).filter(({ cells }) => cells);
        if (!rows.length) return none;
        // Of several rows the widest is the clearest.
        const span = ({ cells }) => Math.hypot(cells[19][1][0] - cells[0][1][0], cells[19][1][1] - cells[0][1][1]);
        const { face, cells } = rows.reduce((a, b) => (span(b) > span(a) ? b : a));
        const plain = [[-0.479, 0.458], [0.479, 0.458], [0.479, 0.19], [-0.479, 0.19], [0, 0.31]]
          .map(([right, down]) => place(face, right, down, view, width, height)).find((point) => point);

        const points = [...cells.flat(), ...(plain ? [plain] : [])];
        const left = Math.floor(Math.min(...points.map(([x]) => x))) - 2;
        const top = Math.floor(Math.min(...points.map(([, y]) => y))) - 2;
        const wide = Math.ceil(Math.max(...points.map(([x]) => x))) + 3 - left;
        const high = Math.ceil(Math.max(...points.map(([, y]) => y))) + 3 - top;
        if (canvas.width < wide) canvas.width = wide;
        if (canvas.height < high) canvas.height = high;
        context.drawImage(picture, -left, -top, width, height);
        const { data } = context.getImageData(0, 0, wide, high);
        const pixel = (x, y) => {
          const offset = 4 * ((Math.floor(y) - top) * wide + Math.floor(x) - left);
          return [data[offset], data[offset + 1], data[offset + 2]];
        };
        const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

        let rgb = null;
        let colour = null;
        if (plain) {
          const patch = [-2, -1, 0, 1, 2].flatMap((dx) => [-2, -1, 0, 1, 2].map((dy) => pixel(plain[0] + dx, plain[1] + dy)));
          rgb = [0, 1, 2].map((channel) => Math.round(mean(patch.map((value) => value[channel]))));
          const distance = (name) => faces[name].colour.reduce((sum, value, i) => sum + (value - rgb[i]) ** 2, 0);
          colour = Object.keys(faces).reduce((a, b) => (distance(b) < distance(a) ? b : a));
          if (distance(colour) > 3 * 48 ** 2) colour = null;
        }
        const bits = cells.map((cell) => mean(cell.map(([x, y]) => pixel(x, y)[1])) > 110);
        const number = bits.slice(2, 18).reduce((value, bit) => value * 2 + Number(bit), 0);
        const isEven = bits.slice(2, 19).filter(Boolean).length % 2 === 0;
        const frame = bits[0] && !bits[1] && bits[19] && isEven ? number : null;
        return { face, colour, frame, rgb, width, height };
      }

      function watch(video, view, count, milliseconds) {
        return new Promise((resolve) => {
          const frames = [];
          const timer = setTimeout(() => resolve(frames), milliseconds);
          const step = (now, metadata) => {
            frames.push({
              reading: read(video(), view),
              rtpTimestamp: metadata.rtpTimestamp ?? null,
              presentedAt: performance.timeOrigin + metadata.presentationTime,
              presentedFrames: metadata.presentedFrames,
            });
            if (frames.length < count) return video().requestVideoFrameCallback(step);
            clearTimeout(timer);
            resolve(frames);
          };
          video().requestVideoFrameCallback(step);
        });
      }

      return { read, watch };
    })()
    """#
}
