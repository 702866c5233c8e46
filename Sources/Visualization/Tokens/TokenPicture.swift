// SPDX-License-Identifier: Apache-2.0

/// A picture of colored words, of every script that the machine has fonts for.
///
/// Lines are set by Pango and drawn by Cairo (Debian: `libpangocairo-1.0-0`, which its libtorch
/// brings along), looked for as the picture is made. The same words give the same picture where the
/// same fonts are installed.
public struct TokenPicture: Picture {
  public let image: Image
  /// The signs that no installed font has: boxes stand for them.
  ///
  /// Debian's `fonts-noto-core` has most scripts, `fonts-noto-cjk` Chinese, Japanese and Korean, and
  /// `fonts-noto-color-emoji` emoji.
  public let missingSigns: Int

  /// The most pixels of a picture.
  public static let pixelLimit = 40_000_000
  /// The most signs of one text: lines of a word without end take time by the square of its length.
  public static let signLimit = 20_000

  /// Finds out whether there can be pictures of words here.
  ///
  /// - Throws: ``VisualizationError`` of the kind `missing`, which names the package to install.
  public static func checkFonts() throws { _ = try Typesetter() }
}

extension TokenSheet {
  /// The sheet as a picture: title, legend, and the texts below each other.
  ///
  /// - Parameters:
  ///   - width: In pixels of single density; the height follows.
  ///   - scale: Pixels of the image for each: 2 for screens of double density.
  /// - Precondition: The width is from 160 to 4000, the scale from 1 to 8.
  /// - Throws: ``VisualizationError``: `missing` where Pango, Cairo or fonts are, `tooLarge` for
  ///   texts beyond ``TokenPicture/signLimit`` and pictures beyond ``TokenPicture/pixelLimit``.
  public func picture(width: Int = 800, scale: Int = 2) throws -> TokenPicture {
    try TokenPainter(width: width, scale: scale).picture { painter in
      try painter.add(self)
    }
  }
}

extension TokenStrip {
  /// The strip as a picture; see ``TokenSheet/picture(width:scale:)``, which has a legend, too.
  public func picture(width: Int = 800, scale: Int = 2) throws -> TokenPicture {
    try TokenPainter(width: width, scale: scale).picture { painter in
      try painter.add(self)
    }
  }
}
