// SPDX-License-Identifier: Apache-2.0

/// A picture with the border of a region drawn over it, in white and black beside each other, so that it
/// is seen on every ground.
///
/// Small pictures are enlarged by a whole factor, and the line runs between their pixels: none of those
/// is hidden that matters.
public struct Outlined: Picture {
  public let image: Image
  public let colorScale: ColorScale?

  /// - Parameters:
  ///   - region: What is not 0 is inside. Of another size than the picture, each of its pixels covers
  ///     its share of it.
  ///   - minimumSide: The longer side of the result is at least this long.
  public init(_ picture: any Picture, region: AttributionMap, minimumSide: Int = 192) {
    let base = picture.image
    let longer = max(base.width, base.height)
    let factor = max(1, (minimumSide + longer - 1) / longer)
    var canvas = Canvas(
      width: base.width * factor, height: base.height * factor, background: .white)
    canvas.draw(base.enlarged(by: factor), x: 0, y: 0)
    func isInside(_ row: Int, _ column: Int) -> Bool {
      guard 0..<base.height ~= row, 0..<base.width ~= column else { return false }
      let place =
        row * region.height / base.height * region.width + column * region.width / base.width
      return region.values[place] != 0
    }
    let thick = max(1, factor / 6)
    for row in 0..<base.height {
      for column in 0..<base.width where isInside(row, column) {
        let (x, y) = (column * factor, row * factor)
        // Black within, white without.
        if !isInside(row - 1, column) {
          canvas.fill(.black, x: x, y: y, width: factor, height: thick)
          canvas.fill(.white, x: x, y: y - thick, width: factor, height: thick)
        }
        if !isInside(row + 1, column) {
          canvas.fill(.black, x: x, y: y + factor - thick, width: factor, height: thick)
          canvas.fill(.white, x: x, y: y + factor, width: factor, height: thick)
        }
        if !isInside(row, column - 1) {
          canvas.fill(.black, x: x, y: y, width: thick, height: factor)
          canvas.fill(.white, x: x - thick, y: y, width: thick, height: factor)
        }
        if !isInside(row, column + 1) {
          canvas.fill(.black, x: x + factor - thick, y: y, width: thick, height: factor)
          canvas.fill(.white, x: x + factor, y: y, width: thick, height: factor)
        }
      }
    }
    image = canvas.image
    colorScale = picture.colorScale
  }
}
