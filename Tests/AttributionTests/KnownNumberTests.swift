// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Numbers that tables, and other libraries where they are right, give for rules and quantities.
@Suite struct KnownNumberTests {
  @Test(arguments: [
    (3, [0.112702, 0.5, 0.887298], [0.277778, 0.444444, 0.277778]),
    (
      5, [0.046910, 0.230765, 0.5, 0.769235, 0.953090],
      [0.118463, 0.239314, 0.284444, 0.239314, 0.118463]
    ),
  ])
  func `Gauss–Legendre's nodes and weights`(
    count: Int, positions: [Double], weights: [Double]
  ) throws {
    let nodes = try GaussLegendreRule().nodes(count)
    for (node, expected) in zip(nodes, zip(positions, weights)) {
      expectClose(node.position, expected.0, absolute: 5e-7, relative: 0)
      expectClose(node.weight, expected.1, absolute: 5e-7, relative: 0)
    }
  }

  /// ∫ 3a² da = 1 with 50 evaluations; a mean over both ends included gives 1.010204, and a
  /// trapezoid whose weights fall short 0.980204.
  @Test(arguments: [
    (0, 1.0, 1e-12), (1, 0.9999, 1e-10), (2, 1.0302, 1e-10), (3, 1.000208, 5e-7),
    (4, 0.9702, 1e-10),
  ])
  func `the integral of a cube's slope`(rule: Int, expected: Double, tolerance: Double) throws {
    let rules: [any QuadratureRule] = [
      GaussLegendreRule(), RiemannRule(.middle), RiemannRule(.right), TrapezoidRule(),
      RiemannRule(.left),
    ]
    let cube = ToyModels.function { try $0.power(3.0) }
    let one = try Tensor([1] as [Double], shape: [1, 1])
    let result = try IntegratedGradients(cube, quantity: .classScore(0), rule: rules[rule])
      .attributions(for: one)
    try expectClose(result.values.number(), expected, absolute: tolerance, relative: 0)
  }

  @Test func `quantities of a row of three`() throws {
    let row = try Tensor([1, 2, 3] as [Double], shape: [1, 3])
    let explained = ExplainedOutput(output: row, instance: try Tensor([0]))
    func value(_ quantity: any QuantityOfInterest) throws -> Double {
      try quantity.values(of: row, explaining: explained).number()
    }
    expectClose(try value(.probability(of: .predicted)), 0.665241, absolute: 5e-7)
    #expect(try value(ChannelActivation([0, 2])) == 4)
    #expect(try value(.winningClass) == 3)
    #expect(try value(.classScore(2) - .classScore(0)) == 2)
    #expect(try value(.weightedScores([0: 2, 1: -1])) == 0)
  }
}
