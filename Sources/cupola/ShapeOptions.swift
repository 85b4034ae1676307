import ArgumentParser
import Media

/// What is said of a picture's shape, whatever it says itself: the words of the configuration and of lists.
struct ShapeOptions: ParsableArguments {
  @Option(help: "What the picture covers the world with: \(ShapeOptions.names(of: ShapeName.self)).")
  var projection: String?

  @Option(help: "Where the pictures for two eyes are: \(ShapeOptions.names(of: StereoLayout.self)).")
  var stereo: String?

  @Option(help: "Whose picture is shown: left, right.")
  var eye: String?

  @Option(name: .customLong("lens-fov"), help: "Of a fisheye lens, in degrees.")
  var lensFieldOfView: String?

  @Option(parsing: .unconditional, help: "What is to be in front, in degrees to the right of what was.")
  var heading: String?

  func validate() throws { _ = try override() }

  func override() throws -> ShapeOverride {
    var shape = ShapeOverride()
    let said = [
      ("projection", projection), ("stereo", stereo), ("eye", eye), ("lens-fov", lensFieldOfView), ("heading", heading),
    ]
    for case (let key, let value?) in said {
      do throws(ShapeOverride.Invalid) {
        try shape.set(key, value)
      } catch {
        throw ValidationError(error.description)
      }
    }
    return shape
  }

  private static func names<Name: RawRepresentable & CaseIterable>(of: Name.Type) -> String
  where Name.RawValue == String {
    Name.allCases.map(\.rawValue).joined(separator: ", ")
  }
}
