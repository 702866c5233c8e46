// SPDX-License-Identifier: Apache-2.0

import Torch

/// A network whose weights can be told, and replaced: to ask whether an explanation depends on what
/// was learned.
///
/// Laws, which ``ParameterLaws`` checks:
/// - Replacing parameters by their own tensors changes no output.
/// - What was put in is what ``parameters`` then tells, and the others stay.
/// - The network that it was asked of stays as it is.
public protocol ParameterizedModel: Model {
  /// What was learned, in the order in which it is first computed with; each once, however many
  /// layers share it.
  var parameters: [ModelParameter] { get }

  /// The same network with other weights.
  ///
  /// - Parameter tensors: By the parameter's name, of its shape; brought to its type and device.
  /// - Throws: ``ParameterError`` where there is no such parameter, or its shape is another.
  func replacing(_ tensors: [String: Tensor]) throws -> Self
}

extension ParameterizedModel {
  /// The layers that have parameters, in the order in which they are computed.
  public var parameterizedLayers: [String] {
    let known = Set(parameters.flatMap(\.layers))
    let listed = layers.map(\.name).filter(known.contains)
    // A layer that is not listed as a cut is still one.
    return listed.count == known.count
      ? listed
      : parameters.flatMap(\.layers).reduce(into: []) { layers, layer in
        if !layers.contains(layer) { layers.append(layer) }
      }
  }
}

/// Weights, or biases, of a network.
public struct ModelParameter: Sendable {
  /// Unique in its model.
  public let name: String
  /// The layers that compute with it, in the order in which they do: more than one where it is shared.
  public let layers: [String]
  public let tensor: Tensor

  public init(_ name: String, layers: [String], tensor: Tensor) {
    self.name = name
    self.layers = layers
    self.tensor = tensor
  }

  public var shape: [Int] { tensor.shape }
}

/// What does not fit where weights are replaced.
public enum ParameterError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknown(String, known: [String])
  case shape(String, [Int], expected: [Int])

  public var description: String {
    switch self {
    case .unknown(let name, let known):
      return "the model has no parameter '\(name)'; it has "
        + (known.isEmpty ? "none" : known.list)
    case .shape(let name, let shape, let expected):
      return "the parameter '\(name)' has shape \(expected), and \(shape) is to take its place"
    }
  }
}

extension [ModelParameter] {
  /// Tensors to replace some of these, in their type and on their device, by name.
  ///
  /// - Throws: ``ParameterError``.
  public func replacements(_ tensors: [String: Tensor]) throws -> [String: Tensor] {
    let byName = Dictionary(map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    var replacements: [String: Tensor] = [:]
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      guard let own = byName[name] else {
        throw ParameterError.unknown(name, known: map(\.name))
      }
      guard own.shape == tensor.shape else {
        throw ParameterError.shape(name, tensor.shape, expected: own.shape)
      }
      replacements[name] = try tensor.detached().converted(like: own)
    }
    return replacements
  }
}
