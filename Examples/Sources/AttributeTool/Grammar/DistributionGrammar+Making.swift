// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension DistributionGrammar {
  /// Makes the distribution.
  ///
  /// - Parameters:
  ///   - tolerance: At which draws stop.
  ///   - baseline: Makes the baseline of the command line.
  func distribution(
    rule: any PathRule, steps: Int, tolerance: Double?, _ materials: Materials,
    from baseline: () throws -> any Baseline
  ) throws -> any DistributionOfInterest {
    // With a tolerance the count is where drawing ends at last.
    func draws(_ count: Int?, standard: Int) -> Int {
      count ?? (tolerance == nil ? standard : 10_000)
    }
    switch self {
    case .point: return PointDistribution()
    case .path(let path):
      return PathDistribution(
        try checked(path.path(materials), rule, steps), from: try path.start(materials, baseline),
        rule: rule,
        steps: steps)
    case .split(let part, let share, let path):
      return SplitPathDistribution(
        part, of: try path.path(materials), at: share, from: try path.start(materials, baseline),
        rule: rule, steps: steps)
    case .discretized(let file, let anchors):
      return DiscretizedDistribution(
        through: try table(in: file, anchors: anchors, materials), from: try baseline(),
        anchors: anchors, rule: rule,
        steps: steps)
    case .sequential(let groups):
      return SequentialDistribution(
        groups: try groups.numbers(materials), from: try baseline(), rule: rule, steps: steps)
    case .boundary(let rival):
      let start = BoundaryBaseline.boundary(toward: rival, in: materials.range)
      return PathDistribution(from: start, rule: rule, steps: steps)
    case .guided(let fraction, let maxDistance):
      return GuidedDistribution(
        from: try baseline(), steps: steps, fraction: fraction, maxDistance: maxDistance)
    case .adversarial(let rivals):
      // The published stride, 0.05 of what pixels may be.
      let stride = 0.05 * (materials.range.map { $0.upperBound - $0.lowerBound } ?? 1)
      return AdversarialDistribution(
        against: rivals, moves: steps, stride: stride, in: materials.range)
    case .importantDirections(.path(let path)):
      return ImportantDirections(
        of: PathDistribution(
          try path.path(materials), from: try path.start(materials, baseline), rule: rule,
          steps: steps,
          progression: .moves))
    case .importantDirections(let base):
      return ImportantDirections(
        of: try base.distribution(
          rule: rule, steps: steps, tolerance: tolerance, materials, from: baseline))
    case .gaussian(let deviation, let count):
      return GaussianDistribution(
        standardDeviation: deviation, count: draws(count, standard: 25),
        tolerance: tolerance, seed: materials.seed)
    case .expected(let count):
      return ExpectedGradientsDistribution(
        from: try baseline(), count: draws(count, standard: 50), tolerance: tolerance,
        seed: materials.seed)
    }
  }
}

extension DistributionGrammar {
  /// - Throws: ``ToolError/usage(_:)`` where steps do not suffice for all pieces between corners.
  private func checked(_ path: any Path, _ rule: any PathRule, _ steps: Int) throws -> any Path {
    let pieces = path.corners.count + 1
    if let rule = rule as? any QuadratureRule, (try? rule.nodes(steps / pieces)) == nil {
      throw ToolError.usage(
        "--steps \(steps): the path has \(pieces) pieces, which are too many for so few by the rule "
          + "\(rule.name): give more steps, or --tolerance instead")
    }
    return path
  }

  /// - Throws: ``ToolError/data(_:)`` where it has fewer rows than the path has anchors.
  private func table(in file: String, anchors: Int, _ materials: Materials) throws -> Tensor {
    let table = try materials.array(file)
    if let rows = table.shape.first, rows < anchors {
      throw ToolError.data(
        "\(file) has \(rows) rows, and the path passes \(anchors): give the number of anchors, as "
          + "in discretized:FILE.npy:6")
    }
    return table
  }
}

extension DistributionGrammar.Groups {
  /// The group of each feature, broadcasting to an instance.
  fileprivate func numbers(_ materials: Materials) throws -> Tensor {
    switch self {
    case .file(let file): return try materials.array(file)
    case .axis(let axis):
      let shape = try materials.shape()
      guard axis < shape.count else {
        throw ToolError.data(
          "sequential:axis\(axis): an instance at '\(materials.cutName)' has shape "
            + "\(Array(shape.dropFirst())), whose last axis is axis\(shape.count - 1)")
      }
      let behind = [Int](repeating: 1, count: shape.count - axis - 1)
      return try Tensor(Array(0..<shape[axis]), shape: [shape[axis]] + behind)
    }
  }
}
