// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct RectifierPassTests {
  private func gradient(at x: [Double], weights: [Double]) throws -> [Double] {
    let leaf = try Tensor(x).tracked()
    return try Torch.gradient(
      of: (leaf.relu() * Tensor(weights)).sum(), withRespectTo: leaf
    ).numbers()
  }

  @Test(arguments: [
    (RectifierPass.Rule.guided, [2.0, 0, 0, 0]), (.deconvolution, [2, 0, 5, 0]),
  ])
  func `the rule holds inside, and the derivative outside`(
    rule: RectifierPass.Rule, expected: [Double]
  ) throws {
    let (x, weights) = ([1.0, 1, -1, -1], [2.0, -3, 5, -7])
    let pass = RectifierPass(rule)
    #expect(try pass.record { try gradient(at: x, weights: weights) } == expected)
    #expect(pass.count == 1)
    #expect(try gradient(at: x, weights: weights) == [2, -3, 0, 0])
    #expect(pass.count == 1)
  }

  @Test func `the numbers are those of ReLU, and what is not recorded is not met`() throws {
    let x = try Tensor([-1, 0, 2] as [Double])
    for rule in RectifierPass.Rule.allCases {
      let pass = RectifierPass(rule)
      #expect(try pass.record { try x.tracked().relu().numbers() } == [0, 0, 2])
      #expect(try pass.record { try x.relu().numbers() } == [0, 0, 2])
      #expect(pass.count == 1)
    }
  }

  @Test func `the inner rule holds in an inner run`() throws {
    let (outer, inner) = (RectifierPass(.deconvolution), RectifierPass(.guided))
    let found = try outer.record {
      try inner.record { try gradient(at: [-1], weights: [1]) } + gradient(at: [-1], weights: [1])
    }
    #expect(found == [0, 1])
  }

  @Test func `a record keeps its rule after the run`() throws {
    let leaf = try Tensor([-1, 1] as [Double]).tracked()
    let sum = try RectifierPass(.deconvolution).record { try leaf.relu().sum() }
    #expect(try Torch.gradient(of: sum, withRespectTo: leaf).numbers() == [1, 1])
  }
}
