import FFmpeg
import Media

extension MediaFileSource {
  /// Pictures behind a decoder: two in the player's queue, the one that is on, one that has just come, and one that a
  /// preset still projects.
  private static let held = 5

  /// How the tracks of an item are decoded, one or two in step, which share the memory there is.
  ///
  /// - Throws: `.tooLarge` when there is too little even with one thread each.
  static func plans(
    for videos: [VideoStream], threads wanted: Int?, memory: PictureMemory, hardware: HardwareAcceleration?,
    recoveryLimit: MediaTime
  ) throws(MediaError) -> [DecodingPlan] {
    var plans: [DecodingPlan] = []
    for video in videos {
      // One thread feeds all decoders: beside another, none decodes on it.
      let threads = try threads(
        for: video, wanted: wanted ?? max(threads(for: video), videos.count),
        within: memory.limit / Int64(videos.count))
      plans.append(
        DecodingPlan(video: video, threads: threads, memory: memory, hardware: hardware, recoveryLimit: recoveryLimit))
    }
    return plans
  }

  /// How many threads decode `video`: as many as it needs, or as there is memory for.
  ///
  /// - Throws: `.tooLarge` when there is not even memory for one.
  static func threads(for video: VideoStream, wanted: Int?, within limit: Int64) throws(MediaError) -> Int {
    let wanted = wanted ?? threads(for: video)
    for threads in stride(from: wanted, through: 1, by: -1)
    where video.decodingBytes(threads: threads, held: held) <= limit { return threads }
    throw .tooLarge(
      size: "\(video.size)", needed: video.decodingBytes(threads: 1, held: held), allowed: limit)
  }

  /// One decodes 4K at 30 frames a second with 8 bits; what is more gets more.
  static func threads(for video: VideoStream) -> Int {
    let pixels = Double(video.size.width) * Double(video.size.height)
    let load = pixels * min(video.averageFrameRate?.value ?? 30, 120) * (video.bitDepth > 8 ? 2 : 1)
    return Int(min(max((load / (4096 * 2160 * 31)).rounded(.up), 1), 4))
  }
}
