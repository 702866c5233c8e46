// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// The influence is ∫ g dt, whatever an attribution's displacements are.
@Suite struct SecantInfluenceTests {
  static let baselines = MixedBaseline([(ConstantBaseline(-0.5), 1), (ConstantBaseline(0.7), 3)])
  static let bent = CustomPath("bent") { t, start, end in
    try start + (end - start) * (t + (t * .pi).sine() * 0.3)
  }

  private func engine(
    _ path: any Path, _ rule: any PathRule, steps: Int?, at layer: String?,
    progression: PathDistribution.Progression = .tangents, rows: RowLimit = .automatic
  ) throws -> InternalInfluence {
    var engine = InternalInfluence(
      try ToyModels.wrapperNetwork(),
      distribution: PathDistribution(
        path, from: Self.baselines, rule: rule, steps: steps, progression: progression),
      quantity: .classScore(0),
      slice: layer.map { NetworkSlice(from: .layer($0)) } ?? NetworkSlice(),
      at: layer.map { _ in InputCut() })
    engine.keepsInfluence = true
    engine.rowLimit = rows
    return engine
  }

  @Test(arguments: [nil, "hidden"], [false, true])
  func `secants give the influence that quadrature gives`(layer: String?, isBent: Bool) throws {
    let path: any Path = isBent ? Self.bent : StraightPath()
    let x = try Tensor([1.5, -0.4, 0.3, 2] as [Double], shape: [2, 2])
    let truth = try engine(path, .midpoint, steps: 20_000, at: layer).attributions(for: x)
    let wanted = try #require(truth.influence).tensors[0]
    // Few rows at once: chunks end on paths, and between them.
    for rows in [RowLimit.automatic, .rows(70)] {
      var secants = try engine(path, .secant(grid: .uniform), steps: 400, at: layer, rows: rows)
      let both = try secants.attributions(for: x)
      try expectClose(#require(both.influence).tensors[0], wanted, absolute: 5e-3)
      try expectClose(both.values, truth.values, absolute: 5e-3)
      secants.measure = .influence
      try expectClose(secants.attributions(for: x).values, wanted, absolute: 5e-3)
    }
    let moves = try engine(path, .trapezoid, steps: 4000, at: layer, progression: .moves)
      .attributions(for: x)
    try expectClose(#require(moves.influence).tensors[0], wanted, absolute: 5e-3)
  }

  @Test func `a tolerance holds for influences, too`() throws {
    let model = try ToyModels.wrapperNetwork()
    let x = try Tensor([1.5, -0.4, 0.3, 2] as [Double], shape: [2, 2])
    func influence(_ rule: any PathRule, _ steps: Int?) throws -> Attributions {
      try LayerInfluence(
        model, of: .layer("hidden"), quantity: .classScore(0), from: Self.baselines,
        steps: steps, rule: rule
      ).attributions(for: x)
    }
    let truth = try influence(.midpoint, 20_000)
    let found = try influence(.automatic(tolerance: 0.01), nil)
    #expect(try #require(found.errorEstimate).max().number() <= 0.01)
    #expect(try relativeL1(found.values, truth.values) < 0.02)
  }
}
