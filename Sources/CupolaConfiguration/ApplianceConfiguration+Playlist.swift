import Media
import Yams

extension ApplianceConfiguration {
  mutating func readPlaylist(_ node: Node, _ reader: ConfigurationReader) {
    let keys = reader.mapping(node, "playlist", allowed: ["sources", "formats", "repeat", "stillDuration"])
    if let node = keys["sources"] { readSources(node, reader) }
    if let node = keys["formats"] {
      if let formats = node.scalar.flatMap({ Playlist.Formats(rawValue: $0.string) }) {
        playlist.formats = formats
      } else {
        reader.report(node, "playlist.formats", "\(reader.shown(node)) is unknown; allowed are standard, all")
      }
    }
    if let node = keys["repeat"] {
      playlist.repeats = reader.bool(node, "playlist.repeat") ?? playlist.repeats
    }
    if let node = keys["stillDuration"] {
      playlist.stillDuration =
        reader.seconds(node, "playlist.stillDuration", in: 1...86_400) ?? playlist.stillDuration
    }
  }

  /// What is said of every picture, by the words that lists and the command line use.
  mutating func readSource(_ node: Node, _ reader: ConfigurationReader) {
    let keys = reader.mapping(node, "source", allowed: ShapeOverride.keys)
    for name in ShapeOverride.keys {
      guard let node = keys[name], let text = reader.string(node, "source.\(name)") else { continue }
      do throws(ShapeOverride.Invalid) {
        try shape.set(name, text)
      } catch {
        reader.report(node, "source.\(name)", error.description)
      }
    }
  }

  /// Texts, or mappings with what is to be said of a source besides.
  private mutating func readSources(_ node: Node, _ reader: ConfigurationReader) {
    guard let nodes = reader.sequence(node, "playlist.sources", of: "files, folders, .m3u lists or URLs") else {
      playlist.sources = []
      return
    }
    playlist.sources = []
    for (index, node) in nodes.enumerated() {
      let key = "playlist.sources[\(index)]"
      guard node.mapping != nil else {
        if let source = reader.string(node, key) { playlist.sources.append(MediaLocation(source)) }
        continue
      }
      let keys = reader.mapping(node, key, allowed: ["url", "insecure"])
      guard let url = keys["url"] else {
        reader.report(node, key, "needs a url")
        continue
      }
      guard let source = reader.string(url, "\(key).url") else { continue }
      playlist.sources.append(MediaLocation(source))
      guard let insecure = keys["insecure"], reader.bool(insecure, "\(key).insecure") == true else { continue }
      playlist.insecureSources.insert(MediaLocation(source))
    }
  }
}
