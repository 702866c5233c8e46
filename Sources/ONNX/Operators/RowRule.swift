// SPDX-License-Identifier: Apache-2.0

import Torch

/// How an operator treats rows: what it takes to run it for several rows at once when its model was
/// written for one.
///
/// A value of a running graph is in one of two states. It *has rows* when its first axis has a
/// place for each row, and what lies there is what a run of that row alone would give. It is
/// *shared* when a run of any row alone would give the same. A rule tells, for the states of a
/// node's inputs, the state of its outputs, and how to compute them; where it cannot tell, the
/// model is run row by row. See ``RowAnalysis``.
enum RowRule: Sendable {
  /// Element by element with broadcasting: rows stay apart where first axes face each other.
  case elementwise
  /// The first axis of the first input goes through untouched; the other inputs must be shared.
  case leading
  /// The elements stay in their order and only the shape changes.
  case reshaping
  /// As the function says, which sees the node as it ran for one row.
  case custom(@Sendable (RowContext) throws -> RowOutcome)
  /// Cannot tell.
  case unknown
}

/// A node, and the shapes with which it ran for one row.
struct RowContext {
  struct Input {
    let hasRows: Bool
    let shape: [Int]
    let elementType: ElementType
  }

  let reader: NodeReader
  /// Nil where the input is left out.
  let inputs: [Input?]
  let outputShapes: [[Int]?]
  /// What the node does in a run of one row.
  let function: NodeFunction

  func input(_ place: Int) -> Input? { place < inputs.count ? inputs[place] : nil }

  /// Whether all inputs but the first are shared, and the first is not.
  var onlyFirstHasRows: Bool {
    input(0)?.hasRows == true && !inputs.dropFirst().contains { $0?.hasRows == true }
  }
}

/// What a rule finds out.
enum RowOutcome: Sendable {
  /// Each output has rows, when computed like this.
  case apart(NodeFunction)
  /// Each output is shared, when computed like this.
  case shared(NodeFunction)
  /// It cannot be told: rows must be run one at a time.
  case mixed
}

extension RowRule {
  /// Applies the rule to a node of which at least one input has rows.
  func outcome(_ context: RowContext) throws -> RowOutcome {
    switch self {
    case .unknown: return .mixed
    case .custom(let rule): return try rule(context)
    case .leading:
      guard context.onlyFirstHasRows else { return .mixed }
      return .apart(context.function)
    case .elementwise:
      guard let rank = context.outputShapes.compactMap({ $0?.count }).max() else { return .mixed }
      let aligned = context.inputs.allSatisfy { input in
        guard let input else { return true }
        return input.hasRows
          ? input.shape.count == rank : input.shape.count < rank || input.shape.first == 1
      }
      return aligned ? .apart(context.function) : .mixed
    case .reshaping:
      guard context.onlyFirstHasRows, let shape = context.outputShapes.first ?? nil,
        shape.first == 1
      else { return .mixed }
      let rest = Array(shape.dropFirst())
      return .apart { inputs in
        let tensor = try inputs[0]
        return [try tensor.reshaped(to: [tensor.shape[0]] + rest)]
      }
    }
  }

  /// The leading rule for an operator that works along axes, as long as none of them is the first.
  static func along(_ axes: @escaping @Sendable (RowContext) throws -> [Int]?) -> RowRule {
    .custom { context in
      guard context.onlyFirstHasRows, let rank = context.input(0)?.shape.count,
        let axes = try axes(context),
        try axes.allSatisfy({ try resolved(axis: $0, rank: rank) != 0 })
      else { return .mixed }
      return .apart(context.function)
    }
  }
}
