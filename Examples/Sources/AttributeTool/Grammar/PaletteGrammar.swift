// SPDX-License-Identifier: Apache-2.0

import Text
import Visualization

/// How the colors of attributions are written on the command line.
public enum PaletteGrammar {
  public static let help = """
    PALETTES (--palette), of pictures, pages and terminals
      orange-white-blue  orange for, blue against: told apart with every common
                         form of color blindness; the default of images
      red-white-blue     red for, blue against; the default of words, series and
                         tables
    For sizes without signs: --absolute, or --reduce norm of texts
      ember              black, red, yellow; the default of images there
      gray               from black to white
      paper              from white to black, for printing
    """

  /// Reads a palette.
  ///
  /// - Parameter isSigned: Whether it has to show for and against.
  /// - Throws: ``ToolError/usage(_:)``.
  public static func colors(_ text: String, isSigned: Bool) throws -> ColorMap {
    guard let colors = ColorMap.named(text) else {
      throw ToolError.usage(
        "'\(text)' is no palette: take \(ColorMap.all.map(\.name).joined(separator: ", ")) — "
          + "`attribute explain --palette help` says what each is for")
    }
    guard colors.isDiverging || !isSigned else {
      let others = ColorMap.all.filter(\.isDiverging).map(\.name).joined(separator: " or ")
      throw ToolError.usage(
        "--palette \(text) shows sizes, and these attributions have signs: take \(others), or "
          + "show sizes with --absolute")
    }
    return colors
  }
}

extension ExplainOptions {
  /// Whether what is shown has signs.
  var showsSigns: Bool { !isAbsolute && (!text.isGiven || text.reduction == .sum) }

  /// The colors that are asked for; `nil` leaves each picture its own.
  ///
  /// - Throws: ``ToolError/usage(_:)``, also where nothing has colors.
  func colors() throws -> ColorMap? {
    guard let palette else { return nil }
    guard text.isGiven || outputs.contains(where: { ["png", "html"].contains($0.fileExtension) })
    else {
      throw ToolError.usage(
        "--palette is for what has colors: ask for a picture, --output FILE.png")
    }
    return try PaletteGrammar.colors(palette, isSigned: showsSigns)
  }
}
