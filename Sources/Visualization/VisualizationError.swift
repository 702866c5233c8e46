// SPDX-License-Identifier: Apache-2.0

/// Why a picture could not be read, made or written.
public struct VisualizationError: Error, Sendable, Equatable {
  /// The sort of failure, for callers that can do something about it.
  public enum Kind: Sendable, Equatable {
    /// The file cannot be read or written.
    case file
    /// The bytes are no image of a known format.
    case unknownFormat
    /// The image file is broken or truncated.
    case malformed
    /// The image is of a kind that is refused: CMYK, 12 bits a sample.
    case unsupported
    /// The image has more pixels than allowed.
    case tooLarge
    /// A library, or a font, that is looked for when it is needed is not installed.
    case missing
    /// Memory ran out.
    case outOfMemory
    /// Shapes or sizes do not fit each other.
    case shape
    /// A value is not a number, infinite, or outside its range.
    case value
  }

  public var kind: Kind
  /// The file in question, if there is one.
  public var file: String?
  /// The cause, and the remedy where one is known.
  public var message: String

  public init(_ kind: Kind, file: String? = nil, message: String) {
    self.kind = kind
    self.file = file
    self.message = message
  }
}

extension VisualizationError: CustomStringConvertible {
  public var description: String {
    file.map { "\($0): \(message)" } ?? message
  }
}
