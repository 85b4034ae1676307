import CDRM
import Media

extension KMSCard {
  /// The connectors that a screen may be at; one that is gone meanwhile (of a dock) is left out.
  func readConnectors(probing: Bool) -> [Connector] {
    connectors.compactMap { id in
      let read = unsafe probing ? drmModeGetConnector(descriptor, id) : drmModeGetConnectorCurrent(descriptor, id)
      guard let read = unsafe read else { return nil }
      defer { unsafe drmModeFreeConnector(read) }
      return unsafe connector(read.pointee)
    }
  }

  private func connector(_ read: drmModeConnector) -> Connector? {
    let type = unsafe read.connector_type
    guard type != UInt32(DRM_MODE_CONNECTOR_WRITEBACK) else { return nil }
    let kind = unsafe drmModeGetConnectorTypeName(type).map { unsafe String(cString: $0) } ?? "Unknown"
    var connector = unsafe Connector(
      id: read.connector_id, name: "\(kind)-\(read.connector_type_id)",
      status: read.connection == DRM_MODE_CONNECTED
        ? .connected : read.connection == DRM_MODE_DISCONNECTED ? .disconnected : .unknown,
      modes: UnsafeBufferPointer(start: read.modes, count: Int(read.count_modes)).map { DisplayMode($0) },
      isBuiltIn: [
        DRM_MODE_CONNECTOR_eDP, DRM_MODE_CONNECTOR_LVDS, DRM_MODE_CONNECTOR_DSI, DRM_MODE_CONNECTOR_DPI,
      ].contains(Int32(bitPattern: type)))
    for i in 0..<Int(unsafe read.count_props) {
      let (property, value) = unsafe (read.props[i], read.prop_values[i])
      switch name(of: property) {
      case "EDID": connector.screen = digest(ofBlob: value)
      case "link-status": connector.isLinkBad = value == UInt64(DRM_MODE_LINK_STATUS_BAD)
      default: break
      }
    }
    return connector
  }

  /// The CRTC that can feed a connector: the one that does, where one does.
  func crtc(for connector: UInt32) -> (id: UInt32, index: Int)? {
    guard let read = unsafe drmModeGetConnectorCurrent(descriptor, connector) else { return nil }
    defer { unsafe drmModeFreeConnector(read) }
    let current = unsafe drmModeGetEncoder(descriptor, read.pointee.encoder_id)
    defer { unsafe drmModeFreeEncoder(current) }
    if let id = unsafe current?.pointee.crtc_id, let index = crtcs.firstIndex(of: id) { return (id, index) }
    let possible = unsafe drmModeConnectorGetPossibleCrtcs(descriptor, read)
    guard let index = crtcs.indices.first(where: { $0 < 32 && possible >> UInt32($0) & 1 == 1 }) else { return nil }
    return (crtcs[index], index)
  }

  /// The primary plane that can feed a CRTC, and all others that feed it now (a cursor, an overlay of somebody before).
  func planes(for crtc: (id: UInt32, index: Int)) -> (primary: UInt32, others: [UInt32])? {
    guard let list = unsafe drmModeGetPlaneResources(descriptor) else { return nil }
    defer { unsafe drmModeFreePlaneResources(list) }
    var primary: [(plane: UInt32, isInUse: Bool)] = []
    var others: [UInt32] = []
    for i in 0..<Int(unsafe list.pointee.count_planes) {
      guard let plane = unsafe drmModeGetPlane(descriptor, list.pointee.planes[i]) else { continue }
      defer { unsafe drmModeFreePlane(plane) }
      let (id, user, possible) = unsafe (plane.pointee.plane_id, plane.pointee.crtc_id, plane.pointee.possible_crtcs)
      let type = properties(of: id, type: DRM_MODE_OBJECT_PLANE)["type"]?.value
      if type == UInt64(DRM_PLANE_TYPE_PRIMARY), possible >> UInt32(crtc.index) & 1 == 1, user == 0 || user == crtc.id {
        primary.append((id, user == crtc.id))
      } else if user == crtc.id {
        others.append(id)
      }
    }
    guard let chosen = (primary.first { $0.isInUse } ?? primary.first)?.plane else { return nil }
    return (chosen, others + primary.filter { $0.isInUse && $0.plane != chosen }.map(\.plane))
  }
}

extension DisplayMode {
  init(_ info: drmModeModeInfo) {
    self.init(
      size: VideoSize(width: Int(info.hdisplay), height: Int(info.vdisplay)),
      timing: Timing(
        clock: info.clock, horizontal: .init(syncStart: info.hsync_start, syncEnd: info.hsync_end, total: info.htotal),
        vertical: .init(syncStart: info.vsync_start, syncEnd: info.vsync_end, total: info.vtotal), skew: info.hskew,
        scan: info.vscan, flags: info.flags, type: info.type))
  }

  /// In the kernel's terms.
  var info: drmModeModeInfo {
    var info = drmModeModeInfo()
    info.clock = timing.clock
    info.hdisplay = UInt16(clamping: size.width)
    info.hsync_start = timing.horizontal.syncStart
    info.hsync_end = timing.horizontal.syncEnd
    info.htotal = timing.horizontal.total
    info.hskew = timing.skew
    info.vdisplay = UInt16(clamping: size.height)
    info.vsync_start = timing.vertical.syncStart
    info.vsync_end = timing.vertical.syncEnd
    info.vtotal = timing.vertical.total
    info.vscan = timing.scan
    info.vrefresh = UInt32(refreshRate.rounded())
    info.flags = timing.flags
    info.type = timing.type
    return info
  }
}
