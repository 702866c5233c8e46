// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Units: what they do and what they look at, where that is known.
@Suite struct UnitTests {
  /// TruLens' own test network: at (2, 1) all units are active, at (1, 2) one is not.
  private let points = [2, 1, 1, 2] as [Double]

  private func wrapperInputs() throws -> Tensor { try Tensor(points, shape: [2, 2]) }

  @Test func `influence at a point is what TruLens' test says`() throws {
    let model = try ToyModels.wrapperNetwork()
    let engine = InternalInfluence(
      model, distribution: PointDistribution(multiplier: .none), quantity: .channel(0),
      slice: NetworkSlice(from: .layer("hidden"), to: .output), measure: .influence)
    let scores = try UnitInfluence(engine).scores(for: Inputs(wrapperInputs()))
    try expectClose(scores.values, [3, 2, 2, 2], shape: [2, 2])
    let ranking = try UnitInfluence(engine).ranking(for: wrapperInputs())
    #expect(ranking.units.map(\.mean) == [2.5, 2] && ranking.flow.sum == nil)
  }

  @Test func `attributions of a layer's units add up to the change, and the largest comes first`()
    throws
  {
    let model = try ToyModels.wrapperNetwork()
    let influence = UnitInfluence(
      model, of: .layer("hidden"), quantity: .channel(0), to: .output, steps: 8)
    let scores = try influence.scores(for: Inputs(wrapperInputs()))
    // Straight from 0 nothing switches: (3, 2) ⊙ (1, 1), and (2, 2) ⊙ (0, 2).
    try expectClose(scores.values, [3, 2, 0, 4], shape: [2, 2])
    let ranking = try influence.ranking(for: wrapperInputs())
    #expect(ranking.units.map(\.unit) == [1, 0] && ranking.instances == 2)
    try expectClose(Tensor(ranking.units.map(\.mean)), [3, 1.5])
    // Of 2 and 4 about 3; of 3 and 0 about 1.5.
    try expectClose(Tensor(ranking.units.compactMap(\.standardError)), [1, 1.5])
    expectClose(try #require(ranking.flow.sum), 4.5)
    expectClose(try #require(ranking.flow.change), 4.5)
    #expect(try #require(ranking.flow.gap) < 1e-9)
    #expect(ranking.unitsHolding(0.6) == 1 && ranking.unitsHolding(0.7) == 2)
    #expect(ranking.units[0].strongest.map(\.instance) == [1, 0])
  }

  @Test func `what a unit looks at is the attribution of its own activation`() throws {
    let view = UnitView(try ToyModels.wrapperNetwork(), of: .layer("hidden"), steps: 8)
    let found = try view.attributions(of: [1, 0], for: wrapperInputs())
    // ReLU(x₁), and ReLU(x₀ − x₁), which is 0 at (1, 2).
    try expectClose(found[0].values, [0, 1, 0, 2], shape: [2, 2])
    try expectClose(found[1].values, [2, -1, 0, 0], shape: [2, 2])
    #expect(try found[1].completenessGap?.absolute().max().number() ?? 1 < 1e-9)
  }

  @Test func `what passes through the units adds up to the attribution at the input`() throws {
    let model = try ToyModels.wrapperNetwork()
    let inputs = Inputs(try wrapperInputs())
    var influence = UnitInfluence(
      model, of: .layer("hidden"), quantity: .channel(0), to: .output, steps: 8)
    influence.engine.keepsInfluence = true
    let scores = try influence.scores(for: inputs)
    let view = UnitView(model, of: .layer("hidden"), steps: 8)
    let parts = try view.passages(
      through: [0, 1], influence: #require(scores.attributions.influence?.tensors[0]), for: inputs)
    try expectClose(parts[0].values, [6, -3, 0, 0], shape: [2, 2])
    try expectClose(parts[1].values, [0, 2, 0, 4], shape: [2, 2])
    let whole = try IntegratedGradients(model, quantity: .channel(0), steps: 8)
      .attributions(for: inputs).values
    try expectClose(parts[0].values + parts[1].values, whole)
    for (unit, part) in parts.enumerated() {
      try expectClose(part.values.sum(axes: [1]), scores.values[.all, unit])
    }
  }

  @Test func `a class against another has the difference of their units' scores`() throws {
    let model = try ToyModels.smooth()
    let first = ClassScore.classScore(0)
    let second = ClassScore.classScore(2)
    let influence = UnitInfluence(model, of: .layer("first"), to: .output, steps: 20)
    let inputs = Inputs(try ToyModels.rows(5))
    let scores = try influence.scores(for: inputs, quantities: [first - second, first, second])
    try expectClose(scores[0].values, scores[1].values - scores[2].values, absolute: 1e-12)
    let gap = try #require(scores[0].attributions.completenessGap)
    #expect(try gap.absolute().max().number() < 1e-8)
  }

  @Test func `a data set in batches gives what it gives as a whole`() throws {
    let model = try ToyModels.smooth()
    let rows = try ToyModels.rows(11)
    let influence = UnitInfluence(
      model, of: .layer("second"), quantity: .classScore(1), to: .output, steps: 10)
    func statistics(_ size: Int) throws -> UnitStatistics {
      try influence.statistics(
        of: 11, rowsAtOnce: size, quantities: [influence.engine.quantity], strongest: 3
      ) { Inputs(try rows[$0]) }[0]
    }
    let whole = try statistics(11).ranking()
    let scores = try influence.scores(for: Inputs(rows)).values
    for size in [1, 4] {
      let parts = try statistics(size).ranking()
      #expect(parts.units.map(\.unit) == whole.units.map(\.unit))
      try expectClose(
        Tensor(parts.units.compactMap(\.standardError)),
        Tensor(whole.units.compactMap(\.standardError)), absolute: 1e-12)
      #expect(
        parts.units.map { $0.strongest.map(\.instance) }
          == whole.units.map { $0.strongest.map(\.instance) })
    }
    for unit in whole.units {
      let own = try scores[.all, unit.unit].numbers()
      let mean = own.reduce(0, +) / 11
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 10
      expectClose(unit.mean, mean, absolute: 1e-12)
      expectClose(try #require(unit.standardError), (variance / 11).squareRoot(), absolute: 1e-12)
      let order = own.indices.sorted { abs(own[$0]) > abs(own[$1]) }
      #expect(unit.strongest.map(\.instance) == Array(order.prefix(3)))
      #expect(unit.strongest.map(\.score) == order.prefix(3).map { own[$0] })
    }
    #expect(throws: UnitError.noInstances) {
      try influence.statistics(of: 0, quantities: [.classScore(1)]) { _ in Inputs(rows) }
    }
  }

  @Test func `orders are by size, for, and against, equal ones by their numbers`() throws {
    let means: [Double] = [1, -3, 2, -1]
    func order(_ order: UnitOrder) throws -> [Int] {
      var statistics = UnitStatistics(strongest: 0)
      try statistics.add(scores(of: [means]))
      return statistics.ranking(by: order).units.map(\.unit)
    }
    #expect(try order(.magnitude) == [1, 2, 0, 3])
    #expect(try order(.supporting) == [2, 0, 3, 1])
    #expect(try order(.opposing) == [1, 3, 0, 2])
  }

  /// Scores of a layer whose units are what is fed.
  private func scores(of rows: [[Double]]) throws -> UnitScores {
    let model = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) }
    let input = try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
    let engine = InternalInfluence(
      model, distribution: .linear(steps: 1), quantity: .channel(0),
      slice: NetworkSlice(from: .input, to: .output))
    return try UnitInfluence(engine).scores(for: Inputs(input))
  }

  @Test func `other units than before are refused`() throws {
    var statistics = UnitStatistics()
    try statistics.add(scores(of: [[1, 2]]))
    #expect(throws: UnitError.counts(3, expected: 2)) {
      try statistics.add(scores(of: [[1, 2, 3]]))
    }
  }

  // MARK: Axes

  @Test func `units lie where the shape says, or where one says`() throws {
    func layout(_ axis: UnitAxis, _ shape: [Int]) throws -> [Int?] {
      let layout = try UnitLayout(axis, shape: shape)
      return [layout.axis, layout.count, layout.positions]
    }
    #expect(try layout(.automatic, [5, 7]) == [1, 7, 1])
    #expect(try layout(.automatic, [5, 7, 3, 2]) == [1, 7, 6])
    #expect(try layout(.automatic, [5, 7, 3]) == [2, 3, 7])
    #expect(try layout(.axis(1), [5, 7, 3]) == [1, 7, 3])
    #expect(try layout(.axis(-1), [5, 7, 3, 2]) == [3, 2, 21])
    #expect(try layout(.elements, [5, 7, 3]) == [nil, 21, 1])
    #expect(try UnitLayout(.elements, shape: [5, 7, 3]).name(of: 10) == "3,1")
    #expect(throws: UnitError.noUnits(shape: [5])) { try layout(.automatic, [5]) }
    #expect(throws: UnitError.axis(2, shape: [5, 7])) { try layout(.axis(2), [5, 7]) }
    #expect(throws: UnitError.axis(0, shape: [5, 7])) { try layout(.axis(0), [5, 7]) }
    #expect(throws: UnitError.unit(7, count: 7)) {
      try UnitLayout(.automatic, shape: [5, 7]).quantity(of: 7)
    }
  }

  @Test func `a unit's positions are added, averaged, or the strongest is taken`() throws {
    let model = ToyModels.function { try $0.flattened(from: 1).sum(axes: [1], keepingAxes: true) }
    let input = try Tensor([1, -3, 2, 4, 5, 6] as [Double], shape: [1, 2, 3])
    func values(_ reduction: PositionReduction, _ axis: UnitAxis = .axis(1)) throws -> Tensor {
      let engine = InternalInfluence(
        model, distribution: .linear(steps: 1), quantity: .channel(0),
        slice: NetworkSlice(from: .input, to: .output))
      return try UnitInfluence(engine, axis: axis, reduction: reduction)
        .scores(for: Inputs(input)).values
    }
    try expectClose(values(.sum), [0, 15], shape: [1, 2])
    try expectClose(values(.mean), [0, 5], shape: [1, 2])
    try expectClose(values(.strongest), [-3, 6], shape: [1, 2])
    try expectClose(values(.sum, .automatic), [5, 2, 8], shape: [1, 3])
    try expectClose(values(.sum, .elements), [1, -3, 2, 4, 5, 6], shape: [1, 6])
  }

  @Test func `the features of tokens are units, and nothing of the change is lost`() throws {
    let model = try ToyModels.attention()
    let influence = UnitInfluence(
      model, of: .layer("normal"), quantity: .classScore(0), to: .output,
      from: .tensor(try ToyModels.tokens(seed: 7)), steps: 40)
    let tokens = try ToyModels.tokens()
    let scores = try influence.scores(for: Inputs(tokens))
    #expect(scores.values.shape == [3, 6])
    let ranking = try influence.ranking(for: tokens)
    expectClose(
      try #require(ranking.flow.sum), try #require(ranking.flow.change), absolute: 1e-3,
      relative: 1e-3)
    let view = try UnitView(
      model, of: .layer("normal"), from: .tensor(ToyModels.tokens(seed: 7)), steps: 40
    )
    .attributions(of: [2], for: tokens)[0]
    #expect(view.values.shape == tokens.shape)
    #expect(view.configuration.quantity == "sum of feature 2 on axis 2")
  }

  @Test func `quantities of units keep their laws, and read any axis alike`() throws {
    let output = try Tensor.normal([4, 3, 5], type: .float64, from: Generator(seed: 8))
    let explained = ExplainedOutput(output: output, instance: try Tensor.range(to: 4))
    for reduction in [ChannelActivation.Reduction.sum, .mean, .max] {
      let feature = FeatureActivation(1, axis: 2, reduction)
      #expect(try QuantityLaws.violations(of: feature, on: output) == [])
      try expectClose(
        feature.values(of: output, explaining: explained),
        ChannelActivation([1], reduction).values(of: output.transposed(), explaining: explained))
    }
    let weights = try Tensor.normal([4, 3, 5], type: .float64, from: Generator(seed: 9))
    let weighted = WeightedActivation(weights)
    #expect(try QuantityLaws.violations(of: weighted, on: output) == [])
    try expectClose(
      weighted.values(of: output, explaining: explained), (weights * output).sum(axes: [1, 2]))
    #expect(throws: QuantityError.self) {
      try WeightedActivation(weights.transposed()).values(of: output, explaining: explained)
    }
    #expect(throws: CutError.self) {
      try FeatureActivation(5, axis: 2).values(of: output, explaining: explained)
    }
  }

  // MARK: Essence

  @Test func `what is left of the network where some units are kept`() throws {
    let essence = UnitEssence(
      try ToyModels.wrapperNetwork(), of: .layer("hidden"), quantity: .channel(0), to: .output)
    let curve = try essence.curve(
      keeping: [1, 0], counts: [0, 1, 2, 9], of: Inputs(wrapperInputs()))
    // (2, 1): hidden (1, 1): of unit 1 alone 2, of both 5; (1, 2): hidden (0, 2): 4.
    #expect(curve.map(\.quantity) == [0, 3, 4.5, 4.5])
    #expect(curve.map(\.kept) == [0, 1, 2, 9])
    // One output is no class.
    #expect(curve.allSatisfy { $0.accuracy == nil && $0.recall == nil })
    // Held at what (2, 1) gives there instead of zeros.
    let held = UnitEssence(
      try ToyModels.wrapperNetwork(), of: .layer("hidden"), quantity: .channel(0), to: .output,
      holding: .activation(of: Inputs(try Tensor([2, 1] as [Double], shape: [1, 2]))))
    let other = try held.curve(keeping: [1, 0], counts: [0, 1], of: Inputs(wrapperInputs()))
    // Both 5; then (1, 1) again, and (1, 2): 1 + 2 · 3.
    #expect(other.map(\.quantity) == [5, 6])
    #expect(throws: UnitError.unit(2, count: 2)) {
      try essence.curve(keeping: [2], counts: [1], of: Inputs(wrapperInputs()))
    }
  }

  @Test func `recall and precision are of the class in question`() throws {
    // Unit 0 speaks for class 0, unit 1 for class 1.
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"], layers: ["units", "y"]
    ) { values in
      let units = try values.mark("units", values["x"] * 1)
      try values.mark("y", units + Tensor([0.5, 0] as [Double]))
    }
    let inputs = Inputs(try Tensor([3, 0, 0, 2, 1, 4, 0, 1] as [Double], shape: [4, 2]))
    let essence = UnitEssence(model, of: .layer("units"), quantity: .classScore(1), to: .output)
    // Classes 0, 1, 1, 1; without units all are 0.
    let curve = try essence.curve(
      keeping: [1, 0], counts: [0, 1, 2], of: inputs, subject: 1)
    #expect(curve.map(\.recall) == [0, 1, 1] && curve.map(\.precision) == [nil, 1, 1])
    #expect(curve.map(\.accuracy) == [0.25, 1, 1])
    // The same a part at a time.
    var small = essence
    small.rowsAtOnce = 3
    let rows = try Tensor([3, 0, 0, 2, 1, 4, 0, 1] as [Double], shape: [4, 2])
    let parts = try small.curve(keeping: [1, 0], counts: [0, 1, 2], of: 4, subject: 1) {
      Inputs(try rows[$0])
    }
    #expect(parts == curve)
    let labelled = try essence.curve(
      keeping: [1, 0], counts: [2], of: inputs, labels: [1, 1, 0, 1], subject: 1)
    #expect(labelled[0].recall == 2.0 / 3 && labelled[0].precision == 2.0 / 3)
    #expect(labelled[0].accuracy == 0.5)
    #expect(throws: UnitError.labels(1, instances: 4)) {
      try essence.curve(keeping: [1], counts: [1], of: inputs, labels: [1])
    }
  }
}
