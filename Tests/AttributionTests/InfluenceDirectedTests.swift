// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@Suite struct InfluenceDirectedTests {
  /// Hidden units ReLU(x₀ − x₁) and ReLU(x₁), of which the quantity takes 3 and 2 times.
  private func method(through count: Int) throws -> InfluenceDirected {
    InfluenceDirected(
      try ToyModels.wrapperNetwork(), through: count, unitsOf: .layer("hidden"),
      quantity: .channel(0), to: .output, steps: 8)
  }

  private func inputs() throws -> Inputs {
    Inputs(try Tensor([2, 1, 1, 2] as [Double], shape: [2, 2]))
  }

  @Test func `each instance is explained through the units that do most for it`() throws {
    // At (2, 1) that is 3 ReLU(x₀ − x₁), at (1, 2) it is 2 ReLU(x₁).
    let one = try method(through: 1).attributions(for: inputs())
    try expectClose(one.values, [6, -3, 0, 4], shape: [2, 2])
    let both = try method(through: 2).attributions(for: inputs())
    try expectClose(both.values, [6, -1, 0, 4], shape: [2, 2])
    #expect(both.configuration.quantity.hasSuffix("through 2 units of hidden"))
    #expect(throws: UnitError.unit(2, count: 2)) {
      try method(through: 3).attributions(for: inputs())
    }
  }

  @Test func `weights are influences, whatever the engine keeps`() throws {
    var method = try method(through: 2)
    let whole = try method.attributions(for: inputs())
    method.influence.engine.keepsInfluence = false
    try expectClose(method.attributions(for: inputs()).values, whole.values)
    method.influence.engine.measure = .influence
    try expectClose(method.attributions(for: inputs()).values, whole.values)
  }

  @Test func `units that are tokens' features are chosen at all positions`() throws {
    let tokens = Inputs(try ToyModels.tokens())
    let method = InfluenceDirected(
      try ToyModels.attention(), through: 6, unitsOf: .layer("normal"), quantity: .classScore(0),
      to: .output, steps: 8)
    let scores = try method.influence.scores(for: tokens)
    #expect(scores.layout.count == 6)
    let all = try method.attributions(for: tokens).values
    let parts = try (0..<6).map { unit in
      try method.view.passages(
        through: [unit],
        influence: #require(whole(method, tokens).influence?.tensors[0]), for: tokens)[0].values
    }
    try expectClose(all, parts.dropFirst().reduce(parts[0]) { try $0 + $1 }, absolute: 1e-10)
  }

  private func whole(_ method: InfluenceDirected, _ inputs: Inputs) throws -> Attributions {
    var engine = method.influence.engine
    engine.keepsInfluence = true
    return try engine.attributions(for: inputs)
  }
}
