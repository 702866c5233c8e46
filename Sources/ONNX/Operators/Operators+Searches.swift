// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Places of extremes, the largest elements, and running sums.
  static let searches: [OperatorDefinition] = [
    extreme("ArgMax") { try $0.indexOfMaximum(axis: $1, keepingAxis: true) },
    extreme("ArgMin") { try $0.indexOfMinimum(axis: $1, keepingAxis: true) },
    OperatorDefinition(
      "TopK", arity: 1...2, rows: .along(.axis(-1)), prepare: top),
    running("CumSum", since: 11) { try $0.cumulativeSum(axis: $1) },
    running("CumProd", since: 26) { try $0.cumulativeProduct(axis: $1) },
  ]

  private static func extreme(
    _ name: String, _ function: @escaping @Sendable (Tensor, Int) throws -> Tensor
  ) -> OperatorDefinition {
    OperatorDefinition(
      name, arity: 1...1, rows: .along(.axis(0))
    ) { node in
      let axis = try node.integer("axis", 0)
      let keeps = try node.flag("keepdims", true)
      let wantsLast = try node.flag("select_last_index")
      return { inputs in
        let x = try inputs[0]
        let axis = try resolved(axis: axis, rank: x.rank)
        var place = try function(wantsLast ? try x.flipped(axes: [axis]) : x, axis)
        if wantsLast { place = try Double(x.shape[axis] - 1) - place }
        return [keeps ? place : try place.squeezed(axis: axis)]
      }
    }
  }

  /// Of equal elements the first counts as the larger, hence a stable sort.
  private static func top(_ node: NodeReader) throws -> NodeFunction {
    let axis = try node.integer("axis", -1)
    let largest = try node.flag("largest", true)
    let constantCount = try node.integer("k") ?? node.constantIntegers(1)?.first
    return { inputs in
      let x = try inputs[0]
      let axis = try resolved(axis: axis, rank: x.rank)
      guard let count = try constantCount ?? inputs.integers(1).first, count >= 0,
        count <= x.shape[axis]
      else { throw NodeFault("more elements are asked for than axis \(axis) of \(x.shape) has") }
      let sorted = try x.sorted(axis: axis, descending: largest)
      return [
        try sorted.values.sliced(axis: axis, to: count),
        try sorted.indices.sliced(axis: axis, to: count),
      ]
    }
  }

  private static func running(
    _ name: String, since: Int, _ function: @escaping @Sendable (Tensor, Int) throws -> Tensor
  ) -> OperatorDefinition {
    OperatorDefinition(
      name, since: since, arity: 2...2, rows: .along(RowAxes(attribute: "", input: 1, standard: []))
    ) { node in
      let isExclusive = try node.flag("exclusive")
      let isReverse = try node.flag("reverse")
      let constantAxis = try node.constantIntegers(1)?.first
      return { inputs in
        var x = try inputs[0]
        let type = x.elementType
        guard let given = try constantAxis ?? inputs.integers(1).first else {
          throw NodeFault("the axis is empty")
        }
        let axis = try resolved(axis: given, rank: x.rank)
        if isReverse { x = try x.flipped(axes: [axis]) }
        if isExclusive {
          // The result of nothing, then all but the last element.
          let neutral: Double = name == "CumSum" ? 0 : 1
          var before = [Int](repeating: 0, count: x.rank)
          before[axis] = 1
          x = try x.sliced(axis: axis, to: max(0, x.shape[axis] - 1)).padded(
            before: before, after: before.map { _ in 0 }, with: neutral)
        }
        let result = try function(x, axis).converted(to: type)
        return [isReverse ? try result.flipped(axes: [axis]) : result]
      }
    }
  }
}
