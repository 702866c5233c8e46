// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ONNX
@testable import Torch

/// Differences add up exactly through every operator, over generated shapes and attributes.
@Suite struct OperatorSecantTests {
  /// Where the ends of a way are, in parts of the distance to other numbers of the same kind.
  static let distances = [1, 0.3, 1e-3, 1e-8, 0]

  /// Operators that have no secant in some cases, why, and how the error begins.
  static let withoutSecant: [String: (why: String, reason: String)] = [
    "GridSample": ("where it reads depends on the way", "aten::grid_sampler"),
    "Unique": ("how many there are depends on the way", "read numbers"),
  ]

  /// Runs `check` on every case, and tells what it complained of, by operator.
  private func complaints(
    rounds: Int,
    _ check: (GradientCase, NodeFunction, UInt64) throws -> [String]
  ) -> (checked: Int, complaints: [String: [String]]) {
    var complaints: [String: [String]] = [:]
    var checked = 0
    for definition in OperatorRegistry.all {
      let key = GradientTests.key(definition)
      for (kind, make) in (GradientCases.all[key] ?? []).enumerated() {
        for round in 0..<rounds {
          let seed = key.unicodeScalars.reduce(UInt64(kind * 16 + round)) {
            $0 &* 31 &+ UInt64($1.value)
          }
          let versions = definition.versions
          let version = round.isMultiple(of: 2) ? versions.upperBound : versions.lowerBound
          let place = "version \(version), kind \(kind), round \(round)"
          do {
            var sampler = GradientSampler(seed: seed)
            let test = try make(&sampler, version)
            let function = try test.function(
              of: definition, version: version, constants: sampler.flag())
            checked += 1
            for complaint in try check(test, function, seed &+ 1) {
              complaints[key, default: []].append("\(place): \(complaint)")
            }
          } catch { complaints[key, default: []].append("\(place): threw \(error)") }
        }
      }
    }
    return (checked, complaints)
  }

  /// What there is no secant of is refused by name; all else has one.
  private func expect(_ complaints: [String: [String]]) {
    for (key, list) in complaints {
      let reason = Self.withoutSecant[key]?.reason
      for complaint in list where reason.map({ !complaint.contains($0) }) ?? true {
        Issue.record("\(key), \(complaint)")
      }
    }
    #expect(Set(complaints.keys) == Set(Self.withoutSecant.keys))
  }

  @Test func `differences add up through every operator`() throws {
    let (checked, complaints) = complaints(rounds: 4) { test, function, seed in
      Self.distances.compactMap { distance in
        do {
          let complaint = try test.secantComplaint(function, distance, seed: seed)
          return complaint.map { "distance \(distance): \($0)" }
        } catch { return "distance \(distance): threw \(error)" }
      }
    }
    print("\(checked) nodes at \(Self.distances.count) distances")
    #expect(checked > 800)
    expect(complaints)
  }

  @Test func `rows lie where they are said to, whatever axis they lie on`() throws {
    let (checked, complaints) = complaints(rounds: 4) { test, function, seed in
      var found: [String] = []
      for place in test.movingPlaces {
        for axis in test.inputs[place]?.shape.indices ?? 0..<0 {
          do {
            let pass = SecantPass(checksRows: true)
            if let complaint = try test.rowComplaint(function, place, axis, pass, seed: seed) {
              found.append("input \(place), axis \(axis): \(complaint)")
            }
          } catch { found.append("input \(place), axis \(axis): threw \(error)") }
        }
      }
      return found
    }
    #expect(checked > 800)
    expect(complaints)
  }
}

extension GradientCase {
  /// What is wrong with the secants of a node; nil where all is well.
  ///
  /// - Parameter distance: 1 for ends that are the same numbers in another order.
  func secantComplaint(
    _ function: NodeFunction, _ distance: Double, seed: UInt64
  ) throws -> String? {
    var sampler = GradientSampler(seed: seed)
    let starts = movingPlaces.compactMap { inputs[$0] }
    let ends = try starts.map { start in
      let others = try start.numbers().shuffled(using: &sampler.generator)
      let other = try start.count > 1 ? Tensor(others, shape: start.shape) : start * 0.7
      return try start + (other - start) * distance
    }
    func results(_ moved: [Tensor]) throws -> [Tensor] {
      var tensors = inputs
      for (place, tensor) in zip(movingPlaces, moved) { tensors[place] = tensor }
      return try function(NodeInputs(tensors: tensors)).prefix(outputs)
        .filter { $0.elementType == .float64 }
    }
    let (near, far) = (try results(starts), try results(ends))
    let weights = try near.map { try sampler.tensor($0.shape, -1...1) }
    func quantity(_ results: [Tensor]) throws -> Tensor {
      try zip(results, weights).map { try ($0 * $1).sum() }
        .reduce(Tensor(0.0)) { try $0 + $1 }
    }
    let whole = try (near + far).map { try $0.absolute().sum().number() }.reduce(1, +)
    guard whole.isFinite else { return nil }
    let pass = SecantPass()
    let points = try zip(starts, ends).map { try $0.tracked(bySecantsTo: $1, of: pass) }
    let value = try quantity(results(points))
    let slopes =
      value.isTracked
      ? try gradient(of: value, withRespectTo: points)
      : try starts.map { try $0.filled(with: 0) }
    let shares = try zip(slopes, zip(starts, ends)).map { try $0 * ($1.1 - $1.0) }
    let sum = try shares.reduce(0) { try $0 + $1.sum().number() }
    let size = try shares.reduce(whole) { try $0 + $1.absolute().sum().number() }
    let change = try quantity(far).number() - quantity(near).number()
    guard abs(sum - change) <= (distance < 1e-6 ? 1e-14 : 1e-12) * size else {
      return "shares \(sum), change \(change), size \(size)"
    }
    guard distance < 1e-6 else { return nil }
    let tracked = try starts.map { try $0.tracked() }
    let plain = try quantity(results(tracked))
    let gradients =
      plain.isTracked
      ? try gradient(of: plain, withRespectTo: tracked)
      : try starts.map { try $0.filled(with: 0) }
    for (slope, gradient) in zip(slopes, gradients) {
      let scale = try gradient.absolute().max().number() + 1
      let difference = try (slope - gradient).absolute().max().number()
      guard difference <= (distance == 0 ? 1e-10 : 1e-5) * scale else {
        return "slope off the derivative by \(difference) of \(scale)"
      }
    }
    return nil
  }

  /// What is wrong where one input has rows on an axis, and all others stay.
  func rowComplaint(
    _ function: NodeFunction, _ place: Int, _ axis: Int, _ pass: SecantPass, seed: UInt64
  ) throws -> String? {
    guard let start = inputs[place] else { return nil }
    var sampler = GradientSampler(seed: seed)
    let rows = CellRows(axis: axis, stride: sampler.integer(1...max(1, start.shape[axis] - 1)))
    func results(_ moved: Tensor) throws -> [Tensor] {
      var tensors = inputs
      tensors[place] = moved
      return try function(NodeInputs(tensors: tensors)).prefix(outputs)
        .filter { $0.elementType == .float64 }
    }
    let end = try start.shifted(rows)
    // Some have no result at all there, such as the inverse of a matrix.
    guard let far = try? results(end) else { return nil }
    let near = try results(start)
    let whole = try (near + far).map { try $0.absolute().sum().number() }.reduce(1, +)
    guard whole.isFinite else { return nil }
    let weights = try near.map { try sampler.tensor($0.shape, -1...1) }
    func quantity(_ results: [Tensor]) throws -> Tensor {
      try zip(results, weights).map { try ($0 * $1).sum() }
        .reduce(Tensor(0.0)) { try $0 + $1 }
    }
    let point = try start.tracked(bySecantsAlong: axis, to: rows.stride, of: pass)
    let followed = try results(point)
    for (result, far) in zip(followed, far) {
      guard far.count > 0 else { continue }
      let difference = try (result.far - far).absolute().max().number()
      guard difference <= 1e-9 * whole else { return "ends are off by \(difference)" }
    }
    let value = try quantity(followed)
    // Ways that go nowhere get nothing where rows are known, so that only whole ways are summed.
    let slope =
      value.isTracked
      ? try gradient(of: value, withRespectTo: [point])[0] : try start.filled(with: 0)
    let shares = try slope * (end - start)
    let sum = try shares.sum().number()
    let size = try whole + shares.absolute().sum().number()
    let change = try quantity(far).number() - quantity(near).number()
    guard abs(sum - change) <= 1e-12 * size else {
      return "shares \(sum), change \(change), size \(size)"
    }
    return nil
  }
}
