// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@Suite struct RegionScoreTests {
  /// y = 2x, `[rows, 8]` as a map of two classes over two by two pixels, `[rows, 2, 2, 2]`.
  private let model = ToyModels.function { try ($0 * 2).reshaped(to: [-1, 2, 2, 2]) }
  private let points: Tensor

  init() throws {
    // Class 1 wins at the first and last pixel of the first row, nowhere in the second.
    points = try Tensor(
      [1, 2, 3, 4, 5, 1, 1, 6, 8, 7, 6, 5, 1, 2, 3, 4] as [Double], shape: [2, 8])
  }

  private func values(_ quantity: any QuantityOfInterest) throws -> [Double] {
    try Saliency(model, quantity: quantity).attributions(for: points).quantity.instance.numbers()
  }

  private func attributions(_ quantity: any QuantityOfInterest) throws -> Tensor {
    try IntegratedGradients(model, quantity: quantity, steps: 2).attributions(for: points).values
  }

  @Test func `numbers of a class add up where it is predicted, and nothing elsewhere`() throws {
    #expect(try values(.classScore(1, over: .predicted(as: nil))) == [10 + 12, 0])
    #expect(try values(.classScore(0, over: .predicted(as: nil))) == [4 + 6, 16 + 14 + 12 + 10])
    #expect(try values(.classScore(0, over: .predicted(as: 1))) == [2 + 8, 0])
    let expected = try Tensor(
      [0, 0, 0, 0, 10, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0] as [Double], shape: [2, 8])
    try expectClose(
      attributions(.classScore(1, over: .predicted(as: nil))), expected, absolute: 1e-12)
  }

  @Test func `one class against another over the same pixels is a difference`() throws {
    let against =
      RegionScore(.index(1), over: .predicted(as: 1))
      - RegionScore(.index(0), over: .predicted(as: 1))
    #expect(try values(against) == [22 - 10, 0])
    #expect(against.regions.count == 2 && ClassScore(.predicted).regions.isEmpty)
  }

  @Test func `boxes, places and masks take what lies in them, and means divide by it`() throws {
    #expect(try values(.classScore(0, over: .box([0...0, 0...1]))) == [2 + 4, 16 + 14])
    #expect(try values(.classScore(0, over: .box([0...1, 1...1]), .mean)) == [(4 + 8) / 2, 12])
    #expect(try values(.classScore(1, over: .place(1, 0))) == [2, 6])
    let mask = try Tensor([0, 1, 1, 0] as [UInt8], shape: [2, 2])
    #expect(try values(.classScore(0, over: .mask(mask))) == [4 + 6, 14 + 12])
    let own = try Tensor([0, 1, 1, 0, 1, 0, 0, 0] as [UInt8], shape: [2, 2, 2])
    #expect(try values(.classScore(0, over: .mask(own))) == [4 + 6, 16])
    #expect(try values(.classScore(0, over: .mask(own), .mean)) == [5, 16])
  }

  @Test func `the class of a pixel is what is predicted there, held along the path`() throws {
    #expect(try values(.predictedClass(at: 0, 0)) == [10, 16])
    #expect(try values(.predictedClass(at: 0, 1)) == [4, 14])
    let labels = RegionScore(.labels([1, 0]), over: .box([0...0, 0...0]))
    #expect(try values(labels) == [10, 16])
    #expect(try values(RegionScore(.labels([1, 0]))) == [22, 52])
    // The whole map: class 0 adds up to 20 and 52, class 1 to 26 and 20.
    #expect(try values(RegionScore(.predicted, over: .box([0...1, 0...1]))) == [26, 52])
  }

  /// Along the path the map becomes y(t) = (t − ½)²: what is predicted changes, the region does not.
  @Test func `a region does not move with the points of a path`() throws {
    let bent = ToyModels.function { x in
      let first = try (x - 0.5).squared().unsqueezed(axis: 1)
      return try .concatenated([first, 0.2 - first], axis: 1)
    }
    let x = try Tensor([1, 0.5] as [Double], shape: [1, 2])
    let quantity = RegionScore(.index(0), over: .predicted(as: nil))
    let result = try IntegratedGradients(bent, quantity: quantity, steps: 64).attributions(for: x)
    // Class 0 is predicted at the first position alone: ¼ there, and ¼ at the start of the path.
    #expect(try result.quantity.instance.numbers() == [0.25])
    try expectClose(try #require(result.completenessGap), Tensor([0.0]), absolute: 1e-9)
    #expect(try result.values.numbers()[1] == 0)
  }

  @Test func `series are maps of one axis`() throws {
    let model = ToyModels.function { try $0.reshaped(to: [-1, 2, 4]) }
    let quantity = RegionScore(.index(1), over: .box([1...2]))
    let result = try Saliency(model, quantity: quantity).attributions(for: points)
    #expect(try result.quantity.instance.numbers() == [2, 5])
    #expect(
      try result.values.numbers()
        == [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0])
  }

  @Test func `classes of their own are predicted above a half`() throws {
    let map = try Tensor([2, -1, 0.5, -3] as [Double], shape: [1, 1, 2, 2])
    let instance = try Tensor.range(to: 1)
    func value(_ scale: OutputScale) throws -> Double {
      try RegionScore(.index(0)).values(
        of: map, explaining: ExplainedOutput(output: map, instance: instance, scale: scale)
      ).number()
    }
    #expect(try value(.unknown) == 2.5)
    #expect(try value(.logits(.sigmoid)) == 2.5)
    // Probabilities above ½ alone.
    #expect(try value(.normalized(.sigmoid)) == 2)
    let two = try Tensor([2, 1, -1, 3] as [Double], shape: [1, 2, 2])
    let both = try RegionScore(.index(1)).mask(
      of: ExplainedOutput(output: two, instance: instance, scale: .logits(.sigmoid)))
    #expect(try both.numbers() == [0, 1])
    let first = try RegionScore(.index(0)).mask(
      of: ExplainedOutput(output: two, instance: instance, scale: .logits(.sigmoid)))
    #expect(try first.numbers() == [1, 1])
  }

  static let quantities: [RegionScore] = [
    RegionScore(.index(1)), RegionScore(.index(0), over: .predicted(as: 1)),
    RegionScore(.labels([0, 1, 0])), RegionScore(.predicted, over: .box([0...1, 1...2])),
    RegionScore(.index(2), over: .place(3, 1), .mean),
    RegionScore(.index(0), over: .box([0...3, 0...0]), .mean),
  ]

  @Test(arguments: quantities.indices) func `the laws of quantities hold`(index: Int) throws {
    let map = try Tensor.normal([3, 3, 4, 5], type: .float64, from: Generator(seed: 8))
    #expect(try QuantityLaws.violations(of: Self.quantities[index], on: map) == [])
  }

  @Test func `a mask for each instance keeps the laws`() throws {
    let generator = try Generator(seed: 9)
    let map = try Tensor.normal([3, 3, 4, 5], type: .float64, from: generator)
    let mask = try Tensor.normal([3, 4, 5], type: .float64, from: generator) .> 0
    let quantity = RegionScore(.index(1), over: .mask(mask), .mean)
    #expect(try QuantityLaws.violations(of: quantity, on: map) == [])
  }

  @Test func `what does not fit is named`() throws {
    let flat = ToyModels.function { $0 }
    #expect(throws: RegionError.self) {
      try Saliency(flat, quantity: RegionScore(.index(0))).attributions(for: points)
    }
    for region: OutputRegion in [
      .place(2, 0), .place(0), .box([0...1, 0...2]), .mask(try Tensor.ones([3, 3])),
      .mask(try Tensor.ones([1, 2, 3])),
    ] {
      #expect(throws: RegionError.self) { try values(.classScore(0, over: region)) }
    }
    #expect(throws: RegionError.noClass) {
      try values(RegionScore(.predicted, over: .predicted(as: nil)))
    }
    #expect(throws: QuantityError.self) { try values(.classScore(2, over: .place(0, 0))) }
    #expect(throws: QuantityError.self) { try values(.classScore(0, over: .predicted(as: 2))) }
    #expect(throws: QuantityError.labelCount(1, instances: 2)) {
      try values(RegionScore(.labels([1]), over: .place(0, 0)))
    }
    // The mean over nothing: the second instance has no pixel of class 1.
    let mean = RegionScore(.index(1), over: .predicted(as: nil), .mean)
    #expect(throws: RegionError.empty(quantity: mean.name, instance: 1)) { try values(mean) }
  }
}
