// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

/// What stands in for removed features.
@Suite struct ImputationTests {
  private typealias Cases = FaithfulnessCases

  static let removals: [any Removal] = [
    .zeros, .constant(0.5), .blurred(standardDeviation: 1), .linearImputation,
    .noisyLinearImputation(), .uniform(in: -1...1), .baseline(.uniformNoise()),
  ]

  @Test(arguments: removals.indices)
  func `removals keep their laws`(index: Int) throws {
    let violations = try RemovalLaws.violations(
      of: Self.removals[index], from: Inputs(Cases.digits()[0..<3]), in: Cases.sum,
      by: Cases.gradient)
    #expect(violations == [], "\(Self.removals[index].name)")
  }

  /// A picture with some pixels removed.
  private func filled(
    _ picture: Tensor, _ removed: Tensor, by removal: any Removal = .linearImputation,
    seed: UInt64 = 0
  ) throws -> Tensor {
    let explanation = try Cases.gradient.explanation(of: Inputs(picture), in: Cases.sum)
    return try removal.substitutes(for: explanation, seed: seed).points(
      replacing: Activation(removed .!= 0), of: explanation.activation
    ).tensors[0]
  }

  @Test func `linear imputation as Quantus has it`() throws {
    let result = try filled(Cases.fixture("picture"), Cases.fixture("removed"))
    try expectClose(result, Cases.fixture("imputed"), absolute: 1e-7)
  }

  @Test func `every filled pixel is the mean of its neighbours`() throws {
    let generator = try Generator(seed: 4)
    let picture = try Tensor.normal([1, 1, 7, 5], type: .float64, from: generator)
    let removed = try (Tensor.uniform([1, 1, 7, 5], from: generator) .< 0.8).converted(
      to: .float64)
    let numbers = try filled(picture, removed).numbers()
    let (mask, original) = (try removed.numbers(), try picture.numbers())
    for row in 0..<7 {
      for column in 0..<5 {
        let place = row * 5 + column
        guard mask[place] == 1 else {
          #expect(numbers[place] == original[place])
          continue
        }
        var (sum, weights) = (0.0, 0.0)
        for (down, right) in [
          (0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1),
        ] where (0..<7).contains(row + down) && (0..<5).contains(column + right) {
          let weight = down == 0 || right == 0 ? 1.0 / 6 : 1.0 / 12
          sum += weight * numbers[(row + down) * 5 + column + right]
          weights += weight
        }
        expectClose(numbers[place], sum / weights, absolute: 1e-6)
      }
    }
  }

  @Test func `a hole in a slope is filled by the slope, one in a colour by the colour`() throws {
    let rows = try Tensor(
      (0..<81).map { Double($0 / 9) + 2 * Double($0 % 9) }, shape: [1, 1, 9, 9])
    var hole = [Double](repeating: 0, count: 81)
    for place in [20, 21, 22, 29, 30, 31, 40, 50, 60] { hole[place] = 1 }
    let removed = try Tensor(hole, shape: [1, 1, 9, 9])
    try expectClose(filled(rows, removed), rows, absolute: 1e-6)
    let gray = try rows * 0 + 0.3
    let one = try Tensor([0.0] + [Double](repeating: 1, count: 80), shape: [1, 1, 9, 9])
    try expectClose(filled(gray, one), gray, absolute: 1e-6)
  }

  @Test func `where nothing is left there is nothing but noise`() throws {
    let picture = try Tensor.ones([1, 3, 40, 40], type: .float64)
    let all = try Tensor.ones([1, 1, 40, 40])
    #expect(try filled(picture, all).absolute().max().number() == 0)
    let noise = try filled(picture, all, by: .noisyLinearImputation(noise: 0.05))
    #expect(abs(try noise.squared().mean().number().squareRoot() - 0.05) < 0.003)
    let other = try filled(picture, all, by: .noisyLinearImputation(noise: 0.05), seed: 1)
    #expect(try noise.numbers() != other.numbers())
  }

  @Test func `what is no picture is not imputed, what has several starts removes nothing`() throws {
    let explanation = try Cases.gradient.explanation(of: Cases.rows([1, 2]), in: Cases.sum)
    #expect(throws: MetricError.self) {
      try NoisyLinearImputation().substitutes(for: explanation, seed: 0)
    }
    #expect(throws: MetricError.self) {
      try BaselineRemoval(.mixed(.zeros, .constant(1))).substitutes(for: explanation, seed: 0)
    }
  }

  @Test func `laws that a removal breaks are found`() throws {
    let inputs = Inputs(try Cases.digits()[0..<2])
    func laws(_ make: @escaping @Sendable (Tensor) throws -> Tensor) throws -> Set<String> {
      Set(
        try RemovalLaws.violations(
          of: WrittenRemoval(make: make), from: inputs, in: Cases.sum, by: Cases.gradient
        ).map(\.law))
    }
    #expect(try laws { try $0.flipped(axes: [-1]) } == [])
    #expect(
      try laws { try $0.mean(axes: [0], keepingAxes: true) }
        == ["instances do not see each other"])
    #expect(try laws { try $0 / 0 } == ["substitutes are numbers"])
  }
}

private struct WrittenRemoval: Removal {
  let name = "written"
  let make: @Sendable (Tensor) throws -> Tensor

  func substitutes(for explanation: Explanation, seed: UInt64) throws -> Substitutes {
    Substitutes(try explanation.activation.map(make))
  }
}
