// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// What stands in for features that are taken away.
///
/// Ten lines make one of one's own: say what every element would be replaced by, and only those that
/// are removed will be.
///
/// ```
/// struct MirrorRemoval: Removal {
///   let name = "mirror image"
///   func substitutes(for explanation: Explanation, seed: UInt64) throws -> Substitutes {
///     Substitutes(try explanation.activation.map { try $0.flipped(axes: [-1]) })
///   }
/// }
/// ```
///
/// Laws, which ``RemovalLaws`` checks: what is not removed stays; the same instances and seed give the
/// same substitutes; an instance's substitutes do not depend on the rest of the batch.
public protocol Removal: Sendable {
  /// How it is called in results.
  var name: String { get }

  /// Rows that the network runs forward for each instance to find the substitutes.
  var forwardRows: Int { get }

  /// What elements of the instances are replaced by where they are removed.
  ///
  /// Asked once for a batch, and then for many masks. Random choices for an instance come from
  /// ``Explanation/generator(for:seed:)``.
  func substitutes(for explanation: Explanation, seed: UInt64) throws -> Substitutes
}

extension Removal {
  public var forwardRows: Int { 0 }
}

/// What removed elements become.
public struct Substitutes: Sendable {
  private let make: @Sendable (_ points: Activation, _ removed: Activation) throws -> Activation

  /// The same whatever else is removed: `[instances, …]`, or what broadcasts to it.
  public init(_ activation: Activation) {
    make = { _, _ in activation }
  }

  /// What depends on what is left.
  ///
  /// - Parameter make: Is given the instances once for each sample, `[samples · instances, …]`, and
  ///   what is removed of each, bool, of that shape; gives back substitutes of it. What it says of
  ///   elements that are not removed does not count.
  public init(
    _ make:
      @escaping @Sendable (_ points: Activation, _ removed: Activation) throws -> Activation
  ) {
    self.make = make
  }

  /// Instances with their removed elements replaced.
  ///
  /// - Parameters:
  ///   - instances: `[instances, …]`.
  ///   - mask: True where an element is removed, `[samples · instances, …]`, all instances of a sample
  ///     after another, or what broadcasts to that from behind the first axis.
  /// - Returns: `[samples · instances, …]`.
  public func points(replacing mask: Activation, of instances: Activation) throws -> Activation {
    let samples = mask.rows / max(1, instances.rows)
    let points = try instances.map { try $0.repeatingRows(samples) }
    let removed = try mask.combined(with: points) { try $0.broadcast(to: $1.shape) }
    let substitutes = try make(points, removed).combined(with: points) { substitute, points in
      let rows = substitute.shape.first ?? 1
      let fits = rows == 1 || rows == points.shape[0] || substitute.rank < points.rank
      return try fits ? substitute : substitute.repeatingRows(points.shape[0] / rows)
    }
    return Activation(
      try points.tensors.indices.map { index in
        let point = points.tensors[index]
        return try substitutes.tensors[index].converted(like: point)
          .chosen(where: removed.tensors[index], else: point)
      })
  }
}

extension Tensor {
  /// The batch `count` times after itself along the first axis.
  func repeatingRows(_ count: Int) throws -> Tensor {
    try unsqueezed(axis: 0).broadcast(to: [count] + shape)
      .reshaped(to: [count * shape[0]] + shape.dropFirst())
  }
}
