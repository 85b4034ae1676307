import COpenSSL
import SansIO

/// What OpenSSL sees instead of a socket: the datagram being read, and the datagrams that it wrote.
///
/// A memory BIO would run datagrams together; this one keeps their boundaries. It also holds what OpenSSL's callbacks
/// need to know about their connection.
final class DatagramQueue {
  /// The datagram that the next read takes, valid only during a call into OpenSSL.
  var incoming: UnsafeRawBufferPointer?
  /// What OpenSSL wrote and nobody has taken yet.
  private var outgoing: [[UInt8]] = []
  /// How often OpenSSL wrote.
  private(set) var writes = 0
  /// A server's records in the clear; nil for a client.
  var sent: SentRecords?
  let acceptedFingerprints: [Fingerprint]
  var isPeerVerified = false

  /// More datagrams than any flight has.
  static let maximumOutgoing = 64

  init(accepting fingerprints: [Fingerprint]) { acceptedFingerprints = fingerprints }

  /// A BIO that reads and writes this queue and keeps it alive.
  func makeBIO() -> OpaquePointer? {
    guard let method = Self.method.pointer, let bio = BIO_new(method) else { return nil }
    BIO_set_data(bio, Unmanaged.passRetained(self).toOpaque())
    BIO_set_init(bio, 1)
    return bio
  }

  private static func queue(of bio: OpaquePointer?) -> DatagramQueue? {
    guard let bio, let data = BIO_get_data(bio) else { return nil }
    return Unmanaged<DatagramQueue>.fromOpaque(data).takeUnretainedValue()
  }

  private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int32 {
    guard let datagram = incoming else { return -1 }
    incoming = nil
    let count = min(datagram.count, buffer.count)
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: datagram[..<count]))
    return Int32(count)
  }

  /// Appends records. OpenSSL retransmits each message of a flight by itself; together, as here, they are fewer
  /// datagrams and so fewer that can be lost.
  private func write(_ records: UnsafeRawBufferPointer) {
    writes &+= 1
    if sent != nil {
      var bytes = [UInt8](records)
      if sent?.pass(&bytes) == true { bytes.withUnsafeBytes { append($0) } }
    } else {
      append(records)
    }
  }

  /// Appends a record of our own.
  func append(_ records: UnsafeRawBufferPointer) {
    if let last = outgoing.last, last.count + records.count <= DTLSTransport.maximumDatagram {
      outgoing[outgoing.count - 1].append(contentsOf: records)
    } else if outgoing.count < Self.maximumOutgoing {
      outgoing.append([UInt8](records))
    }
  }

  /// Forgets what is written while `body` runs, unless it says that it went well.
  func undoing<Result>(unless isGood: (Result) -> Bool, _ body: () -> Result) -> Result {
    let before = (writes, outgoing.count, outgoing.last?.count ?? 0)
    let result = body()
    if !isGood(result) {
      outgoing.removeLast(max(outgoing.count - before.1, 0))
      if let last = outgoing.last { outgoing[outgoing.count - 1].removeLast(max(last.count - before.2, 0)) }
      writes = before.0
    }
    return result
  }

  func takeDatagram() -> [UInt8]? { outgoing.isEmpty ? nil : outgoing.removeFirst() }

  /// `@unchecked Sendable`: filled in once, before anybody can see it, and only read by OpenSSL afterwards.
  private struct Method: @unchecked Sendable {
    let pointer: OpaquePointer?
  }

  private static let method: Method = {
    guard let method = cupola_datagram_bio_method_new() else { return Method(pointer: nil) }
    BIO_meth_set_read(method) { bio, bytes, count in
      cupola_bio_clear_retry_flags(bio)
      guard let queue = DatagramQueue.queue(of: bio), let bytes, count > 0 else { return -1 }
      let result = queue.read(into: .init(start: bytes, count: Int(count)))
      if result < 0 { cupola_bio_set_retry_read(bio) }
      return result
    }
    BIO_meth_set_write(method) { bio, bytes, count in
      guard let queue = DatagramQueue.queue(of: bio), let bytes, count >= 0 else { return -1 }
      queue.write(.init(start: bytes, count: Int(count)))
      return count
    }
    BIO_meth_set_ctrl(method) { _, command, _, _ in
      switch command {
      case BIO_CTRL_FLUSH: return 1
      case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD: return 48
      case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT: return 1
      default: return 0
      }
    }
    BIO_meth_set_destroy(method) { bio in
      guard let bio, let data = BIO_get_data(bio) else { return 0 }
      Unmanaged<DatagramQueue>.fromOpaque(data).release()
      BIO_set_data(bio, nil)
      return 1
    }
    return Method(pointer: method)
  }()
}

/// OpenSSL's certificate check: any certificate whose hash the signalling named, whoever signed it (RFC 8122
/// section 6.2).
func verifyPeerFingerprint(_ store: OpaquePointer?, _: UnsafeMutableRawPointer?) -> Int32 {
  guard let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
    let data = SSL_get_ex_data(OpaquePointer(ssl), 0),
    let certificate = X509_STORE_CTX_get0_cert(store)
  else { return 0 }
  let queue = Unmanaged<DatagramQueue>.fromOpaque(data).takeUnretainedValue()
  queue.isPeerVerified = queue.acceptedFingerprints.contains {
    Fingerprint(of: certificate, algorithm: $0.algorithm) == $0
  }
  if !queue.isPeerVerified { X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED) }
  return queue.isPeerVerified ? 1 : 0
}
