// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@Suite struct BoundarySearchTests {
  /// The nearest point of another class as where a path starts.
  struct BoundaryStart: Baseline {
    var search = BoundarySearch()
    func starts(for instances: Instances) throws -> [WeightedStart] {
      [WeightedStart(try search.boundary(around: instances).points)]
    }
  }

  /// The instances that an explanation shows to its parts.
  static func instances(
    _ x: Tensor, of model: any Model, scores: @escaping @Sendable (Activation) throws -> Tensor
  ) throws -> Instances {
    let output = try scores(Activation(x))
    return Instances(
      activation: Activation(x),
      probe: Probe(
        instances: x.shape[0],
        explained: { samples in
          try ExplainedOutput(
            output: output.tiled([samples, 1]),
            instance: Tensor.range(to: x.shape[0]).tiled([samples]))
        }, output: scores))
  }

  static func found(
    _ search: BoundarySearch, _ x: Tensor, of model: FunctionModel
  ) throws -> BoundarySearch.Boundary {
    try search.boundary(
      around: instances(x, of: model) { points in
        try model.evaluate([Place("y")], given: [Place("x"): points.tensors[0]])[0]
      })
  }

  /// Three classes with scores x · w: the boundary between two is a plane.
  static let planes: [[Double]] = [[2, 0], [0, 1], [-1, -1]]

  static func linear() throws -> FunctionModel {
    let weight = try Tensor(planes.flatMap { $0 }, shape: [3, 2])
    return ToyModels.function { try $0.linear(weight: weight) }
  }

  @Test func `between planes it is the foot of the perpendicular to the nearest`() throws {
    // Class 0 wins by 2 x − y = 3 over class 1 and by 3 x + y = 7 over class 2: the distances are
    // 3 / √5 and 7 / √10.
    let x = try Tensor([2, 1, 2, 1] as [Double], shape: [2, 2])
    let found = try Self.found(BoundarySearch(), x, of: Self.linear())
    try expectClose(found.points.tensors[0][0], [2 - 6.0 / 5, 1 + 3.0 / 5], absolute: 1e-9)
    try expectClose(found.distances, [3 / 5.0.squareRoot(), 3 / 5.0.squareRoot()], absolute: 1e-9)
    #expect(try found.own.integers() == [0, 0] && found.rival.integers() == [1, 1])
    let other = try Self.found(BoundarySearch(toward: 2), x[0..<1], of: Self.linear())
    try expectClose(
      other.points.tensors[0], [2 - 7 * 3.0 / 10, 1 - 7.0 / 10], absolute: 1e-9)
    #expect(try other.rival.integers() == [2])
  }

  @Test func `the two classes tie there, and each instance is searched for itself`() throws {
    let model = try ToyModels.smooth(seed: 7)
    let x = try ToyModels.rows(5)
    let found = try Self.found(BoundarySearch(), x, of: model)
    let scores = try model.evaluate([Place("y")], given: [Place("x"): found.points.tensors[0]])[0]
    let own = try scores.gathered(found.own.unsqueezed(axis: 1), axis: 1)
    let rival = try scores.gathered(found.rival.unsqueezed(axis: 1), axis: 1)
    try expectClose(own, rival, absolute: 1e-9)
    try expectClose(rival.squeezed(axis: 1), scores.max(axes: [1]), absolute: 1e-9)
    #expect(try found.distances.min().number() > 1e-3)
    for row in 0..<5 {
      let alone = try Self.found(BoundarySearch(), x[row..<row + 1], of: model)
      try expectClose(
        alone.points.tensors[0], found.points.tensors[0][row..<row + 1], absolute: 1e-9)
    }
  }

  @Test func `no point of a fine sphere with a smaller radius has crossed`() throws {
    let model = try ToyModels.smooth(features: 2, seed: 7)
    let x = try ToyModels.rows(1, features: 2)
    let found = try Self.found(BoundarySearch(), x, of: model)
    let distance = try found.distances.number()
    let angles = try Tensor.range(to: 5000).converted(to: .float64) * (2 * .pi / 5000)
    let circle = try Tensor.stacked([angles.cosine(), angles.sine()], axis: 1)
    for share in [0.5, 0.9, 0.98] {
      let scores = try model.evaluate(
        [Place("y")], given: [Place("x"): x + circle * (distance * share)])[0]
      let classes = try scores.indexOfMaximum(axis: 1).integers()
      #expect(Set(classes) == Set(try found.own.integers()))
    }
  }

  @Test func `a range is kept, at a greater distance`() throws {
    // The foot of the perpendicular lies at (0.52, 1.04).
    let x = try Tensor([1, 0.8] as [Double], shape: [1, 2])
    let free = try Self.found(BoundarySearch(), x, of: Self.linear())
    try expectClose(free.points.tensors[0], [0.52, 1.04], absolute: 1e-9)
    let bound = try Self.found(BoundarySearch(in: 0.45...1), x, of: Self.linear())
    let point = try bound.points.tensors[0].numbers()
    expectClose(point[1], 2 * point[0], absolute: 1e-9)
    #expect(point[0] >= 0.45 && point[1] <= 1)
    #expect(try bound.distances.number() > free.distances.number())
  }

  @Test func `what has no boundary is refused with what to do`() throws {
    let flat = ToyModels.function { x in
      try (x * 0).sum(axes: [1], keepingAxes: true) + Tensor([1, 0] as [Double])
    }
    let x = try ToyModels.rows(2)
    #expect(throws: BoundaryError.flat(instance: 0)) {
      try Self.found(BoundarySearch(), x, of: flat)
    }
    // The margin never rises above −1.
    let bounded = ToyModels.function { x in
      let a = try x[.all, 0..<1].hyperbolicTangent()
      return try Tensor.concatenated([a * 0 + 2, a], axis: 1)
    }
    #expect(throws: BoundaryError.notFound(instances: [0, 1])) {
      try Self.found(BoundarySearch(), x, of: bounded)
    }
    let single = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) }
    #expect(throws: BoundaryError.classes(shape: [2, 1])) {
      try Self.found(BoundarySearch(), x, of: single)
    }
    let planes = try Tensor([2, 1] as [Double], shape: [1, 2])
    #expect(throws: BoundaryError.ownClass(0, row: 0)) {
      try Self.found(BoundarySearch(toward: 0), planes, of: Self.linear())
    }
    #expect(throws: QuantityError.noClass(5, shape: [1, 3])) {
      try Self.found(BoundarySearch(toward: 5), planes, of: Self.linear())
    }
  }

  @Test func `an explanation from the boundary is complete, and counts the search`() throws {
    let model = try ToyModels.smooth(seed: 7)
    let x = try ToyModels.rows(4)
    for cut in [InputCut() as any Cut, LayerCut("first")] {
      var engine = InternalInfluence(
        model, distribution: .linear(from: BoundaryStart(), steps: 40), quantity: .predictedClass,
        slice: NetworkSlice(from: cut))
      engine.rowLimit = .rows(2)
      let result = try engine.attributions(for: x)
      try expectClose(#require(result.completenessGap), [0, 0, 0, 0], absolute: 1e-6)
      // 40 steps of 11 balls, the first gradient, and the path.
      #expect(result.cost.backwardRows == 4 * (40 * 11 + 1 + 40))
      engine.rowLimit = .rows(1000)
      try expectClose(engine.attributions(for: x).values, result.values, absolute: 1e-9)
    }
  }
}
