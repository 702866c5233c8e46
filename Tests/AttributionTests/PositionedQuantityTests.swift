// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@Suite struct PositionedQuantityTests {
  /// y = x², `[rows, 6]` to `[rows, 3, 2]`: three positions of two classes.
  private let model = ToyModels.function { try $0.squared().reshaped(to: [-1, 3, 2]) }
  private let points: Tensor

  init() throws {
    points = try Tensor([1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1] as [Double], shape: [2, 6])
  }

  private func values(_ quantity: any QuantityOfInterest) throws -> [Double] {
    try Saliency(model, quantity: quantity).attributions(for: points).quantity.instance.numbers()
  }

  @Test func `a class is read at a position, from the start or the end`() throws {
    let score: ClassScore = .classScore(1)
    #expect(try values(score.at(0)) == [4, 25])
    #expect(try values(score.at(2)) == [36, 1])
    #expect(try values(score.at(-1)) == [36, 1])
    #expect(try values(score.at(-3)) == [4, 25])
  }

  @Test func `several positions add up, and instances may have their own`() throws {
    let score: ClassScore = .classScore(0)
    #expect(try values(score.at(0, 2)) == [1 + 25, 36 + 4])
    #expect(try values(score.at(.each([[2], [0]]))) == [25, 36])
    // Rows of one position beside rows of several.
    #expect(try values(score.at(.each([[0, 1, -1], [1]]))) == [1 + 9 + 25, 16])
  }

  @Test func `only what is read there has an attribution`() throws {
    let quantity: ClassScore = .classScore(1)
    let result = try IntegratedGradients(model, quantity: quantity.at(.each([[1], [2]])), steps: 4)
      .attributions(for: points)
    // y − 0 for each x that is read: x² along the straight path from 0.
    let expected = try Tensor(
      [0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 1] as [Double], shape: [2, 6])
    try expectClose(result.values, expected, absolute: 1e-12)
  }

  @Test func `one class against another, and probabilities, are those of the position`() throws {
    let difference = ClassScore(.index(1)) - ClassScore(.index(0))
    #expect(try values(difference.at(1)) == [7, -7])
    let probability: ClassProbability = .probability(of: 1)
    let found = try values(probability.at(1))
    for (number, margin) in zip(found, [7.0, -7]) {
      #expect(try abs(number - Tensor([margin]).sigmoid().number()) < 1e-12)
    }
    #expect(try values(ClassScore(.labels([1, 0])).at(0)) == [4, 36])
  }

  @Test func `what is predicted there is held along the path`() throws {
    // Scores x² and 2x: the second wins below 2, so that the winner's change is another number.
    let model = ToyModels.function { x in
      let both = try Tensor.stacked([x.squared(), x * 2], axis: 2)
      return try Tensor.concatenated([both, -both], axis: 1)
    }
    let three = try Tensor([3] as [Double], shape: [1, 1])
    func change(_ quantity: any QuantityOfInterest) throws -> Double {
      let result = try IntegratedGradients(model, quantity: quantity, from: .constant(1), steps: 9)
        .attributions(for: three)
      return try #require(result.quantity.end).number() - #require(result.quantity.start).number()
    }
    #expect(try change(ClassScore(.predicted).at(0)) == 9 - 1)
    #expect(try change(WinningClassScore().at(0)) == 9 - 2)
    // At the other position it is the other class that wins.
    #expect(try change(ClassScore(.predicted).at(1)) == -6 + 2)
  }

  @Test func `positions may lie on another axis`() throws {
    let model = ToyModels.function { try $0.squared().reshaped(to: [-1, 2, 3]) }
    func values(_ quantity: any QuantityOfInterest) throws -> [Double] {
      try Saliency(model, quantity: quantity).attributions(for: points).quantity.instance.numbers()
    }
    #expect(try values(ClassScore(.index(1)).at(2, axis: 2)) == [36, 1])
    #expect(try values(ClassScore(.predicted).at(.each([[0], [-1]]), axis: 2)) == [16, 16])
  }

  static let quantities: [any QuantityOfInterest] = [
    ClassScore(.index(1)).at(2), ClassScore(.predicted).at(-1, 0), WinningClassScore().at(1),
    ClassProbability(.predicted).at(.each([[0], [1, 2], [2]])),
    ClassProbability(.index(0), as: .logProbability).at(1, axis: 2),
    (ClassScore(.labels([0, 1, 2])) - ClassScore(.predicted)).at(.each([[3], [0], [-1]])),
    ClassScore(.index(0)).at(1) - 0.5 * ClassScore(.index(2)).at(0), ChannelActivation([1]).at(2),
    SpanOf.pairs,
  ]

  /// A span's score reads two numbers a position; here the first two of more.
  private enum SpanOf {
    static let pairs = CustomQuantity("span") { output, explained in
      func two(_ tensor: Tensor) throws -> Tensor { try tensor.sliced(axis: 2, from: 0, to: 2) }
      return try SpanScore().values(
        of: two(output),
        explaining: ExplainedOutput(
          output: two(explained.output), instance: explained.instance, scale: explained.scale))
    }
  }

  @Test(arguments: quantities.indices) func `quantities at positions keep the laws`(
    index: Int
  ) throws {
    let output = try Tensor.normal([3, 4, 3], type: .float64, from: Generator(seed: 2))
    #expect(try QuantityLaws.violations(of: Self.quantities[index], on: output) == [])
  }

  @Test func `secants are complete at a position`() throws {
    let network = try ToyModels.smooth(features: 4)
    let last = FunctionModel(inputs: network.inputs, outputs: ["z"]) { values in
      let x = try values["x"]
      let scores = try Tensor.stacked([x.hyperbolicTangent(), x.squared(), x.gelu()], axis: 2)
      try values.mark("z", scores)
    }
    for quantity: any QuantityOfInterest in [
      ClassProbability(.index(1)).at(2), ClassScore(.predicted).at(.each([[0], [1, 3], [2]])),
    ] {
      let result = try IntegratedGradients(
        last, quantity: quantity, from: .constant(0.3), steps: 2, rule: .secant
      ).attributions(for: ToyModels.rows(3))
      let gap = try #require(result.completenessGap)
      #expect(try gap.absolute().max().number() < 1e-13)
    }
  }

  @Test func `what does not fit is named`() throws {
    let quantity = ClassScore(.index(0))
    func refused(_ quantity: any QuantityOfInterest, as error: QuantityError) {
      #expect(throws: error) { try values(quantity) }
    }
    refused(
      quantity.at(3),
      as: .position(3, length: 3, quantity: "score of class 0 at 3"))
    refused(
      quantity.at(-4),
      as: .position(-4, length: 3, quantity: "score of class 0 at -4"))
    refused(quantity.at(.each([[0]])), as: .positionCount(1, instances: 2))
    refused(
      quantity.at(.each([[0], []])),
      as: .noPositions(quantity: "score of class 0 at each instance's position"))
    refused(
      quantity.at(0, axis: 3),
      as: .noPositionAxis(3, shape: [2, 3, 2], quantity: "score of class 0 at 0"))
    refused(ClassScore(.index(2)).at(0), as: .noClass(2, shape: [2, 2]))
    let flat = ToyModels.function { $0 }
    #expect(
      throws: QuantityError.noPositionAxis(1, shape: [2, 6], quantity: "score of class 0 at 0")
    ) {
      try Saliency(flat, quantity: quantity.at(0)).attributions(for: points)
    }
  }
}
