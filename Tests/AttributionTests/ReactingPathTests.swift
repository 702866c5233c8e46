// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Guided paths, important directions and adversarial paths.
@Suite struct ReactingPathTests {
  static func explain(
    _ distribution: any DistributionOfInterest, _ model: any Model, _ x: Tensor,
    _ quantity: any QuantityOfInterest = ClassScore(.predicted), from cut: any Cut = InputCut(),
    rows: Int? = nil
  ) throws -> Attributions {
    var engine = InternalInfluence(
      model, distribution: distribution, quantity: quantity, slice: NetworkSlice(from: cut),
      at: .input)
    if let rows { engine.rowLimit = .rows(rows) }
    return try engine.attributions(for: x)
  }

  // MARK: Guided

  @Test(arguments: [(1.0, 0.3), (0.25, 0.0)])
  func `with all features at once, or no room, the guided path is straight`(
    fraction: Double, distance: Double
  ) throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(4)
    let baseline = MixedBaseline([(ZeroBaseline(), 1), (ConstantBaseline(0.5), 2)])
    let guided = GuidedDistribution(
      from: baseline, steps: 30, fraction: fraction, maxDistance: distance)
    let left = PathDistribution(from: baseline, rule: .left, steps: 30)
    for cut in [InputCut() as any Cut, LayerCut("first")] {
      let ours = try Self.explain(guided, model, x, from: cut)
      guard cut is InputCut else {
        // At a layer a step is a finite move there, not a tangent.
        let moves = PathDistribution(
          from: baseline, rule: TrapezoidRule(), steps: 30, progression: .moves)
        try expectClose(
          ours.values, Self.explain(moves, model, x, from: cut).values, absolute: 1e-9)
        continue
      }
      try expectClose(ours.values, Self.explain(left, model, x).values, absolute: 1e-9)
    }
  }

  @Test func `without bounds the quiet feature goes first`() throws {
    // (2 a + b)² at (3, 3): b first, at a = 0, and then a.
    let model = ToyModels.function { x in
      try (x[.all, 0..<1] * 2 + x[.all, 1..<2]).squared()
    }
    let x = try Tensor([3, 3] as [Double], shape: [1, 2])
    let guided = try Self.explain(
      .guided(steps: 1000, maxDistance: 1), model, x, ClassScore(.index(0)))
    try expectClose(guided.values, [72, 9], absolute: 0.2)
    let narrow = try Self.explain(
      .guided(steps: 1000, maxDistance: 0), model, x, ClassScore(.index(0)))
    try expectClose(narrow.values, [54, 27], absolute: 0.2)
  }

  @Test func `the guided path becomes complete, and leaves equal features alone`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(3)
    let baseline = TensorBaseline(
      try x.replacingSlice(ToyModels.rows(3, seed: 40)[.all, 1..<4], axis: 1, from: 1, to: 4))
    let gaps = try [100, 400].map { steps in
      let result = try Self.explain(.guided(from: baseline, steps: steps), model, x)
      #expect(try result.values[.all, 0].absolute().max().number() == 0)
      return try #require(result.completenessGap).absolute().max().number()
    }
    #expect(gaps[1] < gaps[0] / 2.5 && gaps[1] < 0.05)
  }

  @Test func `gradients that vanish or are all alike end the steps`() throws {
    let flat = ToyModels.function { try ($0 * 0).sum(axes: [1], keepingAxes: true) }
    let sum = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) }
    let x = try ToyModels.rows(2)
    let nothing = try Self.explain(.guided(steps: 9), flat, x, ClassScore(.index(0)))
    #expect(try nothing.values.absolute().max().number() == 0)
    let all = try Self.explain(.guided(steps: 9), sum, x, ClassScore(.index(0)))
    try expectClose(all.values, x, absolute: 1e-9)
    let nowhere = try Self.explain(
      .guided(from: TensorBaseline(x), steps: 9), sum, x, ClassScore(.index(0)))
    #expect(try nowhere.values.absolute().max().number() == 0)
  }

  // MARK: Important directions

  @Test(arguments: [1, 2, 5], [InputCut() as any Cut, LayerCut("first"), LayerCut("second")])
  func `important directions are complete at any number of steps, at every layer`(
    steps: Int, cut: any Cut
  ) throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(4)
    let baseline = MixedBaseline([(ConstantBaseline(0.2), 1), (ConstantBaseline(-0.5), 2)])
    let bend = CustomPath("bend") { t, start, end in
      try start + (end - start) * (t + (t * .pi).sine() * 0.3)
    }
    let distributions: [any DistributionOfInterest] = [
      .importantDirections(from: baseline, steps: steps),
      .importantDirections(along: bend, from: baseline, steps: steps),
      ImportantDirections(of: GuidedDistribution(from: baseline, steps: steps)),
    ]
    for distribution in distributions {
      for rows in [1, 3, 1000] {
        let result = try Self.explain(distribution, model, x, from: cut, rows: rows)
        try expectClose(#require(result.completenessGap), [0, 0, 0, 0], absolute: 1e-12)
      }
    }
  }

  @Test func `along tangents important directions converge to the same`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(3)
    let fine = try Self.explain(.importantDirections(steps: 2000), model, x)
    let tangents = try Self.explain(
      ImportantDirections(of: PathDistribution(steps: 60)), model, x)
    #expect(try relativeL1(tangents.values, fine.values) < 2e-3)
    try expectClose(#require(tangents.completenessGap), [0, 0, 0], absolute: 1e-8)
  }

  @Test func `where the gradient is 0, important directions add nothing`() throws {
    // Flat beyond 1: only the steps ahead of it have a gradient.
    let x = try Tensor([2.0], shape: [1, 1])
    let result = try Self.explain(
      .importantDirections(steps: 8), ToyModels.saturated, x, ClassScore(.index(0)))
    try expectClose(result.values, [1], absolute: 1e-12)
    let flat = try Self.explain(
      .importantDirections(from: .constant(1.5), steps: 8), ToyModels.saturated, x,
      ClassScore(.index(0)))
    try expectClose(flat.values, [0], absolute: 0)
  }

  @Test func `short gradients in float32 keep important directions complete`() throws {
    // The square of such a gradient is no number of float32.
    let tiny = FunctionModel(inputs: [ModelInput("x")], outputs: ["y"]) { values in
      try values.mark("y", (values["x"] * 1e-25).sum(axes: [1], keepingAxes: true))
    }
    let x = try ToyModels.rows(2, type: .float32)
    let result = try Self.explain(
      .importantDirections(steps: 3), tiny, x, ClassScore(.index(0)))
    let sums = try result.values.sum(axes: [1]) * 1e25
    try expectClose(sums, x.sum(axes: [1]), absolute: 1e-5)
  }

  @Test func `important directions want something that moves`() throws {
    #expect(throws: SamplesError.self) {
      try Self.explain(
        ImportantDirections(of: PointDistribution(multiplier: .none)), ToyModels.smooth(),
        ToyModels.rows(1))
    }
  }

  // MARK: Adversarial

  @Test func `adversarial paths start where the rivals win, and become complete`() throws {
    let model = try ToyModels.smooth(seed: 7)
    let x = try ToyModels.rows(4)
    let gaps = try [(0.05, 100), (0.0125, 400)].map { stride, moves in
      let distribution = AdversarialDistribution(
        against: .strongest(1), moves: moves, stride: stride, in: nil)
      let result = try Self.explain(
        distribution, model, x, ClassScore(.predicted) - WinningClassScore())
      // The margin is 0 at the instance and negative where a rival has won.
      #expect(try #require(result.quantity.start).max().number() <= 0)
      return try #require(result.completenessGap).absolute().max().number()
    }
    #expect(gaps[1] < gaps[0] / 2)
  }

  @Test func `each instance walks for itself, also against given classes`() throws {
    let model = try ToyModels.smooth(seed: 7)
    let x = try ToyModels.rows(5)
    for rivals in [AdversarialDistribution.Rivals.strongest(20), .classes([0, 2])] {
      let distribution = AdversarialDistribution(against: rivals, moves: 10, in: nil)
      let whole = try Self.explain(distribution, model, x, rows: 1000)
      for row in 0..<5 {
        let alone = try Self.explain(distribution, model, x[row..<row + 1])
        try expectClose(alone.values, whole.values[row..<row + 1], absolute: 1e-11)
      }
      #expect(whole.cost.samples == 20)
      let gap = try #require(whole.completenessGap)
      let change = try #require(whole.quantity.end) - #require(whole.quantity.start)
      #expect(try gap.absolute().sum().number() < change.absolute().sum().number())
    }
    #expect(throws: QuantityError.noClass(9, shape: [5, 3])) {
      try Self.explain(AdversarialDistribution(against: .classes([9])), model, x)
    }
  }

  @Test func `the range is kept on the way`() throws {
    let model = try ToyModels.smooth(seed: 7)
    let x = try Tensor.uniform([3, 4], type: .float64, from: Generator(seed: 3))
    let instances = try BoundarySearchTests.instances(x, of: model) { points in
      try model.evaluate([Place("y")], given: [Place("x"): points.tensors[0]])[0]
    }
    let samples = try AdversarialDistribution(moves: 40).samples(around: instances)
    let points = try samples.rows(0..<samples.count).points.tensors[0]
    #expect(try points.min().number() >= 0 && points.max().number() <= 1)
    let ends = try #require(samples.ends)
    #expect(ends.count == 2 && ends.allSatisfy { $0.weight == 0.5 })
  }

  // MARK: All of them

  static func distributions() throws -> [any DistributionOfInterest] {
    [
      GuidedDistribution(steps: 40), ImportantDirections(of: GuidedDistribution(steps: 12)),
      .importantDirections(steps: 6),
      AdversarialDistribution(against: .strongest(2), moves: 40, stride: 0.01, in: nil),
      SplitPathDistribution(.left, at: 0.5, steps: 20),
      SequentialDistribution(groups: try Tensor([0, 1, 1, 0]), steps: 12),
      DiscretizedDistribution(through: try DiscretizedDistributionTests.table(), anchors: 5),
    ]
  }

  @Test(arguments: 0..<7) func `the engine keeps its laws with every one`(index: Int) throws {
    let engine = InternalInfluence(
      try ToyModels.smooth(), distribution: try Self.distributions()[index],
      quantity: .predictedClass)
    let violations = try EngineLaws.violations(
      of: engine, on: Inputs(ToyModels.rows(4)), gap: 0.5, tolerance: 1e-9)
    #expect(violations == [])
  }

  @Test(arguments: 0..<7) func `a batch is explained one by one`(index: Int) throws {
    let engine = InternalInfluence(
      try ToyModels.smooth(), distribution: try Self.distributions()[index],
      quantity: .predictedClass)
    let x = try ToyModels.rows(4)
    let whole = try engine.attributions(for: x)
    for row in 0..<4 {
      try expectClose(
        engine.attributions(for: x[row..<row + 1]).values, whole.values[row..<row + 1],
        absolute: 1e-10)
    }
  }
}
