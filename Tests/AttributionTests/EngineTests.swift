// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import TestSupport
import Testing
import Torch

/// The instance, as a point that nobody knows to be it.
private struct Here: DistributionOfInterest {
  func samples(around instances: Instances) throws -> Samples {
    let point = try instances.activation.map { try $0 + 0 }
    return Samples(count: 1) { _ in
      Sample(at: point, displacement: .tangent(instances.activation))
    }
  }
}

/// The engine's formula, where its three cuts differ, and what it promises besides.
@Suite struct EngineTests {
  @Test func `the engine keeps its laws for every kind of distribution`() throws {
    let model = try ToyModels.smooth()
    let inputs = Inputs(try ToyModels.rows(3))
    let engines = [
      InternalInfluence(model),
      InternalInfluence(
        model, quantity: .classScore(1), slice: NetworkSlice(from: .layer("first"))),
      InternalInfluence(
        model, quantity: .classScore(2), slice: NetworkSlice(from: .layer("second")), at: .input),
      InternalInfluence(
        model, distribution: PathDistribution(steps: 200, progression: .moves),
        slice: NetworkSlice(from: .layer("first")), at: .input),
      InternalInfluence(
        model, distribution: PathDistribution(from: MixedBaseline([.zeros, .constant(1)]))),
      InternalInfluence(model, distribution: .gaussian(standardDeviation: 0.2, count: 6, seed: 1)),
      InternalInfluence(
        model, distribution: .expectedGradients(from: .samples(of: try ToyModels.rows(3)), count: 9)
      ),
    ]
    for (index, engine) in engines.enumerated() {
      let gap =
        engine.distribution is any SampledDistribution ? .infinity : index == 3 ? 0.05 : 1e-6
      let violations = try EngineLaws.violations(of: engine, on: inputs, gap: gap, tolerance: 1e-9)
      #expect(violations == [], "\(engine.distribution.name)")
    }
  }

  @Test func `a batch equals its instances one by one`() throws {
    let model = try ToyModels.smooth()
    let rows = try ToyModels.rows(9)
    for distribution: any DistributionOfInterest in [
      PathDistribution(steps: 7), GaussianDistribution(standardDeviation: 0.4, count: 5),
      PathDistribution(from: TensorBaseline(try ToyModels.rows(9, seed: 20)), steps: 5),
      PathDistribution(from: NoiseBaseline(.uniform(0...1), count: 2), steps: 5),
    ] {
      var engine = InternalInfluence(model, distribution: distribution)
      // Few rows at once, so that the batch is explained in several groups.
      engine.rowLimit = .rows(2)
      let together = try engine.attributions(for: rows)
      #expect(together.values.shape == [9, 4])
      if case let path as PathDistribution = distribution, path.baseline is TensorBaseline {
        continue
      }
      for row in 0..<9 {
        let alone = try engine.attributions(for: rows[row..<row + 1])
        try expectClose(together.values[row..<row + 1], alone.values, absolute: 1e-12)
      }
    }
  }

  @Test func `a baseline for each instance stays with its instance in groups`() throws {
    let model = try ToyModels.smooth()
    let rows = try ToyModels.rows(9)
    let baselines = try ToyModels.rows(9, seed: 20)
    var engine = InternalInfluence(model, distribution: .linear(from: .tensor(baselines), steps: 5))
    engine.rowLimit = .rows(2)
    let together = try engine.attributions(for: rows)
    for row in 0..<9 {
      let alone = try InternalInfluence(
        model, distribution: .linear(from: .tensor(baselines[row]), steps: 5)
      ).attributions(for: rows[row..<row + 1])
      try expectClose(together.values[row..<row + 1], alone.values, absolute: 1e-12)
    }
  }

  @Test func `a hidden path is complete against the intervened ends, not the model's`() throws {
    let model = try ToyModels.bypassed()
    let x = try ToyModels.rows(3, features: 3)
    let result = try LayerIntegratedGradients(
      model, at: .layer("hidden"), quantity: .classScore(0)
    ).attributions(for: x)
    try expectClose(#require(result.completenessGap), [0, 0, 0], absolute: 1e-10)
    // The branch around the layer keeps the instance's value, so the model's own change differs.
    let atZero = try model.evaluate([Place("y")], given: [Place("x"): x.filled(with: 0)])[0]
    let own = try result.quantity.instance - atZero[.all, 0]
    #expect(try (result.values.sum(axes: [1]) - own).absolute().min().number() > 1e-2)
  }

  @Test func `conductance of a layer with a branch around it leaves the branch out`() throws {
    // y = tanh(x W₁) W₂ + x W₃: the hidden units carry the first term alone.
    let model = try ToyModels.bypassed()
    let x = try ToyModels.rows(2, features: 3)
    let result = try Conductance(model, of: .layer("hidden"), quantity: .classScore(1))
      .attributions(for: x)
    let hidden = try model.evaluate([Place("hidden"), Place("y")], given: [Place("x"): x])
    let skipped = try model.evaluate(
      [Place("y")], given: [Place("x"): x, Place("hidden"): hidden[0].filled(with: 0)])[0]
    try expectClose(result.values.sum(axes: [1]), (hidden[1] - skipped)[.all, 1], absolute: 1e-10)
  }

  @Test(arguments: ["first", "second"])
  func `conductance sums to the quantity's change at every layer`(layer: String) throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(3)
    let tangents = try Conductance(model, of: .layer(layer)).attributions(for: x)
    try expectClose(#require(tangents.completenessGap), [0, 0, 0], absolute: 1e-10)
    let moves = try Conductance(
      model, of: .layer(layer), steps: 4000, rule: .trapezoid, progression: .moves
    ).attributions(for: x)
    #expect(try relativeL1(moves.values, tangents.values) < 2e-3)
  }

  @Test func `conductance is the displacement's image times the influence`() throws {
    // One point, so the formula can be written out: ∂Q/∂y ⊙ (J δ).
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(1)
    let engine = InternalInfluence(
      model, distribution: PathDistribution(rule: .right, steps: 1), quantity: .classScore(0),
      slice: NetworkSlice(from: .layer("first")), at: .input)
    let result = try engine.attributions(for: x)
    let step = 1e-5
    let moved = try [1 - step, 1 + step].map { scale in
      try model.evaluate([Place("first")], given: [Place("x"): x * scale])[0]
    }
    let image = try (moved[1] - moved[0]) / (2 * step)
    let influence = try Saliency(
      model, quantity: .classScore(0), slice: NetworkSlice(from: .layer("first"))
    ).attributions(for: x)
    try expectClose(result.values, influence.values * image, absolute: 1e-8)
  }

  @Test func `influence is asked for alone or beside the attribution`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(2)
    var engine = InternalInfluence(model, distribution: .linear(steps: 6))
    engine.keepsInfluence = true
    let both = try engine.attributions(for: x)
    engine.measure = .influence
    engine.keepsInfluence = false
    let influence = try engine.attributions(for: x)
    try expectClose(#require(both.influence).tensors[0], influence.values, absolute: 1e-12)
    try expectClose(both.values, influence.values * x, absolute: 1e-12)
    #expect(influence.completenessGap == nil)
    #expect(influence.influence == nil)
  }

  @Test func `an attribution without a displacement is refused`() throws {
    let engine = InternalInfluence(
      try ToyModels.smooth(), distribution: PointDistribution(multiplier: .none),
      slice: NetworkSlice(from: .layer("first")), at: .input)
    #expect(throws: SamplesError.noDisplacement(distribution: "point")) {
      try engine.attributions(for: ToyModels.rows(1))
    }
  }

  @Test func `an attribution ahead of the distribution's cut is refused`() throws {
    var engine = InternalInfluence(
      try ToyModels.smooth(), distribution: PathDistribution(steps: 3), at: .layer("first"))
    #expect(throws: CutError.unreached(cut: "input", from: "first")) {
      try engine.attributions(for: ToyModels.rows(1))
    }
    // The influence there is that of the branches around the cut: none in this network.
    engine.measure = .influence
    let influence = try engine.attributions(for: ToyModels.rows(1))
    #expect(try influence.values.absolute().sum().number() == 0)
  }

  @Test func `several quantities from one pass equal each alone`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(3)
    let quantities: [any QuantityOfInterest] = [
      ClassScore(.index(0)), ClassScore(.predicted), ClassProbability(.index(2)),
    ]
    let engine = InternalInfluence(model, distribution: .linear(steps: 9))
    let together = try engine.attributions(for: x, quantities: quantities)
    for (result, quantity) in zip(together, quantities) {
      var alone = engine
      alone.quantity = quantity
      try expectClose(result.values, alone.attributions(for: x).values, absolute: 1e-13)
      #expect(result.configuration.quantity == quantity.name)
    }
  }

  @Test func `a value that is used twice gets the sum of both uses`() throws {
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { values in
      let shared = try values.mark("shared", values["x"] * 2)
      try values.mark("y", (shared.squared() + shared * 3).sum(axes: [1], keepingAxes: true))
    }
    let x = try Tensor([1, -1] as [Double], shape: [1, 2])
    let result = try Saliency(
      model, quantity: .classScore(0), slice: NetworkSlice(from: .layer("shared"))
    ).attributions(for: x)
    try expectClose(result.values, [7, -1], absolute: 1e-12)
  }

  @Test func `a name that is marked twice is refused by name`() throws {
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { values in
      let once = try values.mark("cell", values["x"].relu())
      try values.mark("y", values.mark("cell", once.relu()))
    }
    #expect(throws: FunctionModelError.markedTwice("cell")) {
      try Saliency(model).attributions(for: ToyModels.rows(1))
    }
  }

  @Test func `a quantity that does not depend on the cut gives zeros`() throws {
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { values in
      try values.mark("aside", values["x"] * 3)
      try values.mark("y", values["x"].squared())
    }
    let result = try IntegratedGradients(
      model, quantity: .classScore(0), slice: NetworkSlice(from: .layer("aside"))
    ).attributions(for: ToyModels.rows(2))
    #expect(try result.values.absolute().sum().number() == 0)
    try expectClose(#require(result.completenessGap), [0, 0], absolute: 0)
  }

  @Test func `a part of an activation moves and the rest is held`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(2)
    let part = PartialCut(of: InputCut(), axis: 1, range: 1..<3)
    let result = try IntegratedGradients(
      model, quantity: .classScore(0), slice: NetworkSlice(from: part)
    )
    .attributions(for: x)
    #expect(result.values.shape == [2, 2])
    try expectClose(#require(result.completenessGap), [0, 0], absolute: 1e-10)
    let held = try x.replacingSlice(
      Tensor.zeros([2, 2], type: .float64), axis: 1, from: 1, to: 3)
    let start = try model.evaluate([Place("y")], given: [Place("x"): held])[0]
    try expectClose(#require(result.quantity.start), start[.all, 0], absolute: 1e-12)
  }

  @Test func `the whole input moves and one part is attributed to`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(2)
    let whole = try IntegratedGradients(model, quantity: .classScore(0), steps: 50)
      .attributions(for: x)
    let engine = InternalInfluence(
      model, quantity: .classScore(0),
      slice: NetworkSlice(from: .part(of: .input, axis: 1, range: 1..<3)), at: .input)
    try expectClose(
      engine.attributions(for: x).values, whole.values[.all, 1..<3], absolute: 1e-12)
  }

  @Test func `progress rises to 1, and what the callback throws ends the run`() throws {
    let seen = Mutex<[Double]>([])
    var engine = InternalInfluence(try ToyModels.smooth(), distribution: .linear(steps: 10))
    engine.rowLimit = .rows(4)
    engine.onProgress = { progress in seen.withLock { $0.append(progress.fraction) } }
    _ = try engine.attributions(for: ToyModels.rows(2))
    let fractions = seen.withLock { $0 }
    #expect(fractions == fractions.sorted() && fractions.last == 1 && fractions.count > 4)
    struct Enough: Error {}
    engine.onProgress = { if $0.evaluations > 6 { throw Enough() } }
    #expect(throws: Enough.self) { try engine.attributions(for: ToyModels.rows(2)) }
  }

  @Test func `a cancelled task stops between chunks`() async throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(1)
    let task = Task {
      var engine = InternalInfluence(
        model, distribution: .linear(steps: 100_000, rule: .midpoint))
      engine.rowLimit = .rows(1)
      return try engine.attributions(for: x)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `the cost tells what was evaluated`() throws {
    var engine = InternalInfluence(try ToyModels.smooth(), distribution: .linear(steps: 10))
    engine.rowLimit = .rows(6)
    let cost = try engine.attributions(for: ToyModels.rows(3)).cost
    #expect(cost.samples == 10 && cost.backwardRows == 30 && cost.rowsAtOnce == 6)
    // Each instance once as it is, once at the path's start, and at its samples; and one row more,
    // to see what a row takes.
    #expect(cost.forwardRows == 37)
  }

  @Test(arguments: [0, 2]) func `the gradient runs the instances once`(hidden: Int) throws {
    let model = try ToyModels.smooth()
    let slice = NetworkSlice(from: hidden == 0 ? .input : .layer("first"))
    let one = try Saliency(model, slice: slice).attributions(for: ToyModels.rows(1)).cost
    #expect(one.forwardRows == 1 && one.backwardRows == 1)
    let engine = GradientTimesInput(model, slice: slice).engine
    let quantities: [any QuantityOfInterest] = [.classScore(0), .predictedClass]
    let both = try engine.attributions(for: Inputs(ToyModels.rows(3)), quantities: quantities)
    // One row more tells what a row takes.
    #expect(both[0].cost.forwardRows == 4 && both[0].cost.backwardRows == 6)
    for (quantity, result) in zip(quantities, both) {
      var path = engine
      path.distribution = Here()
      path.quantity = quantity
      try expectClose(
        result.values, path.attributions(for: Inputs(ToyModels.rows(3))).values, absolute: 1e-14)
    }
  }

  @Test func `no tensor outlives an explanation`() async {
    // Live tensors are counted for a whole process, so this one has a process of its own.
    await #expect(processExitsWith: .success) {
      let model = try ToyModels.smooth()
      let x = try ToyModels.rows(2)
      let engine = InternalInfluence(
        model, slice: NetworkSlice(from: .layer("first")), at: .input)
      _ = try engine.attributions(for: x)
      let before = Tensor.liveCount
      for _ in 0..<5 { _ = try engine.attributions(for: x) }
      try #require(before > 0 && Tensor.liveCount == before)
    }
  }
}
