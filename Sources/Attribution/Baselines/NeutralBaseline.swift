// SPDX-License-Identifier: Apache-2.0

import Torch

/// A point near by at which the network favors no class: softmax classes as probable as each other,
/// labels of a sigmoid at one half. What made the network make up its mind?
///
/// The neutral baseline of Izzo and others (2020, arXiv:2006.04896), which they pick among points of one
/// value; here it is looked for near a start. Classes are read at the slice's end, which is the logits.
/// Other points are neutral too, and the nearest need not be the one found.
///
/// - Complexity: For each instance at most `steps` + 1 rows forward and backward for each class, one
///   step after another; the gradients of all classes are held at once.
public struct NeutralBaseline: Baseline {
  /// Where the search starts; `nil` is the instance.
  public let start: (any Baseline)?
  /// KL(even ‖ p) that is small enough, in nats; over labels of a sigmoid the mean.
  public let divergence: Double
  public let steps: Int
  /// What features may be, such as `0...1` for pixels; `nil` for anything.
  public let range: ClosedRange<Double>?

  /// - Precondition: `steps > 0` and `divergence > 0`.
  public init(
    from start: (any Baseline)? = nil, divergence: Double = 0.01, steps: Int = 50,
    range: ClosedRange<Double>? = nil
  ) {
    precondition(steps > 0, "a search needs at least one step, not \(steps)")
    precondition(divergence > 0, "a divergence that is reached is above 0, not \(divergence)")
    self.start = start
    self.divergence = divergence
    self.steps = steps
    self.range = range
  }

  public var name: String { "neutral" + (start.map { " near \($0.name)" } ?? "") }

  /// - Throws: ``BaselineError/notNeutral(_:divergence:instances:)`` where no such point was met;
  ///   ``QuantityError`` where the slice does not end in logits of classes.
  public func starts(for instances: Instances) throws -> [WeightedStart] {
    let probe = try instances.probe
    guard let start else {
      return [WeightedStart(try neutral(near: instances.activation, probe))]
    }
    return try start.starts(for: instances).map {
      let point = try instances.broadcast($0.activation, as: "the baseline '\(start.name)'")
      return WeightedStart(try neutral(near: point, probe), weight: $0.weight)
    }
  }

  /// Levenberg and Marquardt's search for scores that are equal: each instance has a damping of its
  /// own, and moves only where that brings it nearer.
  private func neutral(near start: Activation, _ probe: Probe) throws -> Activation {
    let scores = EvenScores(try checkedScale(probe))
    var point = try start.clamped(to: range)
    var seen = try scores.view(of: point, through: probe)
    var damping = try seen.divergences * 0 + 0.01
    for _ in 0..<steps {
      let isOpen = try seen.divergences .> divergence
      guard try isOpen.sum().number() > 0 else { return point }
      let way = try seen.wayToEven(damping: damping, of: point, in: range)
      let next = try (point + way).clamped(to: range)
      let there = try scores.view(of: next, through: probe)
      let isBetter = try (there.divergences .< seen.divergences) .& isOpen
      point = try next.choosingRows(where: isBetter, else: point)
      seen = try there.choosingInstances(where: isBetter, else: seen)
      // Beyond these bounds no step changes, and after many the damping itself would be no number.
      damping = try (damping / 3).chosen(where: isBetter, else: damping * 4)
        .clamped(from: 1e-9, to: 1e9)
    }
    let left = try seen.divergences.numbers()
    let failed = left.indices.filter { !(left[$0] <= divergence) }
    guard failed.isEmpty else {
      throw BaselineError.notNeutral(
        name, divergence: failed.map { left[$0] }.max() ?? .nan, instances: failed)
    }
    return point
  }

  /// What the slice's end says of classes.
  private func checkedScale(_ probe: Probe) throws -> OutputScale {
    let explained = try probe.explained
    if case .normalized = explained.scale { throw QuantityError.notLogits(quantity: name) }
    let shape = explained.output.shape
    guard shape.count == 2, shape[1] > 1 || explained.scale == .logits(.sigmoid) else {
      throw QuantityError.noClasses(shape: shape, quantity: name)
    }
    return explained.scale
  }
}

extension Baseline where Self == NeutralBaseline {
  /// A point near by at which the network favors no class.
  ///
  /// - Parameters:
  ///   - start: Where the search starts; `nil` is the instance.
  ///   - range: What features may be, such as `0...1` for pixels; `nil` for anything.
  public static func neutral(
    near start: (any Baseline)? = nil, in range: ClosedRange<Double>? = nil
  ) -> NeutralBaseline { NeutralBaseline(from: start, range: range) }
}
