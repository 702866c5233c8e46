// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Reductions over axes, which are an attribute in old operator sets and an input in new ones
  /// (`ReduceSum` since 13, the others since 18).
  ///
  /// No axes means all, unless the node says none.
  static let reductions: [OperatorDefinition] = [
    reduction("ReduceSum") { try $0.sum(axes: $1, keepingAxes: $2) },
    reduction("ReduceMean") { try $0.mean(axes: $1, keepingAxes: $2) },
    // Where several are the largest, the gradient is shared evenly; poolings give it to one.
    reduction("ReduceMax") { x, axes, keeps in
      // Nothing is larger than the largest of no numbers.
      try
        (x.count == 0
        ? x.sum(axes: axes, keepingAxes: keeps) - .infinity
        : x.max(axes: axes, keepingAxes: keeps))
    },
    reduction("ReduceMin") { x, axes, keeps in
      try
        (x.count == 0
        ? x.sum(axes: axes, keepingAxes: keeps) + .infinity
        : x.min(axes: axes, keepingAxes: keeps))
    },
    reduction("ReduceProd") { x, axes, keeps in
      // From the last axis on, so that axes ahead keep their places.
      try axes.sorted(by: >).reduce(x) { try $0.product(axis: $1, keepingAxis: keeps) }
    },
    reduction("ReduceL1") { try $0.norm(1, axes: $1, keepingAxes: $2) },
    reduction("ReduceL2") { try $0.norm(2, axes: $1, keepingAxes: $2) },
    reduction("ReduceLogSum") { try $0.sum(axes: $1, keepingAxes: $2).logarithm() },
    reduction("ReduceLogSumExp") { try $0.logSumExp(axes: $1, keepingAxes: $2) },
    reduction("ReduceSumSquare") { try ($0 * $0).sum(axes: $1, keepingAxes: $2) },
  ]

  private static func reduction(
    _ name: String, _ function: @escaping @Sendable (Tensor, [Int], Bool) throws -> Tensor
  ) -> OperatorDefinition {
    @Sendable func rows(_ context: RowContext) throws -> RowOutcome {
      guard context.onlyFirstHasRows, let rank = context.input(0)?.shape.count else {
        return .oneByOne
      }
      let axes = try reducedAxes(context.reader, rank: rank, NodeInputs(tensors: []))
      if context.isMerged, !axes.contains(0) { return .apart(context.function) }
      let keeps = try context.reader.flag("keepdims", true)
      return .stacked { inputs in
        [try reduced(try inputs[0], axes.map { $0 + 1 }, keeps, function)]
      }
    }
    return OperatorDefinition(name, arity: 1...2, rows: .custom(rows)) { node in
      let keeps = try node.flag("keepdims", true)
      return { inputs in
        let x = try inputs[0]
        return [try reduced(x, try reducedAxes(node, rank: x.rank, inputs), keeps, function)]
      }
    }
  }

  /// The axes to reduce over.
  private static func reducedAxes(
    _ node: NodeReader, rank: Int, _ inputs: NodeInputs
  ) throws -> [Int] {
    let (axes, atRun) = try node.axes("axes", input: 1)
    let wanted = atRun ? try inputs.integers(1) : axes ?? []
    if wanted.isEmpty { return try node.flag("noop_with_empty_axes") ? [] : Array(0..<rank) }
    return try resolved(axes: wanted, rank: rank)
  }

  /// Reduces, in floating point where needed, to the type of `x`.
  ///
  /// Over no axes at all, the parts of a reduction that are not reductions still apply, on an axis
  /// added for them.
  private static func reduced(
    _ x: Tensor, _ axes: [Int], _ keeps: Bool, _ function: (Tensor, [Int], Bool) throws -> Tensor
  ) throws -> Tensor {
    let type = x.elementType
    let exact = type.isFloatingPoint ? x : try x.converted(to: .float64)
    if axes.isEmpty {
      return try function(try exact.unsqueezed(axis: x.rank), [x.rank], false).converted(to: type)
    }
    let result = try function(exact, axes, keeps)
    return type == .bool ? try result .> 0 : try result.converted(to: type)
  }
}
