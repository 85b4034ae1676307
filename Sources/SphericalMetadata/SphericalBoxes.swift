/// Reads how a picture covers the sphere from the boxes of an MP4 or QuickTime movie.
///
/// ```
/// moov ─ trak ┬ tkhd                          track ID
///             ├ uuid ffcc8263…                V1: XML (github.com/google/spatial-media, spherical-video-rfc.md)
///             └ mdia ┬ hdlr                   "vide"
///                    └ minf ─ stbl ─ stsd ─ sample entry ┬ clap               the part to be seen
///                                                        ├ vexu ┬ eyes ─ stri  Apple's: whose picture is first
///                                                        │      ├ proj ─ prji  projection
///                                                        │      └ pack ─ pkin  where the two eyes are
///                                                        ├ hfov               its field of view
///                                                        ├ rinf ─ schi ─ povd ─ prfr    OMAF's projection
///                                                        ├ st3d               V2: stereo mode
///                                                        └ sv3d ┬ svhd
///                                                               └ proj ┬ prhd  pose
///                                                                      └ equi | cbmp | mshp
/// ```
///
/// V2 goes before V1. The walk goes down this tree only, each byte is looked at once, and nothing is kept but the
/// result, so hostile bytes cost at most their own length.
public enum SphericalBoxes {
  /// What is wrong, and where, in bytes from the start of the movie box's contents.
  public struct Failure: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
      /// A box is smaller than its header or ends after its parent.
      case badSize
      /// A box ends before its last field.
      case truncated
    }
    public var reason: Reason
    public var offset: Int

    public init(reason: Reason, offset: Int) {
      self.reason = reason
      self.offset = offset
    }
  }

  /// What one video track says.
  public struct Track: Hashable, Sendable {
    public var trackID: UInt32
    public var metadata: SphericalMetadata
  }

  /// `movie` is the contents of the `moov` box, without its header. Tracks that say nothing are left out.
  public static func parse(_ movie: RawSpan) throws(Failure) -> [Track] {
    var tracks: [Track] = []
    var boxes = BoxIterator(0..<movie.byteCount)
    while let box = try boxes.next(in: movie) {
      guard box.type == "trak" else { continue }
      if let track = try parseTrack(movie, box.contents) { tracks.append(track) }
    }
    return tracks
  }

  private static func parseTrack(_ movie: RawSpan, _ range: Range<Int>) throws(Failure) -> Track? {
    var trackID: UInt32 = 0
    var xml: SphericalMetadata?
    var media: Media?
    var boxes = BoxIterator(range)
    while let box = try boxes.next(in: movie) {
      switch box.type {
      case "tkhd": trackID = try parseTrackID(movie, box.contents)
      case "uuid" where try isSphericalVideoV1(movie, box.contents):
        xml = SphericalXML.parse(movie.bytes(in: box.contents.lowerBound + 16..<box.contents.upperBound))
      case "mdia": media = try parseMedia(movie, box.contents)
      default: continue
      }
    }
    guard let media, media.isVideo else { return nil }
    let entry = media.entry
    var v2 = entry.metadata ?? SphericalMetadata(projection: .unstated, origin: .sphericalVideoV2)
    if let stereo = entry.stereo { v2.stereo = stereo }
    v2.crop = entry.crop
    var all = [v2, xml, entry.apple].compactMap(\.self)
    // Who says that it is not stereoscopic, says it.
    if entry.stereo == .mono { for index in all.indices { all[index].stereo = .mono } }
    guard let metadata = SphericalMetadata.settled(all) else { return nil }
    guard metadata.saysSomething else { return nil }
    return Track(trackID: trackID, metadata: metadata)
  }

  /// Track header (ISO/IEC 14496-12, 8.3.2): the times before the ID are 8 bytes each in version 1.
  private static func parseTrackID(_ movie: RawSpan, _ range: Range<Int>) throws(Failure) -> UInt32 {
    let version = try movie.bigEndian(UInt8.self, at: range.lowerBound, in: range)
    return try movie.bigEndian(UInt32.self, at: range.lowerBound + (version == 1 ? 20 : 12), in: range)
  }

  private static func isSphericalVideoV1(_ movie: RawSpan, _ range: Range<Int>) throws(Failure) -> Bool {
    let high = try movie.bigEndian(UInt64.self, at: range.lowerBound, in: range)
    let low = try movie.bigEndian(UInt64.self, at: range.lowerBound + 8, in: range)
    return high == 0xffcc_8263_f855_4a93 && low == 0x8814_587a_0252_1fdd
  }

  private struct Media {
    var isVideo = false
    var entry = SphericalSampleEntry()
  }

  private static func parseMedia(_ movie: RawSpan, _ range: Range<Int>) throws(Failure) -> Media {
    var media = Media()
    var information: Range<Int>?
    var boxes = BoxIterator(range)
    while let box = try boxes.next(in: movie) {
      switch box.type {
      case "hdlr":
        let handler = try movie.bigEndian(UInt32.self, at: box.contents.lowerBound + 8, in: box.contents)
        media.isVideo = BoxType(code: handler) == "vide"
      case "minf": information = box.contents
      default: continue
      }
    }
    guard media.isVideo, let information,
      let table = try child("stbl", of: movie, information),
      let descriptions = try child("stsd", of: movie, table)
    else { return media }
    // Version, flags and the number of entries; the first entry speaks for the track.
    guard descriptions.count >= 8 else { throw Failure(reason: .truncated, offset: descriptions.lowerBound) }
    var entries = BoxIterator(descriptions.dropFirst(8))
    if let entry = try entries.next(in: movie) { media.entry = try SphericalSampleEntry(movie, entry.contents) }
    return media
  }

  /// The contents of the first box of that type within `range`.
  static func child(_ type: BoxType, of movie: RawSpan, _ range: Range<Int>) throws(Failure) -> Range<Int>? {
    var boxes = BoxIterator(range)
    while let box = try boxes.next(in: movie) {
      if box.type == type { return box.contents }
    }
    return nil
  }
}
