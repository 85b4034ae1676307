import CFFmpeg

/// What is known of the form that media is packed in.
public struct Container: Hashable, Sendable {
  /// libav's name of it: "mov,mp4,m4a,3gp,3g2,mj2".
  public let formatName: String
  /// Whether stamps may jump in it, as in a transport stream that a recorder glued together.
  public let hasDiscontinuities: Bool
  /// Whether it gives stamps to some of its pictures only, as a program stream to the first one of each packet: after a
  /// seek, those before the second of them are guesses.
  public let hasSparseStamps: Bool
  /// Whether it holds a single picture.
  public let isStill: Bool
  /// Whether its last packet is not there whole; false where that cannot be told.
  public let isCutOff: Bool

  init(_ context: borrowing FormatContext, file: RegularFile?) {
    let name = context.formatName
    formatName = name
    hasDiscontinuities = context.pointer.pointee.iformat.pointee.flags & AVFMT_TS_DISCONT != 0
    let streams = context.streams
    hasSparseStamps = name == "mpeg"
    isStill =
      name == "image2" || name.hasSuffix("_pipe")
      || (streams.count == 1 && streams[0].pointee.nb_frames == 1 && Self.isImageBrand(context.pointer))
    if let file { isCutOff = Self.isCutOff(context, size: file.size) } else { isCutOff = false }
  }

  /// AVIF and HEIF are QuickTime files by their structure (ISO/IEC 23008-12, 10).
  private static func isImageBrand(_ context: UnsafeMutablePointer<AVFormatContext>) -> Bool {
    guard let entry = av_dict_get(context.pointee.metadata, "major_brand", nil, 0) else { return false }
    return ["avif", "mif1", "heic", "heix"].contains(String(cString: entry.pointee.value))
  }

  /// Packets of a transport stream have one length.
  private static func isCutOff(_ context: borrowing FormatContext, size: Int64) -> Bool {
    guard context.formatName == "mpegts", let own = context.pointer.pointee.priv_data else { return false }
    var length: Int64 = 0
    guard av_opt_get_int(own, "ts_packetsize", 0, &length) >= 0, length > 0 else { return false }
    return size % length != 0
  }
}
