// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct SecantRuleTests {
  static func digits() throws -> (ONNXModel, Tensor) {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Examples")
    let model = try ONNXModel(
      path: root.appending(path: "Models/digits.onnx").path, elementType: .float64)
    let digits = try Tensor(contentsOfNPY: root.appending(path: "Data/ten-digits.npy").path)
    return (model, try digits.converted(to: .float64))
  }

  @Test func `attributions add up on the digits network, for any number of cells`() throws {
    let (model, digits) = try Self.digits()
    for count in [1, 2, 4, 8] {
      let result = try IntegratedGradients(model, steps: count, rule: .secant)
        .attributions(for: digits)
      let change = try #require(result.quantity.end) - #require(result.quantity.start)
      let gap = try #require(result.completenessGap)
      print(count, try gap.absolute().max().number(), try change.absolute().min().number())
      #expect(try (gap.absolute() / change.absolute()).max().number() < 1e-12)
      #expect(result.cost.samples == count)
    }
  }

  @Test func `the error falls faster than that of quadrature`() throws {
    let (model, digits) = try Self.digits()
    let exact = try IntegratedGradients(model, steps: 8000, rule: .midpoint)
      .attributions(for: digits).values
    for count in [2, 4, 8, 16, 32, 64] {
      let secant = try IntegratedGradients(model, steps: count, rule: .secant)
        .attributions(for: digits).values
      let gauss = try IntegratedGradients(model, steps: count, rule: .gaussLegendre)
        .attributions(for: digits).values
      print(count, try relativeL1(secant, exact), try relativeL1(gauss, exact))
    }
  }
}

@Suite struct AutomaticRuleTests {
  @Test func `the error is within the tolerance, and so is the estimate`() throws {
    let (model, digits) = try SecantRuleTests.digits()
    for quantity in [ClassScore(.predicted), .probability(of: .predicted)]
      as [any QuantityOfInterest]
    {
      let exact = try IntegratedGradients(model, quantity: quantity, steps: 4000, rule: .midpoint)
        .attributions(for: digits).values
      for tolerance in [0.05, 0.01, 0.001] {
        let result = try IntegratedGradients(
          model, quantity: quantity, rule: .automatic(tolerance: tolerance)
        ).attributions(for: digits)
        let estimates = try #require(result.errorEstimate).numbers()
        for row in 0..<10 {
          let truth = try relativeL1(result.values[row], exact[row])
          print(quantity.name, tolerance, result.efforts[row], estimates[row] / truth, truth)
        }
        print(result.cost)
      }
    }
  }
}
