// SPDX-License-Identifier: Apache-2.0

import Torch

/// One group of features at a time, all others staying as they are: sequential integrated gradients
/// (Enguehard 2023, arXiv:2305.15853).
///
/// For each group the path leads straight to the instance from the instance with that group at its
/// baseline. A word is then explained in the sentence that it stands in, and no point is far from the
/// data. The attributions of a group sum to what the quantity changes by the group alone:
///
///     Σ over group j of A = Q(x) − Q(x with group j at its baseline)
///
/// so that the gap is that of the sum over all groups. The quantity's start in the result is
/// Q(x) − Σ over groups.
///
/// - Complexity: `steps` evaluations for each group and start.
public struct SequentialDistribution: RefinableDistribution {
  /// The number of each feature's group, integers, the shape of an instance or broadcasting to it:
  /// for embeddings `[words, 1]`, for example.
  public let groups: Tensor
  public let baseline: any Baseline
  public let rule: any PathRule
  /// Evaluations for each group and start.
  public let steps: Int

  /// - Parameter steps: As many as the rule likes where not given.
  /// - Precondition: `steps > 0`.
  public init(
    groups: Tensor, from baseline: any Baseline = ZeroBaseline(),
    rule: any PathRule = GaussLegendreRule(), steps: Int? = nil
  ) {
    let steps = steps ?? rule.standardSteps
    precondition(steps > 0, "a path needs at least one step, not \(steps)")
    self.groups = groups
    self.baseline = baseline
    self.rule = rule
    self.steps = steps
  }

  public var name: String {
    "sequential paths from \(baseline.name), \(rule.described(steps: steps)) for each group"
  }

  public var refinement: AutomaticRule? { rule as? AutomaticRule }

  public func refined(by rule: any PathRule, steps: Int) -> any DistributionOfInterest {
    SequentialDistribution(groups: groups, from: baseline, rule: rule, steps: steps)
  }

  public func samples(around instances: Instances) throws -> Samples {
    guard !groups.elementType.isFloatingPoint else {
      throw GroupsError.notWhole(groups.elementType)
    }
    let mask = try mask(for: instances)
    let numbers = try groups.converted(to: .int64).unique().numbers()
    var parts: [(samples: Samples, share: Double)] = []
    var stays = 0.0
    for ends in try baseline.ends(for: instances) {
      for number in numbers {
        let start = try ends.start.combined(with: instances.activation) { start, own in
          try start.chosen(where: mask .== number, else: own)
        }
        let path = PathDistribution(
          from: KnownStart(activation: start, name: baseline.name), rule: rule, steps: steps)
        parts.append((try path.samples(around: instances), ends.weight))
      }
      stays += ends.weight * Double(1 - numbers.count)
    }
    // The paths' weights sum to the number of groups; a path that stays at the instance makes it 1,
    // so that the end is the instance's quantity and not a multiple of it.
    return Samples(joining: parts)
      .adding(PathEnds(start: instances.activation, weight: stays))
  }

  /// The group of each feature of each instance.
  private func mask(for instances: Instances) throws -> Tensor {
    guard let own = instances.activation.tensors.first, instances.activation.tensors.count == 1
    else { throw ActivationError.tensorCounts(instances.activation.tensors.count, 1) }
    let like = try own.converted(to: .float64)
    return try Instances(
      activation: Activation(like), range: instances.range, batch: instances.batch
    )
    .broadcast(Activation(groups), as: "the groups").tensors[0]
  }
}

/// What is wrong with groups of features.
public enum GroupsError: Error, Sendable, Equatable, CustomStringConvertible {
  case notWhole(ElementType)

  public var description: String {
    switch self {
    case .notWhole(let type):
      return "groups are whole numbers, and these are \(type.rawValue): give an integer type"
    }
  }
}

extension DistributionOfInterest where Self == SequentialDistribution {
  /// One group of features at a time: sequential integrated gradients.
  public static func sequential(
    groups: Tensor, from baseline: any Baseline = ZeroBaseline(), steps: Int? = nil,
    rule: any PathRule = GaussLegendreRule()
  ) -> SequentialDistribution {
    SequentialDistribution(groups: groups, from: baseline, rule: rule, steps: steps)
  }
}
