// SPDX-License-Identifier: Apache-2.0

import Torch

/// Paths to the instance from points where other classes win, found by going uphill for each of them:
/// adversarial gradient integration, AGI (Pan and others 2021, doi:10.24963/ijcai.2021/396).
///
/// For each rival class the instance walks by `stride · sign(∇ rival's probability)`, kept in a range,
/// until the rival wins or `moves` are made. The path is that walk, backwards; each move is taken
/// with the gradient at its end on the instance's side, as published. Nothing stands for absence: the
/// rivals say what the instance is compared with.
///
/// Attributions are the mean over rivals, complete against the mean of the quantity at the walks'
/// ends up to the gap that is told; the paper sums, which is as many times as much. There rivals are
/// drawn at random, here they are the likeliest for each instance, or given.
///
/// - Complexity: `rivals · moves` gradients of each instance for the walk, and as many again.
public struct AdversarialDistribution: DistributionOfInterest {
  public enum Rivals: Sendable, Hashable {
    /// As many classes of the greatest scores besides the predicted one; all where there are fewer.
    case strongest(Int)
    /// Classes by index; an instance that is predicted as one of them does not walk there.
    case classes([Int])
  }

  public let rivals: Rivals
  public let moves: Int
  /// How far every feature goes in a move, in units of the activation.
  public let stride: Double
  /// Where activations must lie; `nil` is anywhere.
  public let range: ClosedRange<Double>?

  /// - Precondition: `moves > 0`, `stride > 0`, and there is a rival.
  public init(
    against rivals: Rivals = .strongest(20), moves: Int = 20, stride: Double = 0.05,
    in range: ClosedRange<Double>? = 0...1
  ) {
    precondition(moves > 0, "a walk has at least one move, not \(moves)")
    precondition(stride > 0 && stride.isFinite, "a stride is positive, not \(stride)")
    precondition(rivals.count > 0, "there is no class to walk to")
    self.rivals = rivals
    self.moves = moves
    self.stride = stride
    self.range = range
  }

  public var name: String {
    "adversarial paths against \(rivals.label), \(moves) moves of \(stride)"
  }

  public func samples(around instances: Instances) throws -> Samples {
    let walk = try walk(from: instances)
    let slots = (walk.first?.rows ?? 0) / max(1, instances.count)
    let share = 1 / Double(max(1, slots))
    @Sendable func rows(_ slot: Int) -> Range<Int> {
      slot * instances.count..<(slot + 1) * instances.count
    }
    let ends = try (0..<slots).map { slot in
      PathEnds(start: try walk[moves].rows(rows(slot)), weight: share)
    }
    let weights = [Double](repeating: share, count: slots * moves)
    let durations = weights.map { _ in 1 / Double(moves) }
    return Samples(weights: weights, durations: durations, ends: ends) { [moves] range in
      try SampleRows(
        joining: range.map { sample in
          let (slot, move) = sample.quotientAndRemainder(dividingBy: moves)
          let point = try walk[move].rows(rows(slot))
          return Sample(
            at: point,
            displacement: .move(from: try walk[move + 1].rows(rows(slot)), to: point))
        })
    }
  }

  /// The points of all walks, `moves + 1` times `[rivals · instances, …]`.
  private func walk(from instances: Instances) throws -> [Activation] {
    let probe = try instances.probe
    let explained = try probe.explained
    let targets = try rivals.classes(of: explained.output)
    let own = try explained.output.indexOfMaximum(axis: 1)
      .repeatingRows(targets.shape[0] / max(1, instances.count))
    var walk = [try instances.activation.repeated(targets.shape[0] / max(1, instances.count))]
    var isGoing = try targets .!= own
    for _ in 0..<moves {
      let point = walk[walk.count - 1]
      guard try isGoing.any(axis: 0).number() != 0 else {
        walk.append(point)
        continue
      }
      let response = try probe.response(at: point) { output, explained, rows in
        // Its logarithm rises where the probability does, and does not vanish with it.
        let scores = explained.scale.isSoftmaxToBe ? try output.logSoftmax(axis: 1) : output
        return try scores.gathered(targets.rows(rows).unsqueezed(axis: 1), axis: 1)
          .squeezed(axis: 1)
      }
      isGoing = try (isGoing .& (response.output.indexOfMaximum(axis: 1) .!= targets))
      let next = try (point + response.gradients.map { try $0.sign() } * stride)
        .clamped(to: range)
      walk.append(try next.choosingRows(where: isGoing, else: point))
    }
    return walk
  }
}

extension AdversarialDistribution.Rivals {
  fileprivate var count: Int {
    switch self {
    case .strongest(let count): count
    case .classes(let indices): indices.count
    }
  }

  fileprivate var label: String {
    switch self {
    case .strongest(let count): "the \(count) strongest rivals"
    case .classes(let indices): "classes \(indices.map(String.init).joined(separator: ", "))"
    }
  }

  /// The class of each walk, `[rivals · instances]`, int64, all instances of a rival after another.
  fileprivate func classes(of output: Tensor) throws -> Tensor {
    guard output.rank == 2, output.shape[1] > 1 else {
      throw BoundaryError.classes(shape: output.shape)
    }
    switch self {
    case .strongest(let count):
      let all = try output.sorted(axis: 1, descending: true).indices
      return try all.sliced(axis: 1, from: 1, to: min(count + 1, output.shape[1]))
        .transposed().reshaped(to: [-1])
    case .classes(let indices):
      for index in indices where !(0..<output.shape[1]).contains(index) {
        throw QuantityError.noClass(index, shape: output.shape)
      }
      return try Tensor(indices).moved(to: output.device)
        .repeatingEach(output.shape[0], axis: 0)
    }
  }
}

extension DistributionOfInterest where Self == AdversarialDistribution {
  /// Paths to the instance from points where other classes win: adversarial gradient integration.
  public static func adversarial(
    against rivals: AdversarialDistribution.Rivals = .strongest(20), moves: Int = 20,
    stride: Double = 0.05, in range: ClosedRange<Double>? = 0...1
  ) -> AdversarialDistribution {
    AdversarialDistribution(against: rivals, moves: moves, stride: stride, in: range)
  }
}
