// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The text with a sign in place of each scalar that would steer a terminal or the order of letters:
  /// what is shown is what there is.
  public var withoutCommands: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control: scalar.value < 0x20 ? Unicode.Scalar(0x2400 + scalar.value) ?? "?" : "?"
          case .lineSeparator, .paragraphSeparator: "\u{240A}"
          // Marks of direction could show one text and mean another.
          case .format
          where (0x2066...0x2069).contains(scalar.value)
            || (0x202A...0x202E).contains(scalar.value):
            "?"
          default: scalar
          }
        }))
  }
}

extension Unicode.Scalar {
  /// Whether it lies in a block of scripts that are written from the right, as Hebrew and Arabic.
  var isOfRightToLeftScript: Bool {
    switch value {
    case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
      true
    default: false
    }
  }
}
