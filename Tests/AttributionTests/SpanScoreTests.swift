// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Spans, and slices that end in two outputs.
@Suite struct SpanScoreTests {
  /// Starts x and ends −x², `[rows, positions]` each.
  private let model = FunctionModel(
    inputs: [ModelInput("x", elementType: .float64)], outputs: ["starts", "ends"]
  ) { values in
    let x = try values["x"]
    _ = try values.mark("starts", x)
    try values.mark("ends", -x.squared())
  }
  private let both: StackedCut = .stacked(.output("starts"), .output("ends"))
  private let points: Tensor

  init() throws {
    points = try Tensor([3, 1, 0, 2, 0.5, 0, 2, 1] as [Double], shape: [2, 4])
  }

  private func values(_ quantity: any QuantityOfInterest) throws -> [Double] {
    try Saliency(model, quantity: quantity, slice: NetworkSlice(from: .input, to: both))
      .attributions(for: points).quantity.instance.numbers()
  }

  @Test func `a given span's start and end, and their sum`() throws {
    #expect(try values(SpanScore(.range(0...1), .start)) == [3, 0.5])
    #expect(try values(SpanScore(.range(0...1), .end)) == [-1, 0])
    #expect(try values(SpanScore(.range(0...1))) == [2, 0.5])
    #expect(try values(SpanScore(.each([1...3, 2...2]))) == [1 - 4, 2 - 4])
  }

  @Test func `the predicted span has the greatest sum, and no end ahead of its start`() throws {
    // Of the first, start 0 (3) and end 2 (0). Of the second, the best start is 2, with 2, but the
    // best end behind it is 3, with −1; start 0 and end 1 have 0.5.
    #expect(try values(SpanScore()) == [3, 1])
    #expect(try values(SpanScore(.predicted(), .start)) == [3, 2])
    #expect(try values(SpanScore(.predicted(), .end)) == [0, -1])
    // Among some tokens alone.
    let tokens = try Tensor([0, 1, 0, 1, 1, 1, 0, 0] as [Double], shape: [2, 4])
    #expect(try values(SpanScore(.predicted(among: tokens))) == [0, 0.5])
  }

  @Test func `what is predicted is found out by trying all`() throws {
    let (rows, length) = (20, 7)
    let output = try Tensor.normal([rows, length, 2], type: .float64, from: Generator(seed: 8))
    let explained = ExplainedOutput(output: output, instance: try .range(to: rows))
    let found = try SpanScore().values(of: output, explaining: explained).numbers()
    let logits = try output.numbers()
    for row in 0..<rows {
      let all = (0..<length).flatMap { start in
        (start..<length).map { end in
          logits[(row * length + start) * 2] + logits[(row * length + end) * 2 + 1]
        }
      }
      #expect(found[row] == all.max())
    }
  }

  @Test func `both outputs are explained, and the predicted span is held`() throws {
    let result = try IntegratedGradients(
      model, quantity: SpanScore(), slice: NetworkSlice(from: .input, to: both), steps: 5
    ).attributions(for: points)
    // x at the start, −x² at the end, from 0.
    let expected = try Tensor([3, 0, 0, 0, 0, 0, 2, -1] as [Double], shape: [2, 4])
    try expectClose(result.values, expected, absolute: 1e-12)
    #expect(try #require(result.completenessGap).absolute().max().number() < 1e-12)
  }

  @Test func `spans and stacked cuts keep the laws`() throws {
    let output = try Tensor.normal([3, 5, 2], type: .float64, from: Generator(seed: 3))
    let tokens = try Tensor([0, 1, 1, 1, 0] as [Double], shape: [1, 5]).broadcast(to: [3, 5])
    for quantity in [
      SpanScore(), SpanScore(.predicted(among: tokens), .end), SpanScore(.range(1...3)),
      SpanScore(.each([0...0, 1...4, 2...3]), .start),
    ] {
      #expect(try QuantityLaws.violations(of: quantity, on: output) == [])
    }
    let places = try both.places(in: model)
    #expect(places.map(\.value) == ["starts", "ends"])
    let some = try [ToyModels.rows(2), ToyModels.rows(2, seed: 5)]
    #expect(try CutLaws.violations(of: both, on: some) == [])
    #expect(both.name == "output(starts) beside output(ends)")
  }

  @Test func `what does not fit is named`() throws {
    #expect(throws: QuantityError.noSpans(shape: [2, 4], quantity: "span predicted")) {
      try Saliency(model, quantity: SpanScore()).attributions(for: points)
    }
    #expect(throws: QuantityError.position(4, length: 4, quantity: "span 2…4")) {
      try values(SpanScore(.range(2...4)))
    }
    #expect(throws: QuantityError.positionCount(1, instances: 2)) {
      try values(SpanScore(.each([0...1])))
    }
    let few = try Tensor.full([2, 3], 1, type: .float64)
    #expect(
      throws: QuantityError.spanTokens([2, 3], length: 4, quantity: "span predicted")
    ) { try values(SpanScore(.predicted(among: few))) }
    let none = try Tensor([0, 1, 0, 0, 0, 0, 0, 0] as [Double], shape: [2, 4])
    #expect(throws: QuantityError.noPositions(quantity: "span predicted")) {
      try values(SpanScore(.predicted(among: none)))
    }
    // Two tensors side by side are not one.
    #expect(throws: CutError.self) {
      try Saliency(
        model, quantity: SpanScore(),
        slice: NetworkSlice(from: .input, to: JointCut([OutputCut("starts"), OutputCut("ends")]))
      ).attributions(for: points)
    }
    let uneven = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["starts", "ends"]
    ) { values in
      _ = try values.mark("starts", values["x"])
      try values.mark("ends", values["x"].sum(axes: [1], keepingAxes: true))
    }
    #expect(
      throws: CutError.unequal(cut: both.name, [1, 4], [1, 1])
    ) {
      try Saliency(uneven, quantity: SpanScore(), slice: NetworkSlice(from: .input, to: both))
        .attributions(for: points)
    }
  }
}
