// SPDX-License-Identifier: Apache-2.0

import Attribution
import Glibc
import Synchronization
import TestSupport
import Testing
import Torch

/// Baselines that ask the network, against points that are known.
@Suite struct BaselineTests {
  /// Scores x W + b with three classes over two features.
  static func linear(type: ElementType = .float64) throws -> FunctionModel {
    let weight = try Tensor([1, -1, 0.5, 2, 0.3, -1] as [Double], shape: [2, 3]).converted(to: type)
    let bias = try Tensor([0.1, 0, -0.2] as [Double]).converted(to: type)
    return FunctionModel(inputs: [ModelInput("x", elementType: type)], outputs: ["y"]) { values in
      try values.mark("y", values["x"].matrixProduct(weight) + bias)
    }
  }

  static func start(
    _ baseline: any Baseline, for x: Tensor, in model: any Model, at cut: any Cut = InputCut()
  ) throws -> Tensor {
    try baseline.starts(for: Instances(of: Inputs(x), in: model, at: cut))[0].activation.tensors[0]
  }

  static func asking() throws -> [any Baseline] {
    let data = try ToyModels.rows(12, seed: 11)
    return [
      NearestBaseline(of: Inputs(data)),
      NearestBaseline(of: Inputs(data), measuredAt: .layer("second")),
      BoundaryBaseline(), BoundaryBaseline(BoundarySearch(in: -4...4)),
      CounterfactualBaseline(
        toward: SampleBaseline(try data[0..<2]), at: .layer("second"), steps: 9),
      CounterfactualBaseline(
        toward: NearestBaseline(of: Inputs(data)), at: .output, steps: 5, range: -1...1),
      ActivationBaseline(of: Inputs(try data[0..<1])),
      NeutralBaseline(divergence: 0.1), NeutralBaseline(from: .zeros, range: -4...4),
    ]
  }

  @Test(arguments: 0..<9) func `every baseline that asks the model keeps its laws`(index: Int)
    throws
  {
    let violations = try BaselineLaws.violations(
      of: Self.asking()[index], for: Inputs(ToyModels.rows(4)), in: ToyModels.smooth(),
      tolerance: 1e-9)
    #expect(violations == [])
  }

  @Test(arguments: [0, 1, 6, 7]) func `they keep them at a hidden layer`(index: Int) throws {
    let violations = try BaselineLaws.violations(
      of: Self.asking()[index], for: Inputs(ToyModels.rows(4)), in: ToyModels.smooth(),
      at: .layer("first"), tolerance: 1e-9)
    #expect(violations == [])
  }

  @Test func `instances without a model say how to get one`() throws {
    let alone = Instances(activation: Activation(try ToyModels.rows(2)))
    for baseline in try Self.asking() {
      #expect(throws: InstancesError.noModel) { try baseline.starts(for: alone) }
    }
  }

  @Test(arguments: [([3.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 3.0, 2.0], 2.5), ([7.0], 7.0)])
  func `a median is the middle value or the mean of two`(values: [Double], median: Double) throws {
    let data = try Tensor(values, shape: [values.count, 1])
    let x = Instances(activation: Activation(try Tensor([0.0], shape: [1, 1])))
    let start = try DataBaseline.median(of: data).starts(for: x)[0].activation.tensors[0]
    #expect(try start.numbers() == [median])
  }

  // MARK: Nearest of another class

  @Test func `the nearest of another class is not merely the nearest`() throws {
    // One column, whose sign is the class; the nearest candidate, 0.9, has the instance's own.
    let model = ToyModels.function { x in try x[.all, 0..<1] }
    let x = try Tensor([1, 0, -2, 5] as [Double], shape: [2, 2])
    let data = try Inputs(Tensor([0.9, 0, -1, 0, -3, 0, 3, 5] as [Double], shape: [4, 2]))
    try expectClose(
      Self.start(.nearestOfAnotherClass(among: data), for: x, in: model), [-1, 0, 3, 5])
    // With labels of one's own: the instances are predicted as 1 and 0.
    let labelled = NearestBaseline(of: data, labels: [0, 1, 1, 0])
    try expectClose(Self.start(labelled, for: x, in: model), [0.9, 0, -1, 0])
  }

  @Test func `distance is measured where one says`() throws {
    // At the layer only the second feature counts.
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"], layers: ["second", "y"]
    ) { values in
      try values.mark("second", values["x"][.all, 1..<2])
      try values.mark("y", values["x"][.all, 0..<1])
    }
    let x = try Tensor([1, 0] as [Double], shape: [1, 2])
    let data = try Inputs(Tensor([-0.1, 3, -9, 0.1] as [Double], shape: [2, 2]))
    try expectClose(Self.start(.nearestOfAnotherClass(among: data), for: x, in: model), [-0.1, 3])
    try expectClose(
      Self.start(
        .nearestOfAnotherClass(among: data, measuredAt: .layer("second")), for: x, in: model),
      [-9, 0.1])
  }

  @Test func `candidates that do not serve are named`() throws {
    let model = ToyModels.function { x in try x[.all, 0..<1] }
    let x = try Tensor([1] as [Double], shape: [1, 1])
    let data = try Inputs(Tensor([2, 3] as [Double], shape: [2, 1]))
    let name = "nearest of another class"
    #expect(throws: BaselineError.noOtherClass(name, class: 1)) {
      try Self.start(.nearestOfAnotherClass(among: data), for: x, in: model)
    }
    #expect(throws: BaselineError.labels(name, 1, candidates: 2)) {
      try Self.start(.nearestOfAnotherClass(among: data, labels: [0]), for: x, in: model)
    }
  }

  @Test func `candidates by the thousand are run in parts`() throws {
    let model = ToyModels.function { x in try x[.all, 0..<1] }
    let values = (0..<1000).map { Double($0) - 900.5 }
    let data = try Inputs(Tensor(values, shape: [1000, 1]))
    let x = try Tensor([7] as [Double], shape: [1, 1])
    try expectClose(Self.start(.nearestOfAnotherClass(among: data), for: x, in: model), [-0.5])
  }

  // MARK: The boundary

  @Test(arguments: [ElementType.float64, .float32])
  func `in a linear network the boundary point is the foot of the perpendicular`(
    type: ElementType
  ) throws {
    let x = try Tensor([2, 1, -1, 3] as [Double], shape: [2, 2]).converted(to: type)
    let found = try Self.start(.boundary(), for: x, in: Self.linear(type: type))
    // Scores of (2, 1): 4.1, −1.7, −0.2; the nearest boundary is that of classes 0 and 2, which
    // differ by 0.5 x + 3 y + 0.3. Of (−1, 3): 5.1, 1.9, −3.7; that of 0 and 1: 2 x + 1.7 y + 0.1.
    func foot(_ x: [Double], _ w: [Double], _ b: Double) -> [Double] {
      let scale = (w[0] * x[0] + w[1] * x[1] + b) / (w[0] * w[0] + w[1] * w[1])
      return [x[0] - scale * w[0], x[1] - scale * w[1]]
    }
    let expected = foot([2, 1], [0.5, 3], 0.3) + foot([-1, 3], [2, 1.7], 0.1)
    try expectClose(
      found, expected, shape: [2, 2], absolute: type == .float64 ? 1e-12 : 1e-5, relative: 0)
  }

  @Test func `both classes score alike at the boundary`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(12)
    let found = try Self.start(.boundary(), for: x, in: model)
    func scores(_ x: Tensor) throws -> Tensor {
      try model.evaluate([Place("y")], given: [Place("x"): x])[0]
    }
    let own = try scores(x).indexOfMaximum(axis: 1, keepingAxis: true)
    let there = try scores(found)
    let mine = try there.gathered(own, axis: 1)
    let top = try there.sorted(axis: 1, descending: true).values
    try expectClose(top[.all, 0], top[.all, 1], absolute: 1e-10, relative: 0)
    try expectClose(mine.squeezed(axis: 1), top[.all, 0], absolute: 1e-10, relative: 0)
  }

  @Test func `on a circle the boundary point is the nearest there is`() throws {
    // Class 0 inside the unit circle: scores 1 − x² − y² and 0.
    let model = ToyModels.function { x in
      let inside = try 1 - x.squared().sum(axes: [1], keepingAxes: true)
      return try .concatenated([inside, inside * 0], axis: 1)
    }
    let x = try Tensor([0.3, 0.4, 3, 4] as [Double], shape: [2, 2])
    try expectClose(
      Self.start(.boundary(), for: x, in: model), [0.6, 0.8, 0.6, 0.8], absolute: 1e-9)
  }

  @Test(arguments: [InputCut() as any Cut, LayerCut("first")])
  func `attributions of the margin from the boundary sum to the margin`(cut: any Cut) throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(1)
    let ranks = try model.evaluate([Place("y")], given: [Place("x"): x])[0]
      .sorted(axis: 1, descending: true)
    let own = try ranks.indices[0, 0].integers()[0]
    let boundary = try Self.start(.boundary(), for: x, in: model, at: cut)
    let places = try cut.places(in: model)
    let given = [Place("x"): x].merging([(places[0], boundary)]) { _, new in new }
    let there = try model.evaluate([Place("y")], given: given)[0]
    let rival = try #require(
      there.sorted(axis: 1, descending: true).indices.integers().prefix(2).first { $0 != own })
    let result = try IntegratedGradients(
      model, quantity: ClassScore(.index(own)) - ClassScore(.index(rival)),
      slice: NetworkSlice(from: cut), from: .boundary()
    ).attributions(for: x)
    try expectClose(#require(result.quantity.start), [0], absolute: 1e-10)
    try expectClose(result.values.sum(), result.quantity.instance.numbers(), absolute: 1e-9)
  }

  // MARK: Counterfactual

  @Test func `where the layer sees all, the counterfactual is the reference`() throws {
    let model = ToyModels.function { try $0 * 2 }
    let x = try Tensor([1, 2, 0, 0] as [Double], shape: [2, 2])
    let reference = try Tensor([4, 6] as [Double], shape: [1, 2])
    let found = try Self.start(
      .counterfactual(toward: .tensor(reference), at: .output, steps: 8), for: x, in: model)
    try expectClose(found, [4, 6, 4, 6], absolute: 1e-12)
  }

  @Test func `what the layer does not see stays as it is`() throws {
    let model = ToyModels.function { x in try x[.all, 0..<1] }
    let x = try Tensor([1, 2] as [Double], shape: [1, 2])
    let reference = try Tensor([4, 6] as [Double], shape: [1, 2])
    let found = try Self.start(
      .counterfactual(toward: .tensor(reference), at: .output, steps: 500), for: x, in: model)
    try expectClose(found, [4, 2], absolute: 0.01)
    let held = try Self.start(
      .counterfactual(toward: .tensor(reference), at: .output, in: 0...3), for: x, in: model)
    try expectClose(held, [3, 2], absolute: 1e-12)
  }

  @Test func `the network comes to see the reference in the counterfactual`() throws {
    let model = try ToyModels.smooth()
    let (x, reference) = (try ToyModels.rows(6), try ToyModels.rows(6, seed: 21))
    func view(_ x: Tensor) throws -> Tensor {
      try model.evaluate([Place("second")], given: [Place("x"): x])[0]
    }
    let found = try Self.start(
      .counterfactual(toward: .tensor(reference), at: .layer("second"), steps: 200), for: x,
      in: model)
    let before = try (view(x) - view(reference)).squared().sum(axes: [1])
    let after = try (view(found) - view(reference)).squared().sum(axes: [1])
    #expect(try (after / before).max().number() < 0.2)
  }

  // MARK: Neutral

  @Test func `two classes are even where their scores are equal`() throws {
    // Scores 3 x₁ + 4 x₂ − 5 and 0: the line 3 x₁ + 4 x₂ = 5, and its nearest point.
    let model = ToyModels.function { x in
      let score = try x[.all, 0] * 3 + x[.all, 1] * 4 - 5
      return try Tensor.stacked([score, score * 0], axis: 1)
    }
    let x = try Tensor([4, 2, 1, 0.5, -6, 3] as [Double], shape: [3, 2])
    let near = NeutralBaseline(divergence: 1e-14)
    let found = try Self.start(near, for: x, in: model)
    // From (4, 2), 3 of the normal's length 5 away: (4, 2) − 15 / 25 · (3, 4); on the line; beyond it.
    try expectClose(found, [2.2, -0.4, 1, 0.5, -4.68, 4.76], absolute: 1e-6)
    let result = try IntegratedGradients(model, quantity: .probability(of: 0), from: near)
      .attributions(for: Inputs(x))
    try expectClose(result.quantity.start ?? .zeros([3]), [0.5, 0.5, 0.5], absolute: 1e-6)
  }

  @Test func `classes are even within the range, near the start that is given`() throws {
    let model = try Self.linear()
    let x = try ToyModels.rows(5)[.all, 0..<2]
    // The three lines of equal scores meet at (0.041, −0.107).
    let found = try Self.start(.neutral(near: .constant(0.3), in: -1...1), for: x, in: model)
    #expect(try found.absolute().max().number() <= 1)
    let scores = try model.evaluate([Place("y")], given: [Place("x"): found])[0]
    try expectClose(
      scores.softmax(axis: 1), [Double](repeating: 1 / 3.0, count: 15), absolute: 0.06)
    #expect(throws: BaselineError.self) {
      try Self.start(.neutral(in: 0.5...1), for: x, in: model)
    }
  }

  @Test func `labels of a sigmoid are even at one half`() throws {
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"],
      head: OutputHead(logits: Place("z"), output: Place("y"), function: .sigmoid)
    ) { values in
      let scores = try values.mark("z", values["x"] * 2 - 1)
      try values.mark("y", scores.sigmoid())
    }
    let x = try ToyModels.rows(3)
    let found = try Self.start(NeutralBaseline(divergence: 1e-14), for: x, in: model)
    try expectClose(found, [Double](repeating: 0.5, count: x.count), absolute: 1e-6)
  }

  @Test func `where the network always favors a class, the search says so`() throws {
    let model = ToyModels.function { x in
      let score = try x[.all, 0].squared() + 1
      return try Tensor.stacked([score, score * 0], axis: 1)
    }
    let x = try ToyModels.rows(2)
    do {
      _ = try Self.start(.neutral(), for: x, in: model)
      Issue.record("no point is neutral")
    } catch BaselineError.notNeutral(_, let divergence, let instances) {
      // At best the scores are 1 and 0.
      expectClose(divergence, log(cosh(0.5)), absolute: 1e-3)
      #expect(instances == [0, 1])
    }
    let regression = ToyModels.function { try $0[.all, 0..<1] }
    #expect(throws: QuantityError.self) { try Self.start(.neutral(), for: x, in: regression) }
  }

  @Test func `however long the search is, what it sees are numbers`() throws {
    let worst = Mutex(0.0)
    let model = ToyModels.function { x in
      let size = try x.absolute().max().number()
      worst.withLock { $0 = size.isFinite ? $0 : size }
      let score = try x[.all, 0].squared() + 1
      return try Tensor.stacked([score, score * 0], axis: 1)
    }
    #expect(throws: BaselineError.self) {
      try Self.start(NeutralBaseline(steps: 800), for: ToyModels.rows(2), in: model)
    }
    #expect(worst.withLock { $0 } == 0)
  }
}
