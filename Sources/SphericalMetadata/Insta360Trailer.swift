/// What Insta360's cameras write behind their films and pictures: the calibration of their lenses.
///
/// ```
/// ─ record ─ record ─ … ─ record ─┬ 32 bytes of padding
///   └ data, u8 format, u8 id,     ├ u32 length of all this, to the end of the file
///     u32 size                    ├ u32 version
///                                 └ 32 characters that name it
/// ```
///
/// Numbers are little-endian. The record nearest to the end may be a list of the others, id 0, ten bytes each: id,
/// format, size, and where it begins; then there may be anything between them. Record 1 is a protobuf message, its
/// field 5 the string `offset`, and 54 `offset_v3` (found out by ExifTool and by Gyroflow's telemetry-parser).
enum Insta360Trailer {
  private static let name = Array("8db42d694ccc418790edff439fe026bf".utf8)
  private static let footer = 72
  private static let recordHeader = 6
  private static let maximumRecords = 1000
  /// Of record 1, which has some kilobytes.
  private static let maximumRecord = 1 << 20

  /// nil when there is none.
  static func metadata(of file: FileBytes) -> SphericalMetadata? {
    guard file.size >= Int64(footer), let end = file.read(footer, file.size - Int64(footer)),
      end.suffix(name.count).elementsEqual(name)
    else { return nil }
    var metadata = SphericalMetadata(projection: .unstated, origin: .insta360)
    do throws(LensCalibration.Invalid) {
      let record = try information(of: file, length: Int64(end.littleEndian(at: 32)))
      let calibration = try calibration(in: record, notes: &metadata.overruled)
      metadata.projection = calibration.lenses.count == 2 ? .dualFisheye : .fisheye
      metadata.calibration = calibration
    } catch {
      metadata.overruled.append("its maker's trailer is ignored, for \(error)")
    }
    return metadata
  }

  /// The best of what it says; what is no good is noted.
  private static func calibration(
    in record: ArraySlice<UInt8>, notes: inout [String]
  ) throws(LensCalibration.Invalid) -> LensCalibration {
    var (offset, offsetV3): (String?, String?)
    var fields = ProtobufFields(record)
    while let field = fields.next() {
      if field.number == 5 { offset = String(decoding: field.contents, as: UTF8.self) }
      if field.number == 54 { offsetV3 = String(decoding: field.contents, as: UTF8.self) }
    }
    if let offsetV3, !offsetV3.isEmpty {
      do throws(LensCalibration.Invalid) {
        return try LensCalibration.offsetV3(offsetV3)
      } catch {
        notes.append("its maker's calibration is ignored, for \(error)")
      }
    }
    guard let offset, !offset.isEmpty else { throw .init(description: "it has no calibration") }
    return try LensCalibration.offset(offset)
  }

  /// The contents of record 1.
  private static func information(
    of file: FileBytes, length: Int64
  ) throws(LensCalibration.Invalid) -> ArraySlice<UInt8> {
    guard length <= file.size else {
      throw .init(description: "it claims \(length) bytes of a file of \(file.size)")
    }
    let start = file.size - length
    var end = file.size - Int64(footer)
    for number in 0..<maximumRecords {
      guard end - start >= Int64(recordHeader) else { break }
      let header = try read(recordHeader, at: end - Int64(recordHeader), of: file)
      let (id, size) = (header[1], Int64(header.littleEndian(at: 2)))
      end -= Int64(recordHeader)
      guard size <= end - start else {
        throw .init(description: "a record claims \(size) bytes where there are \(end - start)")
      }
      end -= size
      if id == 1 { return try record(size, at: end, of: file) }
      if id == 0, number == 0 {
        return try listed(in: try record(size, at: end, of: file), of: file, from: start, length: length)
      }
    }
    throw .init(description: "it has no record of the camera")
  }

  private static func listed(
    in list: ArraySlice<UInt8>, of file: FileBytes, from start: Int64, length: Int64
  ) throws(LensCalibration.Invalid) -> ArraySlice<UInt8> {
    for place in stride(from: list.startIndex, through: list.endIndex - 10, by: 10) where list[place] == 1 {
      let (size, offset) = (Int64(list.littleEndian(at: place + 2)), Int64(list.littleEndian(at: place + 6)))
      guard offset + size <= length else {
        throw .init(description: "its list leads \(offset + size) bytes far in \(length)")
      }
      return try record(size, at: start + offset, of: file)
    }
    throw .init(description: "it has no record of the camera")
  }

  private static func record(
    _ size: Int64, at offset: Int64, of file: FileBytes
  ) throws(LensCalibration.Invalid) -> ArraySlice<UInt8> {
    guard size <= Int64(maximumRecord) else { throw .init(description: "its record of the camera has \(size) bytes") }
    return try read(Int(size), at: offset, of: file)
  }

  private static func read(
    _ count: Int, at offset: Int64, of file: FileBytes
  ) throws(LensCalibration.Invalid) -> ArraySlice<UInt8> {
    guard let bytes = file.read(count, offset), bytes.count == count else {
      throw .init(description: "it cannot be read")
    }
    return bytes[...]
  }
}

extension RandomAccessCollection<UInt8> where Index == Int {
  /// - Precondition: four bytes from there on.
  fileprivate func littleEndian(at index: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(self[index + $1]) << UInt32(8 * $1) }
  }
}
