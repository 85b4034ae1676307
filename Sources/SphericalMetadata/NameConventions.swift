extension SphericalMetadata {
  /// What people and cameras call a file by its shape: `dive_360_TB.mp4`, `stage-180-LR.mp4`, `VID_0001.insv`.
  ///
  /// - Parameter name: without its folder.
  /// - Returns: nil when it says nothing.
  public init?(name: String) {
    let lower = name.lowercased()
    let parts = lower.split(separator: ".")
    let ending = parts.count > 1 ? parts.last.map(String.init) : nil
    let stem = ending.map { lower.dropLast($0.count + 1) } ?? lower[...]
    let words = Set(stem.split { !$0.isLetter && !$0.isNumber }.map(String.init))
    func says(_ any: String...) -> Bool { any.contains(where: words.contains) }
    var found = SphericalMetadata(projection: .unstated, origin: .name)
    if ending == "insv" || ending == "insp" || says("dualfisheye") {
      found.projection = .dualFisheye
    } else if says("fisheye") {
      found.projection = .fisheye
    } else if says("eac") || ending == "360" {
      found.projection = .equiangularCubemap
    } else if says("cubemap") {
      found.projection = .cubemap(layout: 0, padding: 0)
    } else if says("180", "vr180", "180x180") {
      found.projection = .halfEquirectangular
    } else if says("360", "vr360", "mono360", "equirectangular", "equirect", "erp") {
      found.projection = .equirectangular(.full)
    }
    if says("tb", "ou", "topbottom", "overunder", "3dv") {
      found.stereo = .topBottom
    } else if says("lr", "sbs", "leftright", "sidebyside", "3dh") {
      found.stereo = .leftRight
    }
    guard found.saysSomething else { return nil }
    self = found
  }
}
