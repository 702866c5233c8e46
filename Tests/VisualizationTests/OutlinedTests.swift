// SPDX-License-Identifier: Apache-2.0

import Testing
import Visualization

@Suite struct OutlinedTests {
  private func pixel(_ image: Image, _ x: Int, _ y: Int) -> Color {
    let place = image.channels * (y * image.width + x)
    return Color(
      red: image.samples[place], green: image.samples[place + 1], blue: image.samples[place + 2])
  }

  private let gray = Color(0x808080)

  @Test func `the line runs around the region, black within and white without`() throws {
    let base = Image(filledWith: gray, width: 4, height: 4)
    let region = try AttributionMap(
      width: 4, height: 4, values: [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    let image = Outlined(base, region: region, minimumSide: 48).image
    #expect(image.width == 48 && image.height == 48)
    // Twelve to a pixel, two thick: the region's upper edge is at 12.
    #expect(pixel(image, 24, 12) == .black && pixel(image, 24, 13) == .black)
    #expect(pixel(image, 24, 11) == .white && pixel(image, 24, 10) == .white)
    #expect(pixel(image, 35, 24) == .black && pixel(image, 36, 24) == .white)
    #expect(pixel(image, 24, 24) == gray && pixel(image, 2, 2) == gray)
    // No line between two pixels of the region.
    #expect(pixel(image, 23, 20) == gray && pixel(image, 24, 20) == gray)
  }

  @Test func `a region that is coarser than the picture covers its share`() throws {
    let base = Image(filledWith: gray, width: 4, height: 2)
    let region = try AttributionMap(width: 2, height: 1, values: [0, 1])
    let image = Outlined(base, region: region, minimumSide: 24).image
    #expect(pixel(image, 12, 6) == .black && pixel(image, 11, 6) == .white)
    #expect(pixel(image, 3, 3) == gray && pixel(image, 18, 6) == gray)
  }

  @Test func `without a region nothing is drawn, and the scale stays`() throws {
    let map = try AttributionMap(width: 2, height: 2, values: [1, 0, 0, -1])
    let heatmap = Heatmap(map)
    let empty = try AttributionMap(width: 2, height: 2, values: [0, 0, 0, 0])
    let outlined = Outlined(heatmap, region: empty, minimumSide: 8)
    #expect(outlined.image == heatmap.image.enlarged(by: 4))
    #expect(outlined.colorScale == heatmap.colorScale)
  }
}
