// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import ONNX

/// Poolings whose windows a file may make as long as it likes.
@Suite struct LargeWindowTests {
  private static func pool(
    _ operation: String, _ x: Tensor, _ attributes: [String: Attribute], outputs: Int = 1
  ) throws -> [Tensor] {
    let definition = try #require(OperatorRegistry.all.first { $0.name == operation })
    let test = GradientCase(inputs: [x], attributes: attributes, outputs: outputs)
    return try test.function(of: definition, version: 22, constants: false)(
      NodeInputs(tensors: [x]))
  }

  private static func ints(_ numbers: [Int]) -> Attribute { .ints(numbers.map { Int64($0) }) }

  // MARK: Against loops

  /// Whatever lies in a window of one axis.
  private static func elements(_ axis: Window.Axis, _ window: Int, _ size: Int) -> [Int] {
    (0..<axis.length).map { window * axis.stride + $0 * axis.dilation - axis.before }
      .filter { (0..<size).contains($0) }
  }

  @Test(arguments: 0..<60) func `sums and maxima are those of every window`(seed: UInt64) throws {
    var s = GradientSampler(seed: seed)
    let size = [s.integer(1...7), s.integer(1...6)]
    let axes = size.map { size in
      let (length, stride, dilation) = (s.integer(1...13), s.integer(1...3), s.integer(1...3))
      let extent = (length - 1) * dilation + 1
      let before = s.integer(0...extent - 1)
      let windows = (size + before + s.integer(0...extent) - extent) / stride + 1
      return Window.Axis(
        length: length, stride: stride, dilation: dilation, before: before, after: 0,
        count: max(1, windows))
    }
    // Whole numbers, so that several are the largest.
    let x = try s.integers([1, 2] + size, -2...2).converted(to: .float64)
    let numbers = try x.numbers()
    var (sums, maxima, winners, counts) = ([Double](), [Double](), [Int](), [Double]())
    for plane in 0..<2 {
      for (row, column) in (0..<axes[0].count * axes[1].count)
        .map({ ($0 / axes[1].count, $0 % axes[1].count) })
      {
        let places = Self.elements(axes[0], row, size[0]).flatMap { high in
          Self.elements(axes[1], column, size[1]).map { high * size[1] + $0 }
        }
        let seen = places.map { (numbers[plane * size[0] * size[1] + $0], $0) }
        sums.append(seen.reduce(0) { $0 + $1.0 })
        maxima.append(seen.map(\.0).max() ?? -.infinity)
        winners.append(seen.first { $0.0 == maxima.last }?.1 ?? -1)
        if plane == 0 { counts.append(Double(places.count)) }
      }
    }
    #expect(try x.windowSums(axes).numbers() == sums)
    let counted =
      try axes[0].counts(in: 0..<size[0]).unsqueezed(axis: 1)
      * axes[1].counts(in: 0..<size[1])
    #expect(try counted.numbers() == counts)

    let reached = zip(axes, size).map { $0.withinReach(of: $1) }
    #expect(zip(reached, axes).allSatisfy { $0.length <= $1.length })
    let (before, after) = (reached.map(\.before), zip(reached, size).map { $0.behind($1) })
    let padded = try x.spatiallyPadded(before: before, after: after, with: -.infinity)
    let best = try padded.windowMaxima(reached)
    #expect(try best.values.numbers() == maxima)
    let wide = padded.shape[3]
    for (place, winner) in try zip(best.indices.integers(), winners) where winner >= 0 {
      #expect((place / wide - before[0]) * size[1] + place % wide - before[1] == winner)
    }
  }

  // MARK: Windows of millions

  private static let lengths = [1 << 10, (1 << 20) + 1, 1 << 24]

  /// Every window sees all of the input.
  @Test(arguments: ["SAME_UPPER", "SAME_LOWER", "NOTSET"])
  func `windows of millions take no time`(padding: String) throws {
    var s = GradientSampler(seed: 3)
    for size in [[40], [5, 30], [1, 2, 3], [300, 200]] {
      let x = try s.tensor([1, 2] + size)
      let all = try x.flattened(from: 2)
      for length in Self.lengths {
        var attributes = ["kernel_shape": Self.ints(size.map { _ in length })]
        // As much on either side as libtorch allows.
        attributes[padding == "NOTSET" ? "pads" : "auto_pad"] =
          padding == "NOTSET" ? Self.ints((size + size).map { _ in length / 2 }) : .text(padding)
        func expectAll(_ operation: String, _ expected: Tensor) throws {
          var y = x
          let seconds = try processorSeconds {
            y = try Self.pool(operation, x, attributes)[0].flattened(from: 2)
          }
          #expect(seconds < 1, "\(operation) over \(length)")
          #expect(
            try difference(y, expected.broadcast(to: y.shape), relative: 1e-10, absolute: 1e-12)
              == nil, "\(operation) over \(length)")
        }
        try expectAll("MaxPool", all.max(axes: [2], keepingAxes: true))
        try expectAll("AveragePool", all.mean(axes: [2], keepingAxes: true))
        try expectAll("LpPool", all.norm(2, axes: [2], keepingAxes: true))
        attributes["count_include_pad"] = .int(1)
        let share = size.reduce(1.0) { $0 * Double($1) / Double(length) }
        try expectAll("AveragePool", all.mean(axes: [2], keepingAxes: true) * share)
      }
    }
  }

  @Test func `the largest of a window of millions is found where it is`() throws {
    let x = try Tensor([1, 5, 2, 5, 0, -1] as [Double], shape: [1, 1, 2, 3]).tracked()
    let large: [String: Attribute] = [
      "kernel_shape": Self.ints([1 << 20, 1 << 20]), "auto_pad": .text("SAME_UPPER"),
    ]
    let pooled = try Self.pool("MaxPool", x, large, outputs: 2)
    #expect(try pooled[0].numbers() == [Double](repeating: 5, count: 6))
    #expect(try pooled[1].integers() == [Int](repeating: 1, count: 6))
    // The gradient goes to one of those as large.
    let slope = try gradient(of: pooled[0].sum(), withRespectTo: x)
    #expect(try slope.numbers() == [0, 6, 0, 0, 0, 0])
  }
}
