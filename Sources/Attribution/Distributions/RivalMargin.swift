// SPDX-License-Identifier: Apache-2.0

import Torch

/// The score of a rival less that of the class predicted for the instance: positive where the rival
/// has won.
struct RivalMargin: QuantityOfInterest {
  /// The rival; `nil` is the strongest at each point.
  let target: Int?

  var name: String { "margin of \(target.map { "class \($0)" } ?? "the strongest rival")" }

  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let own = try explained.output.indexOfMaximum(axis: 1, keepingAxis: true)
    let rivals = try Self.rivals(of: output, own: own, target: target)
    return try rivals.max(axes: [1]) - output.gathered(own, axis: 1).squeezed(axis: 1)
  }

  /// The scores of the rivals, −∞ elsewhere.
  ///
  /// - Parameters:
  ///   - output: `[rows, classes]`.
  ///   - own: `[rows, 1]`, int64.
  static func rivals(of output: Tensor, own: Tensor, target: Int?) throws -> Tensor {
    let classes = try Tensor.range(to: output.shape[1], on: output.device).unsqueezed(axis: 0)
    let isOut = try target.map { try classes .!= Double($0) } ?? (classes .== own)
    return try output.filled(with: -.infinity, where: isOut)
  }
}

/// Why there is no point at which classes tie.
public enum BoundaryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The slice's end is not `[rows, classes]` with several classes.
  case classes(shape: [Int])
  /// The class to tie with is the one that is predicted.
  case ownClass(Int, row: Int)
  /// No class gains by moving the instance.
  case flat(instance: Int)
  /// No other class won in any ball.
  case notFound(instances: [Int])

  public var description: String {
    switch self {
    case .classes(let shape):
      return "a boundary lies between classes, [rows, classes], and the slice ends in \(shape)"
    case .ownClass(let target, let row):
      return "class \(target) is predicted for instance \(row) already: choose another to tie with"
    case .flat(let instance):
      return "the classes' margin has no gradient at instance \(instance), so the search does not "
        + "know where to go: where the slice ends behind a softmax, let it end at `.logits`"
    case .notFound(let instances):
      let list = instances.map(String.init).joined(separator: ", ")
      return "no other class wins near instance \(list): give larger `radii`, more `steps`, or a "
        + "wider `range`"
    }
  }
}
