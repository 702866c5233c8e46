// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Checks the laws of ``Metric``.
public enum MetricLaws {
  /// - Parameters:
  ///   - inputs: Two rows at least.
  ///   - explainer: Explains the rows; its quantity does not ask for labels, which belong to places in
  ///     the batch.
  ///   - truth: What the metric needs to know of the rows.
  ///   - features: How the metric counts features, for its declared cost; ``Features/standard(for:)``
  ///     of the first tensor where not given.
  ///   - countsRows: Whether the network is wrapped in one that counts. Not for metrics that look at
  ///     the network's own type.
  ///   - tolerance: Between an instance's score alone and among others, relative to scores beyond 1.
  ///     Kernels may round otherwise where there are more rows.
  /// - Complexity: Three times the metric on all rows, and the rows' explanations twice.
  public static func violations(
    of metric: any Metric, explaining inputs: Inputs, in model: any Model, by explainer: Explainer,
    truth: Truth = Truth(), features: Features? = nil, countsRows: Bool = true, seed: UInt64 = 1,
    tolerance: Double = 1e-6
  ) throws -> [LawViolation] {
    let count = RowCount()
    let counted: any Model = countsRows ? CountingModel(base: model, count: count) : model
    let explanation = try explainer.counting(count).explanation(
      of: inputs, in: counted, truth: truth)
    let before = (forward: count.forward, explained: count.explained)
    let whole = try metric.scores(of: explanation, seed: seed)
    var violations = shapeViolations(of: whole, instances: explanation.count)
    violations += costViolations(
      of: metric, on: explanation, features: features, forward: count.forward - before.forward,
      explained: count.explained - before.explained)

    let again = try metric.scores(of: explanation, seed: seed)
    violations += differences(
      again, whole, tolerance: 0, law: "same seed, same scores", "the second time")
    guard violations.isEmpty else { return violations }

    for row in 0..<explanation.count {
      let alone = try explainer.explanation(
        of: inputs.rows(row..<row + 1, of: model), in: model,
        truth: truth.rows(row..<row + 1, of: explanation.count), indices: row..<row + 1)
      violations += differences(
        try metric.scores(of: alone, seed: seed), whole.row(row), tolerance: tolerance,
        law: "batch equals one by one", "instance \(row)")
    }
    return violations
  }

  private static func shapeViolations(
    of result: MetricResult, instances: Int
  ) -> [LawViolation] {
    var violations: [LawViolation] = []
    if result.scores.count != instances {
      violations.append(
        LawViolation(
          "one score for each instance", "\(result.scores.count) for \(instances) instances"))
    }
    if let curves = result.curves {
      let lengths = curves.heights.map(\.count)
      if lengths != [Int](repeating: curves.positions.count, count: instances) {
        violations.append(
          LawViolation(
            "one curve for each instance, over the positions",
            "heights \(lengths) for \(instances) instances and \(curves.positions.count) positions")
        )
      }
    }
    return violations
  }

  private static func costViolations(
    of metric: any Metric, on explanation: Explanation, features: Features?, forward: Int,
    explained: Int
  ) -> [LawViolation] {
    let shapes = explanation.activation.tensors.map(\.shape)
    let features = features ?? shapes.first.map(Features.standard) ?? .elements
    let cost = metric.cost(features: shapes.reduce(0) { $0 + features.count(in: $1) })
    let parts = [
      ("forward rows", forward, cost.forwardRows), ("explanations", explained, cost.explanations),
    ]
    return parts.compactMap { what, spent, declared in
      spent <= declared * explanation.count
        ? nil
        : LawViolation(
          "no more than the declared cost",
          "\(spent) \(what) for \(explanation.count) instances, where each has \(declared)")
    }
  }

  private static func differences(
    _ result: MetricResult, _ expected: MetricResult, tolerance: Double, law: String, _ what: String
  ) -> [LawViolation] {
    func differ(_ a: [Double], _ b: [Double]) -> Bool {
      a.count != b.count
        || !zip(a, b).allSatisfy { a, b in
          a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * max(1, abs(b))
        }
    }
    var violations: [LawViolation] = []
    if differ(result.scores, expected.scores) {
      violations.append(
        LawViolation(law, "\(what) gives \(result.scores), not \(expected.scores)"))
    }
    let (curves, others) = (result.curves, expected.curves)
    if differ(curves?.positions ?? [], others?.positions ?? [])
      || differ((curves?.heights ?? []).flatMap(\.self), (others?.heights ?? []).flatMap(\.self))
    {
      violations.append(LawViolation(law, "\(what) gives another curve"))
    }
    return violations
  }
}

extension MetricResult {
  /// What was given for one instance.
  fileprivate func row(_ row: Int) -> MetricResult {
    MetricResult(
      [scores[row]],
      curves: curves.map {
        MetricCurves(position: $0.position, positions: $0.positions, heights: [$0.heights[row]])
      })
  }
}

extension Inputs {
  /// Some rows of what is fed to a model; inputs without rows stay whole.
  func rows(_ range: Range<Int>, of model: any Model) throws -> Inputs {
    let whole = Set(model.inputs.filter { !$0.hasRows }.map(\.name))
    var rows = tensors
    for (name, tensor) in tensors where !whole.contains(name) { rows[name] = try tensor[range] }
    return Inputs(rows)
  }
}

extension Truth {
  /// What is known of some of the instances; a mask that is the same for all stays whole.
  fileprivate func rows(_ range: Range<Int>, of count: Int) throws -> Truth {
    Truth(
      mask: try mask.map { $0.shape.first == count ? try $0[range] : $0 },
      attributions: try attributions?.map { try $0[range] })
  }
}
