import CFFmpeg

/// A device that decodes in place of the processor, as libavcodec's hwaccels do.
///
/// The decoder takes it when the codec offers its pixel format and goes on in software when it does not.
public protocol HardwareDevice: AnyObject, Sendable {
  /// "VA-API": for people and logs.
  var name: String { get }
  /// The AVPixelFormat of pictures in the device's memory.
  var pixelFormat: Int32 { get }
  /// A new reference to the device's AVHWDeviceContext, which the decoder lets go.
  func makeReference() throws(MediaError) -> UnsafeMutablePointer<AVBufferRef>
}
