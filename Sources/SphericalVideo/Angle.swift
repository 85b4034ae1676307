import Glibc

/// An angle; positive and negative turns both keep their size (nothing is reduced modulo 360°).
public struct Angle: Hashable, Comparable, Sendable {
  public var radians: Double

  public static let zero = Angle(radians: 0)

  public init(radians: Double) { self.radians = radians }

  public static func radians(_ value: Double) -> Angle { Angle(radians: value) }

  public static func degrees(_ value: Double) -> Angle { Angle(radians: value * .pi / 180) }

  public var degrees: Double { radians * 180 / .pi }

  public static func < (lhs: Angle, rhs: Angle) -> Bool { lhs.radians < rhs.radians }

  public static prefix func - (angle: Angle) -> Angle { Angle(radians: -angle.radians) }

  var sine: Double { sin(radians) }
  var cosine: Double { cos(radians) }
}
