// SPDX-License-Identifier: Apache-2.0

/// All operators that this library has.
enum OperatorRegistry {
  private static let families: [[OperatorDefinition]] = [
    arithmetic, comparisons, mathematics, activations, softmaxes, convolutions, pooling,
    normalizations, linearAlgebra, reductions, searches, shapes, joining, slicing, indexing,
    constants, conversions, resizing, recurrent, controlFlow, bits, attention, positions, signals,
    regions,
    sampling, linearAttention, uniqueness, version6,
    boxes, deformableConvolution, unpooling, microsoft, microsoftAttention,
  ]

  private static let byName: [String: [OperatorDefinition]] =
    Dictionary(grouping: families.joined()) { $0.domain + "." + $0.name }

  /// The operator for a node, or nil where its version has none.
  static func definition(of node: Graph.Node) -> OperatorDefinition? {
    byName[node.domain + "." + node.operation]?.first { $0.versions.contains(node.version) }
  }

  /// All of them, for tests and documentation.
  static var all: [OperatorDefinition] { families.flatMap { $0 } }
}
