// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension ONNXModel: ParameterizedModel {
  /// Weights and biases of the nodes that have such, called as the file calls them.
  ///
  /// What counts is told by the operator: the kernels of convolutions, the matrices of products,
  /// tables that are gathered from, gates of recurrences, scales and shifts of normalizations. Running
  /// means and variances are no parameters: they were counted, not trained. An addition or a
  /// multiplication has one where it holds more than two different numbers, which leaves out masks and
  /// constants of formulas. A tensor that several nodes share, also one of them transposed, is one
  /// parameter. Not told are weights inside bodies of control flow, quantized ones, and those of trees
  /// and other learned operators that keep them as attributes.
  ///
  /// A bias that is added by a node of its own, and nothing else, belongs to the layer ahead.
  public var parameters: [ModelParameter] {
    let graph = network.graph
    return network.parameters.compactMap { value, nodes in
      network.constants[value].map {
        ModelParameter(
          graph.values[value].name, layers: nodes.map { graph.nodes[$0].name }, tensor: $0)
      }
    }
  }

  /// The same network with other weights; what was computed from them at load is computed anew.
  ///
  /// - Throws: `ParameterError`; ``ONNXError`` where a body of control flow reads the parameter too, or
  ///   a node refuses the new weights.
  /// - Complexity: The preparation of the nodes that read them. Weights that stay are shared.
  public func replacing(_ tensors: [String: Tensor]) throws -> ONNXModel {
    let graph = network.graph
    var values: [Int: Tensor] = [:]
    for (name, tensor) in try parameters.replacements(tensors) {
      if let value = graph.valueIndices[name] { values[value] = tensor }
    }
    return ONNXModel(self, network: try network.replacing(values))
  }
}
