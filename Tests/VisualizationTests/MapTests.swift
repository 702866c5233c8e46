// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Torch
import Visualization

@Suite struct MapTests {
  @Test func `channels are summed with their sign, or without`() throws {
    let attributions = try Tensor([1, -2, 3, -1, 2, 3] as [Float], shape: [2, 1, 3])
    #expect(try AttributionMap(attributions).values == [0, 0, 6])
    #expect(try AttributionMap(attributions, reducing: .absoluteSum).values == [2, 4, 6])
    #expect(try AttributionMap(attributions, reducing: .channel(1)).values == [-1, 2, 3])
    #expect(throws: VisualizationError.self) {
      try AttributionMap(attributions, reducing: .channel(2))
    }
  }

  @Test func `axes of length 1 ahead are dropped, and a batch is not taken for an image`() throws {
    for shape in [[2, 3], [1, 2, 3], [1, 1, 2, 3]] {
      let map = try AttributionMap(Tensor.ones(shape))
      #expect(map.width == 3 && map.height == 2)
    }
    for shape in [[6], [2, 1, 2, 3], [0, 2, 3], []] {
      let error = #expect(throws: VisualizationError.self, "\(shape)") {
        try AttributionMap(Tensor.ones(shape))
      }
      #expect(error?.kind == .shape)
    }
    #expect(
      try AttributionMap.maps(of: Tensor.ones([4, 3, 1, 2])).map(\.values)
        == [[Double]](repeating: [3, 3], count: 4))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `values that are not finite are named with their place`(value: Double) throws {
    var numbers = [Double](repeating: 1, count: 2 * 3 * 4)
    numbers[12 + 4 * 2 + 1] = value
    let attributions = try Tensor(numbers, shape: [2, 3, 4])
    let error = #expect(throws: VisualizationError.self) { try Heatmap(attributions) }
    #expect(error?.kind == .value)
    #expect(error?.message.contains("1 of 24 values") == true)
    #expect(error?.message.contains("\(value) at channel 1, row 2, column 1") == true)
    #expect(throws: VisualizationError.self) {
      try AttributionMap(width: 1, height: 1, values: [value])
    }
  }

  @Test func `a sum that overflows is an error`() throws {
    let attributions = try Tensor.full([2, 1, 1], 1.7e308, type: .float64)
    #expect(throws: VisualizationError.self) { try AttributionMap(attributions) }
  }

  @Test func `percentiles are those of NumPy`() throws {
    let references = try References.read()
    for (percentage, expected) in references.percentiles {
      let rank = try #require(Double(percentage))
      expectClose(percentile(rank, of: references.values), expected, absolute: 1e-12)
    }
    #expect(percentile(25, of: [4, 0]) == 1)
    #expect(percentile(99, of: [3]) == 3)
  }

  @Test func `the blur is that of SciPy, wider than the map too`() throws {
    let references = try References.read()
    let map = try references.map
    for (deviation, expected) in references.blurs {
      let blurred = map.blurred(deviation: try #require(Double(deviation)))
      #expect(distance(blurred.values, expected) < 1e-12, "σ = \(deviation)")
    }
  }

  @Test(arguments: [0.2, 1, 4, 30])
  func `a blur keeps the sum and constant maps`(deviation: Double) throws {
    let map = try References.read().map
    let blurred = map.blurred(deviation: deviation)
    expectClose(blurred.values.reduce(0, +), map.values.reduce(0, +), absolute: 1e-10)
    let constant = try AttributionMap(width: 3, height: 2, values: .init(repeating: 7, count: 6))
    #expect(distance(constant.blurred(deviation: deviation).values, constant.values) < 1e-12)
    let pixel = try AttributionMap(width: 1, height: 1, values: [-3])
    expectClose(pixel.blurred(deviation: deviation).values[0], -3, absolute: 1e-12)
  }

  @Test func `no blur changes nothing`() throws {
    let map = try References.read().map
    #expect(map.blurred(deviation: 0) == map)
  }

  @Test func `a blurred point is a Gaussian`() throws {
    var values = [Double](repeating: 0, count: 41 * 41)
    values[20 * 41 + 20] = 1
    let blurred = try AttributionMap(width: 41, height: 41, values: values).blurred(deviation: 2)
    for (row, column) in [(20, 20), (20, 23), (18, 21), (25, 14)] {
      let square = Double((row - 20) * (row - 20) + (column - 20) * (column - 20))
      expectClose(blurred[row, column], exp(-square / 8) / (8 * Double.pi), relative: 1e-3)
    }
  }

  @Test func `resampling interpolates between pixel centers`() throws {
    let map = try AttributionMap(width: 2, height: 1, values: [0, 1])
    #expect(map.resampled(width: 4, height: 2).values == [0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1])
    #expect(map.resampled(width: 1, height: 1).values == [0.5])
    #expect(map.resampled(width: 2, height: 1) == map)
    let pixel = try AttributionMap(width: 1, height: 1, values: [5])
    #expect(pixel.resampled(width: 3, height: 2).values == .init(repeating: 5, count: 6))
  }

  @Test func `resampling agrees with libtorch`() throws {
    let references = try References.read()
    let tensor = try Tensor(references.values, shape: [1, 1, references.height, references.width])
    let expected = try tensor.resized(to: [17, 20], .linear(aligningCorners: false)).numbers()
    let resampled = try references.map.resampled(width: 20, height: 17)
    #expect(distance(resampled.values, expected) < 1e-9)
  }
}
