// SPDX-License-Identifier: Apache-2.0

/// Pictures side by side, each with a title, a line of detail, and the color bar of its scale.
///
/// Small pictures are enlarged by a whole factor, every pixel a square (nothing is smoothed that
/// the model saw as pixels), until their longer side has ``Style/minimumSide`` pixels. Pictures
/// longer than ``Style/maximumSide`` are reduced by a whole factor, by means: write one by itself
/// to see every pixel.
///
/// ```swift
/// let panel = Panel([
///   Tile(image, title: "input", detail: "label 8"),
///   Tile(heatmap, title: "integrated gradients", detail: "class 8: 9.31"),
/// ])
/// try panel.image.write(to: file)
/// ```
public struct Panel: Picture {
  /// One picture of a panel.
  public struct Tile: Sendable {
    public var picture: any Picture
    /// What it is, above the picture.
    public var title: String
    /// A label or a score, in gray below the title.
    public var detail: String
    /// Whether the color bar is drawn, where the picture has a color scale.
    public var showsColorBar: Bool

    public init(
      _ picture: any Picture, title: String = "", detail: String = "", showsColorBar: Bool = true
    ) {
      self.picture = picture
      self.title = title
      self.detail = detail
      self.showsColorBar = showsColorBar
    }
  }

  /// Sizes in pixels, and colors.
  public struct Style: Sendable, Equatable {
    /// The longer side of every picture is at least this long.
    public var minimumSide = 192
    /// The longer side of every picture is at most this long.
    public var maximumSide = 1024
    public var margin = 24
    /// The room between two tiles.
    public var gap = 24
    /// The height of the titles' capitals; details and numbers are a little smaller.
    public var capitals: Float = 10
    public var background = Color.white
    public var ink = Color(0x1F2328)
    public var quietInk = Color(0x656D76)
    public var frame = Color(0xC9D1D9)

    public init() {}

    /// Every size times `factor`: 2 for screens of double density.
    ///
    /// - Precondition: `factor > 0`.
    public func scaled(by factor: Int) -> Style {
      precondition(factor > 0, "sizes times \(factor)")
      var style = self
      style.minimumSide *= factor
      style.maximumSide *= factor
      style.margin *= factor
      style.gap *= factor
      style.capitals *= Float(factor)
      return style
    }

    /// Dark gray on which white pictures glow less.
    public static var dark: Style {
      var style = Style()
      style.background = Color(0x0D1117)
      style.ink = Color(0xE6EDF3)
      style.quietInk = Color(0x8B949E)
      style.frame = Color(0x30363D)
      return style
    }
  }

  public let image: Image

  /// Lays tiles out in rows.
  ///
  /// - Parameters:
  ///   - tiles: From left to right, then down.
  ///   - columns: Tiles in a row; `nil` puts up to five in one row, and wraps more into even rows.
  ///   - title: A line above all tiles.
  ///   - style: Sizes and colors.
  /// - Precondition: There is a tile, and `columns` is positive.
  public init(
    _ tiles: [Tile], columns: Int? = nil, title: String = "", style: Style = Style()
  ) {
    precondition(!tiles.isEmpty, "a panel of no tiles")
    precondition(columns.map { $0 > 0 } ?? true, "a panel of \(columns ?? 0) columns")
    let count = columns ?? Self.columns(for: tiles.count)
    let layout = PanelLayout(tiles, columns: min(count, tiles.count), title: title, style: style)
    image = layout.draw()
  }

  private static func columns(for count: Int) -> Int {
    let rows = (count + 4) / 5
    return (count + rows - 1) / rows
  }
}
