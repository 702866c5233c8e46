// SPDX-License-Identifier: Apache-2.0

import Torch

/// Nodes that run as one, faster, where nobody sees the values between them.
///
/// What comes out is the same up to rounding. A cut at one of the values between, or at what one of
/// the nodes reads, makes every node run by itself.
struct Fusion: Sendable {
  /// The nodes whose work the last one does as well.
  let covered: [Int]
  /// The values between, which only these nodes read.
  let hidden: [Int]
  /// What runs in the last node's stead.
  let node: Network.PreparedNode
  let inputs: [Plan.Source]
}

extension Network {
  /// All fusions, by the last node of each.
  static func fusions(
    in graph: borrowing Graph, _ nodes: [PreparedNode?], constants: [Tensor?], types: ElementTypes
  ) -> [Int: Fusion] {
    var fusions: [Int: Fusion] = [:]
    for position in nodes.indices {
      guard let node = nodes[position], node.definition.domain.isEmpty else { continue }
      switch node.definition.name {
      case "BatchNormalization":
        fusions[position] = convolution(endingAt: position, in: graph, nodes, constants: constants)
      case "Erf":
        guard let (last, fusion) = gelu(around: position, in: graph, constants, types) else {
          continue
        }
        fusions[last] = fusion
      default: break
      }
    }
    return fusions
  }

  /// The node that alone reads a value, which is no output.
  static func onlyReader(of value: Int, in graph: borrowing Graph) -> Int? {
    guard graph.values[value].consumers.count == 1, !graph.outputs.contains(value) else {
      return nil
    }
    return graph.values[value].consumers[0]
  }
}
