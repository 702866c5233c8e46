// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct AutomaticRuleTests {
  static let logits = NetworkSlice(to: .logits)

  @Test(arguments: [0.05, 0.01, 0.001])
  func `the error is within the tolerance, and the estimate tells it`(tolerance: Double) throws {
    let (model, digits) = try SecantRuleTests.digits()
    let truth = try IntegratedGradients(model, slice: Self.logits, rule: .exact)
      .attributions(for: digits).values
    let result = try IntegratedGradients(
      model, slice: Self.logits, rule: .automatic(tolerance: tolerance)
    ).attributions(for: digits)
    let estimates = try #require(result.errorEstimate).numbers()
    #expect(estimates.count == 10 && estimates.allSatisfy { $0 <= tolerance })
    let errors = try (0..<10).map { try relativeL1(result.values[$0], truth[$0]) }
    #expect(errors.filter { $0 <= tolerance }.count >= 9, "\(errors)")
    // From a single change the estimate is rougher.
    let factor = tolerance > 0.01 ? 3.0 : 2
    let ratios = zip(estimates, errors).map { $0 / $1 }
    #expect(ratios.filter { $0 > 1 / factor && $0 < factor }.count >= 8, "\(ratios)")
    #expect(result.efforts.count == 10)
    #expect(result.efforts.allSatisfy { $0.rule == SecantRule().name && $0.evaluations >= 8 })
  }

  @Test func `smooth networks are left to Gauss–Legendre's rule`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(5)
    let truth = try IntegratedGradients(model, quantity: .classScore(1), steps: 200)
      .attributions(for: x).values
    let result = try IntegratedGradients(
      model, quantity: .classScore(1), rule: .automatic(tolerance: 1e-6)
    ).attributions(for: x)
    #expect(result.efforts.allSatisfy { $0.rule == GaussLegendreRule().name })
    for row in 0..<5 { #expect(try relativeL1(result.values[row], truth[row]) < 1e-6) }
  }

  @Test func `where corners and curves meet, tolerances are kept, too`() throws {
    let (model, digits) = try SecantRuleTests.digits()
    let quantity = ClassProbability(.predicted)
    let truth = try IntegratedGradients(model, quantity: quantity, steps: 2000, rule: .secant)
      .attributions(for: digits).values
    let result = try IntegratedGradients(
      model, quantity: quantity, rule: .automatic(tolerance: 0.01)
    ).attributions(for: digits)
    let errors = try (0..<10).map { try relativeL1(result.values[$0], truth[$0]) }
    #expect(errors.filter { $0 <= 0.01 }.count >= 9, "\(errors)")
  }

  @Test func `the most steps are an end, and the estimate says how good that is`() throws {
    let (model, digits) = try SecantRuleTests.digits()
    let result = try IntegratedGradients(
      model, slice: Self.logits, steps: 8, rule: .automatic(tolerance: 1e-9)
    ).attributions(for: digits)
    #expect(result.efforts.allSatisfy { $0.steps == 8 })
    #expect(try #require(result.errorEstimate).min().number() > 1e-9)
  }

  @Test func `an instance's result does not depend on its batch`() throws {
    let (model, digits) = try SecantRuleTests.digits()
    let rule = AutomaticRule(tolerance: 0.005)
    let both = try IntegratedGradients(model, slice: Self.logits, rule: rule)
      .attributions(for: digits)
    for row in [2, 8] {
      let alone = try IntegratedGradients(model, slice: Self.logits, rule: rule)
        .attributions(for: digits[row..<row + 1])
      #expect(alone.efforts == [both.efforts[row]])
      try expectClose(alone.values, both.values[row..<row + 1], absolute: 1e-12)
    }
  }
}
