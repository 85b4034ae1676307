import CDRM
import Glibc

/// An open card of which we are master; closed with the last reference.
@safe final class KMSCard {
  let descriptor: Int32
  /// Whether it takes a change of everything at once, or only the calls of before 2015.
  let isAtomic: Bool
  let crtcs: [UInt32]
  let connectors: [UInt32]
  private var propertyNames: [UInt32: String] = [:]

  /// - Throws: `.invalid` for what drives no screen.
  init(path: String, allowsAtomic: Bool) throws(DeviceError) {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw DeviceError(openingErrno: errno) }
    var isDone = false
    defer { if !isDone { Glibc.close(descriptor) } }
    var canBuffer: UInt64 = 0
    guard unsafe drmGetCap(descriptor, UInt64(DRM_CAP_DUMB_BUFFER), &canBuffer) == 0, canBuffer != 0,
      let resources = unsafe drmModeGetResources(descriptor)
    else { throw .invalid }
    defer { unsafe drmModeFreeResources(resources) }
    crtcs = unsafe Array(UnsafeBufferPointer(start: resources.pointee.crtcs, count: Int(resources.pointee.count_crtcs)))
    connectors = unsafe Array(
      UnsafeBufferPointer(start: resources.pointee.connectors, count: Int(resources.pointee.count_connectors)))
    guard !crtcs.isEmpty, !connectors.isEmpty else { throw .invalid }
    // Who opens it first is master without having asked.
    guard drmIsMaster(descriptor) != 0 || drmSetMaster(descriptor) == 0 else { throw .held }
    isAtomic = allowsAtomic && drmSetClientCap(descriptor, UInt64(DRM_CLIENT_CAP_ATOMIC), 1) == 0
    self.descriptor = descriptor
    isDone = true
  }

  deinit { Glibc.close(descriptor) }

  /// The properties of an object, by name.
  func properties(of object: UInt32, type: UInt32) -> [String: (id: UInt32, value: UInt64)] {
    guard let list = unsafe drmModeObjectGetProperties(descriptor, object, type) else { return [:] }
    defer { unsafe drmModeFreeObjectProperties(list) }
    var found: [String: (id: UInt32, value: UInt64)] = [:]
    for i in 0..<Int(unsafe list.pointee.count_props) {
      let (id, value) = unsafe (list.pointee.props[i], list.pointee.prop_values[i])
      found[name(of: id)] = (id, value)
    }
    return found
  }

  /// A property's name, which never changes.
  func name(of property: UInt32) -> String {
    if let name = propertyNames[property] { return name }
    guard let read = unsafe drmModeGetProperty(descriptor, property) else { return "" }
    defer { unsafe drmModeFreeProperty(read) }
    let name = unsafe withUnsafeBytes(of: read.pointee.name) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    propertyNames[property] = name
    return name
  }

  /// A digest (FNV-1a, 64 bits) of a blob; 0 when there is none.
  func digest(ofBlob id: UInt64) -> UInt64 {
    guard id != 0, let id = UInt32(exactly: id), let blob = unsafe drmModeGetPropertyBlob(descriptor, id) else {
      return 0
    }
    defer { unsafe drmModeFreePropertyBlob(blob) }
    let bytes = unsafe UnsafeRawBufferPointer(start: blob.pointee.data, count: Int(blob.pointee.length))
    return unsafe bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
