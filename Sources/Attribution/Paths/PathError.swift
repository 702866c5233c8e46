// SPDX-License-Identifier: Apache-2.0

/// What does not fit in a path.
public enum PathError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The activation has too few axes.
  case axes(String, shape: [Int], least: Int)
  /// A network of the path gives another shape than the activation's.
  case decoded([Int], expected: [Int])
  /// Vectors that do not fit the activation's last axes.
  case table([Int], activation: [Int])
  /// Fewer vectors than a path is to pass.
  case tooFewVectors(Int, anchors: Int)
  /// A path that was made for certain instances was asked about others.
  case otherInstances(String)

  public var description: String {
    switch self {
    case .axes(let name, let shape, let least):
      return "the \(name) path needs at least \(least) axes, and the activation is \(shape)"
    case .decoded(let shape, let expected):
      return
        "the decoder gives \(shape) where the activation is \(expected): the path must live at "
        + "the cut whose values the decoder makes"
    case .table(let shape, let activation):
      return
        "the table is \(shape), and the activation \(activation): all axes of the table but the "
        + "first must be the activation's last ones"
    case .tooFewVectors(let count, let anchors):
      return "the table has \(count) vectors, and a path passes \(anchors): give fewer `anchors`"
    case .otherInstances(let name):
      return "the \(name) path was made for certain instances, and is asked for points of others"
    }
  }
}
