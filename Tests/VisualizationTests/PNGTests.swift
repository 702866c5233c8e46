// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Visualization

@Suite struct PNGTests {
  struct Layout: CustomTestStringConvertible {
    var colorType: Int
    var depth: Int
    var isInterlaced: Bool
    var format: PixelFormat
    var testDescription: String {
      "color type \(colorType), \(depth) bits\(isInterlaced ? ", interlaced" : "")"
    }
  }

  static let layouts: [Layout] = [false, true].flatMap { isInterlaced in
    [1, 2, 4, 8, 16].map {
      Layout(colorType: 0, depth: $0, isInterlaced: isInterlaced, format: .gray)
    }
      + [8, 16].flatMap {
        [
          Layout(colorType: 2, depth: $0, isInterlaced: isInterlaced, format: .rgb),
          Layout(colorType: 4, depth: $0, isInterlaced: isInterlaced, format: .grayAlpha),
          Layout(colorType: 6, depth: $0, isInterlaced: isInterlaced, format: .rgba),
        ]
      }
  }

  @Test(arguments: layouts)
  func `every depth and color type gives samples over the largest sample`(
    _ layout: Layout
  ) throws {
    let largest = 1 << layout.depth - 1
    let value = { (row: Int, column: Int, channel: Int) in
      (row * 7919 + column * 104_729 + channel * 1299) & largest
    }
    let writer = PNGWriter(
      width: 13, height: 9, depth: layout.depth, colorType: layout.colorType,
      isInterlaced: layout.isInterlaced)
    let image = try Image(decoding: writer.data(sample: value))
    #expect(image.width == 13 && image.height == 9 && image.format == layout.format)
    for row in 0..<9 {
      for column in 0..<13 {
        let expected = (0..<layout.format.rawValue).map {
          Float(value(row, column, $0)) / Float(largest)
        }
        #expect(image[row, column] == expected)
      }
    }
  }

  @Test(arguments: [1, 2, 4, 8], [false, true])
  func `a palette gives its colors, and alpha where it has some`(
    depth: Int, hasAlpha: Bool
  ) throws {
    let colors = min(1 << depth, 5)
    let palette = (0..<UInt8(colors)).flatMap { (index: UInt8) -> [UInt8] in
      [index * 10, 255 - index, index]
    }
    var writer = PNGWriter(width: 11, height: 3, depth: depth, colorType: 3)
    writer.palette = palette
    writer.transparency = hasAlpha ? [51] : nil
    let image = try Image(decoding: writer.data { row, column, _ in (row + column) % colors })
    #expect(image.format == (hasAlpha ? .rgba : .rgb))
    for column in 0..<11 {
      let index = (1 + column) % colors
      var expected = palette[3 * index..<3 * index + 3].map { Float($0) / 255 }
      if hasAlpha { expected.append(index == 0 ? 0.2 : 1) }
      #expect(image[1, column] == expected)
    }
  }

  @Test func `a palette index without a color is an error, not black`() throws {
    var writer = PNGWriter(width: 4, height: 1, depth: 4, colorType: 3)
    writer.palette = [1, 2, 3, 4, 5, 6]
    let data = writer.data { _, column, _ in column }
    let error = #expect(throws: VisualizationError.self) { try Image(decoding: data) }
    #expect(error?.kind == .malformed)
    #expect(error?.message.contains("color 2 of a palette of 2") == true)
  }

  @Test func `a transparent color becomes an alpha channel`() throws {
    var writer = PNGWriter(width: 2, height: 1, depth: 8, colorType: 0)
    writer.transparency = [0, 7]
    let image = try Image(decoding: writer.data { _, column, _ in column == 0 ? 7 : 8 })
    #expect(image.format == .grayAlpha)
    #expect(image[0, 0][1] == 0)
    #expect(image[0, 1][1] == 1)
  }

  @Test(arguments: PixelFormat.allCases, [SampleDepth.eight, .sixteen])
  func `writing and reading keeps every sample`(format: PixelFormat, depth: SampleDepth) throws {
    let largest = 1 << depth.rawValue - 1
    let samples = (0..<7 * 5 * format.rawValue).map {
      Float(($0 * 48_271) & largest) / Float(largest)
    }
    let image = try Image(width: 7, height: 5, format: format, samples: samples)
    #expect(try Image(decoding: image.pngData(depth: depth)) == image)
  }

  @Test func `every truncation is an error`() throws {
    let writer = PNGWriter(width: 5, height: 4, depth: 8, colorType: 2)
    let data = writer.data { row, column, channel in row * 50 + column * 9 + channel }
    for count in 0..<data.count {
      #expect(throws: VisualizationError.self, "\(count) bytes") {
        try Image(decoding: data.prefix(count))
      }
    }
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func `damaged bytes never crash`(seed: UInt64) throws {
    let layout = Self.layouts[Int(seed * 5) % Self.layouts.count]
    let writer = PNGWriter(
      width: 9, height: 9, depth: layout.depth, colorType: layout.colorType,
      isInterlaced: layout.isInterlaced)
    let whole = try Image(decoding: writer.data { row, column, _ in row ^ column }).pngData()
    var state = seed
    for _ in 0..<300 {
      var data = whole
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        data[Int(state >> 33) % data.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      if let image = try? Image(decoding: data) {
        #expect(image.samples.count == image.width * image.height * image.channels)
      }
    }
  }

  @Test func `a header that claims more than the limit is refused before memory is taken`() throws {
    let writer = PNGWriter(width: 2_000_000_000, height: 2_000_000_000, depth: 16, colorType: 6)
    let bomb = writer.file(header: writer.header, compressed: [0x78, 0x01])
    let error = #expect(throws: VisualizationError.self) { try Image(decoding: bomb) }
    #expect(error?.kind == .tooLarge)
    #expect(error?.message.contains("2000000000") == true)

    let small = PNGWriter(width: 5, height: 4, depth: 8, colorType: 0).data { _, _, _ in 0 }
    #expect(throws: VisualizationError.self) { try Image(decoding: small, pixelLimit: 19) }
    #expect(try Image(decoding: small, pixelLimit: 20).width == 5)
  }

  @Test func `a header that claims more than its bytes can hold is refused`() throws {
    let writer = PNGWriter(width: 7000, height: 7000, depth: 8, colorType: 0)
    let data = writer.file(header: writer.header, compressed: [0x78, 0x01])
    let error = #expect(throws: VisualizationError.self) { try Image(decoding: data) }
    #expect(error?.kind == .malformed)
    #expect(error?.message.contains("can hold") == true)
  }

  @Test func `an image without pixels is refused`() throws {
    let writer = PNGWriter(width: 0, height: 3, depth: 8, colorType: 0)
    let data = writer.file(header: writer.header, compressed: [0x78, 0x01])
    #expect(throws: VisualizationError.self) { try Image(decoding: data) }
  }
}
