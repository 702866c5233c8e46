// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Where paths of a table start, made of rows: their mean or median where features become numbers,
/// each of them, or a row that a description gives.
///
/// The mean of one-hot groups has shares of categories, and that of embeddings a vector between: both
/// are points that no row has.
public struct TableBaseline: Baseline {
  /// What is made of several rows.
  public enum Reduction: Sendable, Equatable {
    case statistic(DataBaseline.Statistic)
    /// Every row, with equal shares.
    case samples
    /// A row for all instances, or one for each.
    case given
  }

  public let inputs: Inputs
  public let reduction: Reduction
  public let name: String
  /// 1 where a feature has a start of its own, 0 where it starts at 0; of the cut's tensors.
  let kept: Activation?

  public init(_ reduction: Reduction, of rows: TableRows) {
    self.init(reduction, of: rows.inputs, name: rows.file)
  }

  init(
    _ reduction: Reduction, of inputs: Inputs, name file: String, keeping kept: Activation? = nil
  ) {
    self.inputs = inputs
    self.reduction = reduction
    self.kept = kept
    name =
      switch reduction {
      case .statistic(let statistic): "\(statistic.rawValue) of \(file)"
      case .samples: "rows of \(file)"
      case .given: file
      }
  }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    let activation = try instances.activation(of: inputs)
    switch reduction {
    case .statistic(let statistic):
      return [
        WeightedStart(
          try activation.map { tensor in
            let data = DataBaseline(statistic, of: tensor)
            return try data.starts(for: instances)[0].activation.tensors[0]
          })
      ]
    case .samples:
      return try (0..<activation.rows).map { row in
        WeightedStart(try activation.map { try $0.sliced(axis: 0, from: row, to: row + 1) })
      }
    case .given:
      guard let kept else { return [WeightedStart(activation)] }
      return [
        WeightedStart(
          try activation.combined(with: kept) { try $0 * $1.converted(like: $0) })
      ]
    }
  }
}

extension TableLayout {
  /// Where paths start unless told otherwise: at the description's values; the mean of standardized
  /// numbers, no category, and 0 where it has none.
  public var baseline: any Baseline {
    get throws {
      guard features.contains(where: { $0.start != nil }) else { return ZeroBaseline() }
      let columns = features.map { feature -> TableRows.Column in
        switch feature.start {
        case .number(let number): .numbers([number])
        case .category(let category):
          .categories([feature.categories?.firstIndex(of: category) ?? 0])
        default: feature.categories == nil ? .numbers([0]) : .categories([0])
        }
      }
      let kept = try inputs.map { fed -> Tensor in
        let flags = fed.features.flatMap { feature in
          [Double](
            repeating: features[feature].start == nil ? 0 : 1, count: features[feature].width)
        }
        if fed.isLookedUp, fed.input.shape?.count == 1 { return try Tensor(flags, shape: [1, 1]) }
        return try Tensor(flags, shape: fed.isLookedUp ? [1, flags.count, 1] : [1, flags.count])
      }
      return TableBaseline(
        .given, of: try inputs(of: columns, count: 1), name: "the features' own starts",
        keeping: Activation(kept))
    }
  }
}
