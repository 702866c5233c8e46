// SPDX-License-Identifier: Apache-2.0

import Torch

/// A network that can be cut: any of its values read, and any replaced.
///
/// Laws, which ``ModelLaws`` checks:
/// - A given place is not computed: wanting it gives the given tensor back, tracked if it was.
/// - Giving a place the value that it has anyway changes nothing.
/// - Rows do not see each other: evaluating rows together equals evaluating them one by one.
/// - The results are recorded (see `Tensor.tracked()`) with respect to every tracked given tensor.
public protocol Model: Sendable {
  /// What a caller has to feed.
  var inputs: [ModelInput] { get }

  /// What the network is for, in its own order.
  var outputs: [Place] { get }

  /// The final softmax or sigmoid and the logits ahead of it, where the model ends in one.
  var head: OutputHead? { get }

  /// The names that ``places(of:anchor:)`` knows, in the order in which they are computed.
  var layers: [ModelLayer] { get }

  /// Tables in which ids of the inputs are looked up, in the order in which they are; none by default.
  var embeddings: [Embedding] { get }

  /// The places that a layer's name stands for.
  ///
  /// - Throws: ``CutError`` where there is no such layer.
  func places(of layer: String, anchor: Anchor) throws -> [Place]

  /// Computes places from others.
  ///
  /// - Parameters:
  ///   - wanted: The places to compute.
  ///   - given: Tensors put in the stead of what the network would have there. Must hold what
  ///     ``requirements(of:given:)`` asks for.
  /// - Returns: A tensor for each wanted place, in that order.
  func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor]

  /// The places that must be given besides `given` to compute `wanted`: those on which the result
  /// depends around `given`, as far downstream as they can be kept for an instance and repeated for
  /// its points.
  ///
  /// The default, always right, is every input that is not itself given.
  func requirements(of wanted: [Place], given: [Place]) -> [Place]

  /// Where the network can be looked at in the stead of `given`, because all between is affine in it.
  ///
  /// `wanted` must depend on `given` through these places alone, and their Jacobian with respect to
  /// `given` must not depend on the value there, each row being apart. Gradients of many points then
  /// add up there, and go back together, once. The default, always right, is `given` itself.
  func affineReach(of given: [Place], toward wanted: [Place]) -> [Place]

  /// Where the first number that is not finite appears on the way from `given` to `wanted`, and back.
  ///
  /// Asked only where something came out that is not finite. The default knows nothing.
  ///
  /// - Parameters:
  ///   - wanted: What was computed.
  ///   - given: As for ``evaluate(_:given:)``.
  ///   - gradient: The gradient that was taken of it; nil for none.
  /// - Returns: Nil where all of it is finite, or the model cannot tell.
  func firstNonFinite(
    _ wanted: [Place], given: [Place: Tensor], gradient: GradientTarget?
  ) throws -> NonFinite?
}

extension Model {
  public var embeddings: [Embedding] { [] }

  public func requirements(of wanted: [Place], given: [Place]) -> [Place] {
    let given = Set(given)
    return inputs.map(\.place).filter { !given.contains($0) }
  }

  public func affineReach(of given: [Place], toward wanted: [Place]) -> [Place] { given }
}

/// A tensor that a caller feeds to a model.
public struct ModelInput: Sendable, Hashable {
  public let name: String
  public let elementType: ElementType
  /// The length of each axis, `nil` where any is allowed; `nil` as a whole where nothing is known.
  public let shape: [Int?]?
  /// Whether the first axis has a place for each row.
  ///
  /// An input without is shared between rows.
  public let hasRows: Bool

  public init(
    _ name: String, elementType: ElementType = .float32, shape: [Int?]? = nil, hasRows: Bool = true
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.hasRows = hasRows
  }

  public var place: Place { Place(name) }
}

/// A name that cuts can use.
public struct ModelLayer: Sendable, Hashable {
  public let name: String
  /// What computes it, as `Conv`.
  public let operation: String
  /// The shape of its output, the row axis included, as far as it is known.
  public let shape: [Int?]?

  public init(_ name: String, operation: String, shape: [Int?]? = nil) {
    self.name = name
    self.operation = operation
    self.shape = shape
  }
}

/// How a model turns logits into what it gives.
public struct OutputHead: Sendable, Hashable {
  public enum Function: Sendable, Hashable {
    case softmax(axis: Int)
    case logSoftmax(axis: Int)
    case sigmoid
  }

  public let logits: Place
  public let output: Place
  public let function: Function

  public init(logits: Place, output: Place, function: Function) {
    self.logits = logits
    self.output = output
    self.function = function
  }
}
