import CDRM

/// A connector that is set, with what feeds it: CRTC and, where changes are atomic, plane.
@safe struct KMSOutput {
  private typealias Properties = [String: (id: UInt32, value: UInt64)]

  let card: KMSCard
  let connector: UInt32
  let crtc: UInt32
  private let plane: UInt32
  private let otherPlanes: [UInt32]

  init(_ connector: UInt32, on card: KMSCard) throws(DeviceError) {
    guard let crtc = card.crtc(for: connector) else { throw .invalid }
    let planes = card.isAtomic ? card.planes(for: crtc) : nil
    if card.isAtomic, planes == nil { throw .invalid }
    self.card = card
    self.connector = connector
    self.crtc = crtc.id
    plane = planes?.primary ?? 0
    otherPlanes = planes?.others ?? []
  }

  /// Tries a mode, then sets it and waits for it.
  func set(_ mode: DisplayMode, showing buffer: DumbBuffer) throws(DeviceError) {
    var info = mode.info
    guard card.isAtomic else {
      var connector = connector
      return try DeviceError.check(
        unsafe drmModeSetCrtc(card.descriptor, crtc, buffer.framebuffer, 0, 0, &connector, 1, &info))
    }
    var blob: UInt32 = 0
    try DeviceError.check(
      unsafe drmModeCreatePropertyBlob(card.descriptor, &info, MemoryLayout.size(ofValue: info), &blob))
    defer { drmModeDestroyPropertyBlob(card.descriptor, blob) }
    let request = AtomicRequest(card)
    // Whoever was here before may have fed another connector from this CRTC, or laid a cursor over it.
    for other in card.connectors where other != connector {
      let properties = card.properties(of: other, type: DRM_MODE_OBJECT_CONNECTOR)
      if let property = properties["CRTC_ID"], property.value == UInt64(crtc) { request.add(other, property.id, 0) }
    }
    for other in otherPlanes { release(plane: other, in: request) }
    request.add(connector, DRM_MODE_OBJECT_CONNECTOR, ["CRTC_ID": UInt64(crtc)])
    request.add(crtc, DRM_MODE_OBJECT_CRTC, ["MODE_ID": UInt64(blob), "ACTIVE": 1])
    let (width, height) = (UInt64(mode.size.width), UInt64(mode.size.height))
    request.add(
      plane, DRM_MODE_OBJECT_PLANE,
      [
        "FB_ID": UInt64(buffer.framebuffer), "CRTC_ID": UInt64(crtc), "SRC_X": 0, "SRC_Y": 0, "SRC_W": width << 16,
        "SRC_H": height << 16, "CRTC_X": 0, "CRTC_Y": 0, "CRTC_W": width, "CRTC_H": height,
      ])
    try unsafe request.commit(UInt32(DRM_MODE_ATOMIC_ALLOW_MODESET | DRM_MODE_ATOMIC_TEST_ONLY))
    // "link-status" is good again by being asked to be: only then the line is trained anew for a mode that stays.
    request.add(connector, DRM_MODE_OBJECT_CONNECTOR, ["link-status": UInt64(DRM_MODE_LINK_STATUS_GOOD)])
    try unsafe request.commit(UInt32(DRM_MODE_ATOMIC_ALLOW_MODESET))
  }

  /// Everything off, and nothing bound to anything.
  func disable() throws(DeviceError) {
    guard card.isAtomic else {
      return try DeviceError.check(drmModeSetCrtc(card.descriptor, crtc, 0, 0, 0, nil, 0, nil))
    }
    let request = AtomicRequest(card)
    request.add(connector, DRM_MODE_OBJECT_CONNECTOR, ["CRTC_ID": 0])
    request.add(crtc, DRM_MODE_OBJECT_CRTC, ["MODE_ID": 0, "ACTIVE": 0])
    release(plane: plane, in: request)
    try unsafe request.commit(UInt32(DRM_MODE_ATOMIC_ALLOW_MODESET))
  }

  func switchOff() throws(DeviceError) {
    guard card.isAtomic else {
      guard let property = card.properties(of: connector, type: DRM_MODE_OBJECT_CONNECTOR)["DPMS"] else {
        return try disable()
      }
      return try DeviceError.check(
        drmModeConnectorSetProperty(card.descriptor, connector, property.id, UInt64(DRM_MODE_DPMS_OFF)))
    }
    let request = AtomicRequest(card)
    request.add(crtc, DRM_MODE_OBJECT_CRTC, ["ACTIVE": 0])
    try unsafe request.commit(UInt32(DRM_MODE_ATOMIC_ALLOW_MODESET))
  }

  func flip(to buffer: DumbBuffer, serial: UInt64) throws(DeviceError) {
    let serial = unsafe UnsafeMutableRawPointer(bitPattern: UInt(serial))
    guard card.isAtomic else {
      return try DeviceError.check(
        unsafe drmModePageFlip(
          card.descriptor, crtc, buffer.framebuffer, UInt32(DRM_MODE_PAGE_FLIP_EVENT), serial))
    }
    let request = AtomicRequest(card)
    request.add(plane, DRM_MODE_OBJECT_PLANE, ["FB_ID": UInt64(buffer.framebuffer)])
    try unsafe request.commit(UInt32(DRM_MODE_ATOMIC_NONBLOCK) | UInt32(DRM_MODE_PAGE_FLIP_EVENT), serial)
  }

  private func release(plane: UInt32, in request: AtomicRequest) {
    request.add(plane, DRM_MODE_OBJECT_PLANE, ["FB_ID": 0, "CRTC_ID": 0])
  }
}

/// Changes that are made together or not at all.
@safe private final class AtomicRequest {
  private let card: KMSCard
  private let request = unsafe drmModeAtomicAlloc()

  init(_ card: KMSCard) { self.card = card }

  deinit { unsafe drmModeAtomicFree(request) }

  func add(_ object: UInt32, _ property: UInt32, _ value: UInt64) {
    unsafe drmModeAtomicAddProperty(request, object, property, value)
  }

  /// Properties that the driver lacks are left out: those that matter are then missed by the kernel, which says so.
  func add(_ object: UInt32, _ type: UInt32, _ values: [String: UInt64]) {
    let properties = card.properties(of: object, type: type)
    for (name, value) in values {
      if let property = properties[name] { add(object, property.id, value) }
    }
  }

  func commit(_ flags: UInt32, _ data: UnsafeMutableRawPointer? = nil) throws(DeviceError) {
    try DeviceError.check(unsafe drmModeAtomicCommit(card.descriptor, request, flags, data))
  }
}
