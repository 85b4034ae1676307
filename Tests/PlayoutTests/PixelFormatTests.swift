import ColourModels
import FFmpeg
import Foundation
import Media
import Playout
import Testing

/// Every way that samples are stored, from files to what a view shows.
@Suite struct PixelFormatTests {
  /// As libav names them, and their numbers in H.273.
  private static let matrices: [(name: String, code: Int32, rest: String)] = [
    ("smpte170m", 6, "-color_primaries smpte170m -color_trc smpte170m"),
    ("bt709", 1, "-color_primaries bt709 -color_trc bt709"),
    ("bt2020nc", 9, "-color_primaries bt2020 -color_trc bt2020-10"),
  ]

  private static func yuv(
    _ format: String, subsampling: (Int, Int), bits: Int, matrix: Int, isFull: Bool, more: String = "",
    name: String = ""
  ) throws -> String {
    let model = SignalModel(matrix: matrices[matrix].code, isFull: isFull, bits: bits)
    let data = ColourChart.raw(planes: [(1, 1), subsampling, subsampling], bits: bits) { plane, x, y in
      [model.codes(ColourChart.colour(x: x, y: y))[plane]]
    }
    let (matrix, rest) = (matrices[matrix].name, matrices[matrix].rest)
    return try ColourChart.file(
      "\(name)\(format)-\(matrix)-\(isFull).mkv", format: format, data,
      "-c:v ffv1 -pix_fmt \(format) -colorspace \(matrix) -color_range \(isFull ? "pc" : "tv") "
        + (more.isEmpty ? rest : more))
  }

  private func expectRight(
    _ file: String, within limit: Double = 2, bits: Int = 8, _ expected: ([Double]) -> [Double] = { $0 }
  ) throws {
    let shown = try ColourChart.shown(file)
    let name = (file as NSString).lastPathComponent
    #expect(shown.frame.layout == (bits > 8 ? .yuv420p10 : .yuv420p), "\(name)")
    let converted = shown.frame.withPicture { ColourChart.worst($0, shown.frame.colour, expected) }
    #expect(converted <= limit, "\(name), as it is projected, \(shown.frame.colour)")
    let view = shown.view.withPicture { ColourChart.worst($0, shown.view.colour, expected) }
    #expect(view <= limit, "\(name), as it is seen")
  }

  @Test(arguments: [
    ("yuv420p", (2, 2), 8), ("yuv422p", (2, 1), 8), ("yuv444p", (1, 1), 8), ("yuv420p10le", (2, 2), 10),
    ("yuv422p10le", (2, 1), 10), ("yuv444p10le", (1, 1), 10), ("yuv420p12le", (2, 2), 12), ("yuv422p12le", (2, 1), 12),
    ("yuv444p12le", (1, 1), 12), ("yuv420p16le", (2, 2), 16), ("yuv411p", (4, 1), 8), ("yuv440p", (1, 2), 8),
  ])
  func `planes of every subsampling and depth, matrix and range`(
    format: String, subsampling: (Int, Int), bits: Int
  ) throws {
    for matrix in Self.matrices.indices {
      for isFull in [false, true] {
        let file = try Self.yuv(format, subsampling: subsampling, bits: bits, matrix: matrix, isFull: isFull)
        try expectRight(file, within: 2, bits: bits)
      }
    }
  }

  @Test(arguments: [("gray", 8, "png"), ("gray", 8, "mkv"), ("gray10le", 10, "mkv"), ("gray12le", 12, "mkv")])
  func `grey`(format: String, bits: Int, container: String) throws {
    for isFull in container == "png" ? [true] : [true, false] {
      let model = SignalModel(matrix: 1, isFull: isFull, bits: bits)
      func grey(_ colour: [Double]) -> Double { 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2] }
      let data = ColourChart.raw(planes: [(1, 1)], bits: bits) { _, x, y in
        [model.codes(ColourChart.colour(x: x, y: y))[0]]
      }
      let file = try ColourChart.file(
        "\(format)-\(isFull).\(container)", format: format, data,
        container == "png" ? "-frames:v 1" : "-c:v ffv1 -color_range \(isFull ? "pc" : "tv")")
      try expectRight(file, bits: bits) { [grey($0), grey($0), grey($0)] }
    }
  }

  @Test func `RGB, packed and planar, of 8 to 16 bits, and palettes`() throws {
    func packed(_ format: String, _ bits: Int, _ name: String, _ options: String) throws -> String {
      let data = ColourChart.raw(planes: [(1, 1)], bits: bits) { _, x, y in
        ColourChart.colour(x: x, y: y).map { $0 * Double(1 << bits - 1) }
      }
      return try ColourChart.file(name, format: format, data, options)
    }
    func planar(_ format: String, _ bits: Int) throws -> String {
      let data = ColourChart.raw(planes: [(1, 1), (1, 1), (1, 1)], bits: bits) { plane, x, y in
        [ColourChart.colour(x: x, y: y)[[1, 2, 0][plane]] * Double(1 << bits - 1)]
      }
      return try ColourChart.file("\(format).mkv", format: format, data, "-c:v ffv1 -pix_fmt \(format)")
    }
    let palette = "split[a][b];[a]palettegen[p];[b][p]paletteuse"
    try expectRight(try packed("rgb24", 8, "rgb24.png", "-frames:v 1"))
    try expectRight(try packed("rgb24", 8, "palette.gif", "-vf \(palette) -frames:v 1"))
    try expectRight(try packed("rgb24", 8, "pal8.png", "-vf \(palette) -frames:v 1"))
    try expectRight(try packed("rgb24", 8, "rgb24.webp", "-frames:v 1 -lossless 1"))
    try expectRight(try packed("rgb48le", 16, "rgb48.png", "-frames:v 1 -pix_fmt rgb48be"), bits: 16)
    try expectRight(try planar("gbrp", 8))
    try expectRight(try planar("gbrp10le", 10), bits: 10)
    try expectRight(try planar("gbrp12le", 12), bits: 12)
  }

  @Test func `yuvj420p of a photograph`() throws {
    let model = SignalModel(matrix: 6, isFull: true, bits: 8)
    let data = ColourChart.raw(planes: [(1, 1), (2, 2), (2, 2)], bits: 8) { plane, x, y in
      [model.codes(ColourChart.colour(x: x, y: y))[plane]]
    }
    let file = try ColourChart.file("photo.jpg", format: "yuvj420p", data, "-frames:v 1 -q:v 1")
    try expectRight(file, within: 3)
  }

  /// What has more than 8 bits gets to the tone mapping with 10, and with the matrix of BT.2020.
  @Test(arguments: ["smpte2084", "arib-std-b67"]) func `HDR in any format is tone-mapped`(transfer: String) throws {
    let more = "-color_primaries bt2020 -color_trc \(transfer)"
    var files: [String] = []
    for (format, subsampling, bits) in [
      ("yuv422p10le", (2, 1), 10), ("yuv444p10le", (1, 1), 10), ("yuv420p12le", (2, 2), 12),
      ("yuv444p12le", (1, 1), 12),
    ] {
      files.append(
        try Self.yuv(
          format, subsampling: subsampling, bits: bits, matrix: 2, isFull: false, more: more, name: transfer))
    }
    for bits in [10, 12] {
      let data = ColourChart.raw(planes: [(1, 1), (1, 1), (1, 1)], bits: bits) { plane, x, y in
        [ColourChart.colour(x: x, y: y)[[1, 2, 0][plane]] * Double(1 << bits - 1)]
      }
      files.append(
        try ColourChart.file(
          "\(transfer)-gbrp\(bits).mkv", format: "gbrp\(bits)le", data, "-c:v ffv1 -pix_fmt gbrp\(bits)le \(more)"))
    }
    let model = ToneModel(isHLG: transfer != "smpte2084")
    let hdr = SignalModel(matrix: 9, isFull: false, bits: 10)
    for file in files {
      let shown = try ColourChart.shown(file)
      #expect(shown.frame.layout == .yuv420p10 && shown.frame.colour.matrix == 9 && shown.frame.colour.isHDR, "\(file)")
      // Before it is mapped: 10 bits are good for a code of 8 bits at least.
      #expect(shown.frame.withPicture { ColourChart.worst($0, shown.frame.colour) } <= 0.5, "\(file)")
      // And after: by the model, whose own codes are those of the colours.
      let worst = shown.view.withPicture { view in
        ColourChart.worst(view, shown.view.colour) { colour in
          let codes = hdr.codes(colour)
          let mapped = model.mapped(codes[0], codes[1], codes[2])
          return SignalModel(.bt709, bits: 8).rgb([mapped.y, mapped.cb, mapped.cr])
        }
      }
      #expect(worst <= 3, "\(file)")
    }
  }

  /// Opaque above, half transparent in the third row, and below garbage that nobody is to see.
  private static func alpha(y: Int) -> Double { [1, 1, 0.5, 0][y / ColourChart.patch] }

  private static func overBlack(_ colour: [Double]) -> [Double] {
    let row = (ColourChart.colours.firstIndex(of: colour) ?? 0) / ColourChart.columns
    return colour.map { $0 * [1, 1, 0.5, 0][row] }
  }

  @Test func `what is transparent is over black: stills`() throws {
    for (format, bits, name, options) in [
      ("rgba", 8, "rgba.png", ""), ("rgba64le", 16, "rgba64.png", "-pix_fmt rgba64be"),
      ("rgba", 8, "rgba.webp", "-lossless 1"),
      ("rgba", 8, "rgba.mov", "-c:v qtrle -pix_fmt argb"),
    ] {
      let data = ColourChart.raw(planes: [(1, 1)], bits: bits) { _, x, y in
        (ColourChart.colour(x: x, y: y) + [Self.alpha(y: y)]).map { $0 * Double(1 << bits - 1) }
      }
      let file = try ColourChart.file(name, format: format, data, "-frames:v 1 " + options)
      try expectRight(file, bits: bits, Self.overBlack)
    }
    let data = ColourChart.raw(planes: [(1, 1)], bits: 8) { _, x, y in
      [ColourChart.colour(x: x, y: y)[0] * 255, Self.alpha(y: y) * 255]
    }
    let file = try ColourChart.file("ya8.png", format: "ya8", data, "-frames:v 1")
    try expectRight(file) { colour in [Double](repeating: Self.overBlack(colour)[0], count: 3) }
  }

  @Test func `what is transparent is over black: a palette`() throws {
    // Red, and a green that is transparent.
    let path = TestClips.folder + "/transparent.png"
    TestClips.run([
      "-f", "lavfi", "-i",
      "color=red:s=\(ColourChart.size):d=0.04,format=rgba,geq=r='255*lt(Y,64)':g='255*gte(Y,64)':b=0:a='255*lt(Y,64)'",
      "-vf", "split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse=alpha_threshold=128", "-frames:v",
      "1",
      path,
    ])
    let shown = try ColourChart.shown(path)
    let model = SignalModel(shown.view.colour, bits: 8)
    let (above, below) = shown.view.withPicture { picture in
      func rgb(_ y: Int) -> [Double] {
        func byte(_ plane: PlanarPicture.Plane, _ x: Int, _ y: Int) -> Double {
          Double(plane.base.load(fromByteOffset: y * plane.stride + x, as: UInt8.self))
        }
        return model.rgb([byte(picture.luma, 64, y), byte(picture.cb, 32, y / 2), byte(picture.cr, 32, y / 2)])
      }
      return (rgb(32), rgb(96))
    }
    #expect(zip(above, [1, 0, 0]).allSatisfy { ($0 - $1).magnitude < 0.02 }, "\(above)")
    #expect(below.allSatisfy { $0.magnitude < 0.02 }, "\(below)")
  }

  @Test(arguments: [
    ("yuva420p", (2, 2), 8, "webm", "-c:v libvpx-vp9 -lossless 1"),
    ("yuva420p", (2, 2), 8, "webm", "-c:v libvpx -b:v 20M -auto-alt-ref 0"),
    ("yuva420p", (2, 2), 8, "mkv", "-c:v ffv1"), ("yuva444p", (1, 1), 8, "mkv", "-c:v ffv1"),
    ("yuva444p10le", (1, 1), 10, "mov", "-c:v prores_ks -profile:v 4444 -qscale:v 1"),
  ])
  func `what is transparent is over black: films`(
    format: String, subsampling: (Int, Int), bits: Int, container: String, codec: String
  ) throws {
    // VP8 is BT.601, and a ProRes file made by ffmpeg says nothing.
    let matrix = Self.matrices[codec.contains("libvpx ") || codec.contains("prores") ? 0 : 1]
    let model = SignalModel(matrix: matrix.code, isFull: false, bits: bits)
    let data = ColourChart.raw(planes: [(1, 1), subsampling, subsampling, (1, 1)], bits: bits) { plane, x, y in
      if plane == 3 { return [Self.alpha(y: y) * Double(1 << bits - 1)] }
      return [model.codes(ColourChart.colour(x: x, y: y))[plane]]
    }
    let file = try ColourChart.file(
      "alpha-\(format)-\(abs(codec.hashValue)).\(container)", format: format, data,
      "\(codec) -pix_fmt \(format) -colorspace \(matrix.name) \(matrix.rest) -color_range tv")
    // What libvpx makes of a picture in VP8 is off by a few codes.
    try expectRight(file, within: codec.contains("libvpx ") ? 4 : 2, bits: bits, Self.overBlack)
  }
}
