// SPDX-License-Identifier: Apache-2.0

import CTypeset

/// Sets text of every script by Pango and Cairo, which are looked for as it is made.
///
/// ``Typeface`` labels panels without them, in Latin letters alone.
final class Typesetter {
  let handle: OpaquePointer

  /// PangoCairo as Debian has it, which brings Pango, Cairo and fontconfig.
  static let standardLibrary = "libpangocairo-1.0.so.0"

  /// - Throws: ``VisualizationError`` of the kind `missing` where there is no library or no font.
  init(library: String = Typesetter.standardLibrary) throws {
    var handle: OpaquePointer?
    switch ty_typesetter_create(library, &handle) {
    case TY_OK: break
    case TY_NO_FONT:
      throw VisualizationError(
        .missing,
        message: "no font is installed, and words cannot be drawn: apt-get install "
          + "fonts-dejavu-core; a page or the terminal shows them without")
    case TY_NO_LIBRARY:
      throw VisualizationError(
        .missing,
        message: "words are drawn by Pango and Cairo, which are not installed "
          + "(\(Self.message)): apt-get install libpangocairo-1.0-0; a page or the terminal shows "
          + "them without")
    default: throw VisualizationError(.outOfMemory, message: Self.message)
    }
    guard let handle else { throw VisualizationError(.outOfMemory, message: Self.message) }
    self.handle = handle
  }

  deinit { ty_typesetter_free(handle) }

  static var message: String { String(cString: ty_error_message()) }

  /// Checks a status that can only tell of memory.
  static func check(_ status: ty_status) throws {
    guard status == TY_OK else { throw VisualizationError(.outOfMemory, message: message) }
  }
}

extension ty_color {
  /// The nearest of 256 steps.
  init(_ color: Color) {
    let bytes = [color.red, color.green, color.blue].map {
      UInt8((min(max($0, 0), 1) * 255).rounded())
    }
    self.init(red: bytes[0], green: bytes[1], blue: bytes[2])
  }
}
