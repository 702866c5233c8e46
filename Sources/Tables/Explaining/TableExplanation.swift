// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// What was found of the rows of a table, feature by feature.
///
/// A feature's attribution is the sum over all numbers that the network gets of it: the places of a
/// one-hot group, or the elements of a category's vector. Where attributions come of a path, the
/// prediction at its start and all attributions of a row sum to the prediction, but for the gap.
public struct TableExplanation: Sendable {
  public let layout: TableLayout
  public let rows: TableRows
  /// How rows were explained.
  public let configuration: Configuration
  /// What is explained, with the class's or output's name.
  public let quantity: String
  /// The unit of predictions and attributions; `nil` where there is none, as of logits.
  public let unit: String?
  /// Of each row the prediction at the path's start; `nil` where there is no path.
  public let starts: [Double]?
  /// Of each row the prediction.
  public let predictions: [Double]
  /// Of each row Σ attribution − (prediction − start); `nil` where there is no path.
  public let gaps: [Double]?
  /// Row by row, in units of the prediction.
  let values: [Double]
  private let start: Start?

  /// Where paths start.
  private struct Start: Sendable {
    let tensors: [(numbers: [Double], width: Int)]
    /// One for all rows, or one for each.
    let rows: Int
    /// Of each input that is looked up the vectors.
    let tables: [[[Double]]]
  }

  /// - Parameters:
  ///   - attributions: Of these rows, at the layout's cut.
  ///   - baseline: Where paths started, for display; `nil` shows no starts.
  ///   - quantity: How the quantity is called; `nil` is the engine's name for it.
  ///   - isOutput: Whether the quantity is the model's only output, which the layout's scale is of.
  /// - Throws: ``TableError`` where the attributions are of another cut.
  public init(
    _ attributions: Attributions, of rows: TableRows, in layout: TableLayout,
    from baseline: (any Baseline)? = nil, model: any Model, quantity: String? = nil,
    isOutput: Bool = false
  ) throws {
    self.layout = layout
    self.rows = rows
    configuration = attributions.configuration
    let output = isOutput ? layout.output : TableLayout.OutputScale()
    self.quantity = quantity ?? output.name ?? attributions.configuration.quantity
    unit = output.unit
    func scaled(_ tensor: Tensor) throws -> [Double] {
      try tensor.numbers().map { $0 * output.scale + output.mean }
    }
    values = try layout.sums(of: attributions.activation, rows: rows.count)
      .map { $0 * output.scale }
    let ends = try scaled(attributions.quantity.end ?? attributions.quantity.instance)
    let begins = try attributions.quantity.start.map(scaled)
    predictions = ends
    starts = begins
    let width = layout.features.count
    if let begins, attributions.completenessGap != nil {
      let own = values
      gaps = ends.indices.map { row in
        own[row * width..<(row + 1) * width].reduce(0, +) - (ends[row] - begins[row])
      }
    } else {
      gaps = nil
    }
    start = try baseline.map { try Self.start($0, rows, layout, model) }
  }

  /// The attribution of a feature in a row, in units of the prediction.
  public func attribution(of feature: Int, row: Int) -> Double {
    values[row * layout.features.count + feature]
  }

  /// The attributions of a feature in all rows.
  public func attributions(of feature: Int) -> [Double] {
    rows.numbers.indices.map { attribution(of: feature, row: $0) }
  }

  /// All attributions, `[rows, features]`, float64.
  public func tensor() throws -> Tensor {
    try Tensor(values, shape: [rows.count, layout.features.count])
  }

  public func value(of feature: Int, row: Int) -> FeatureValue {
    layout.value(of: feature, row: row, in: rows)
  }

  /// Where the path of a row starts, in the feature's unit; `nil` where that is not known.
  public func baseline(of feature: Int, row: Int) -> FeatureValue? {
    guard let start else { return nil }
    let slot = layout.slots[feature]
    let (numbers, width) = start.tensors[slot.tensor]
    let first = (start.rows == 1 ? 0 : row) * width
    switch layout.features[feature].kind {
    case .number(let mean, let scale):
      return .number(numbers[first + slot.columns.lowerBound] * scale + mean)
    case .oneHot(_, let dropped):
      let own = slot.columns.map { numbers[first + $0] }
      return Self.category(layout.features[feature], own, dropped: dropped)
    case .ids(let categories):
      let vectors = start.tables[slot.tensor]
      let length = vectors.first?.count ?? 0
      let place = first + slot.columns.lowerBound * length
      let own = Array(numbers[place..<place + length])
      if own.allSatisfy({ $0 == 0 }) { return FeatureValue.none }
      let id = vectors.prefix(categories.count).firstIndex(of: own)
      return id.map { .category(categories[$0]) } ?? .vector
    }
  }

  private static func category(
    _ feature: TableFeature, _ shares: [Double], dropped: String?
  ) -> FeatureValue {
    if shares.allSatisfy({ $0 == 0 }) { return dropped.map { .category($0) } ?? .none }
    if let one = shares.firstIndex(of: 1), shares.count(where: { $0 != 0 }) == 1 {
      return .category(feature.category(at: one))
    }
    var all = shares.enumerated().map { FeatureValue.Share(feature.category(at: $0), $1) }
    let rest = 1 - shares.reduce(0, +)
    if let dropped, rest > 1e-6 { all.append(FeatureValue.Share(dropped, rest)) }
    return .mixture(all.sorted { $0.share > $1.share })
  }

  private static func start(
    _ baseline: any Baseline, _ rows: TableRows, _ layout: TableLayout, _ model: any Model
  ) throws -> Start {
    let instances = try withoutRecording {
      try Instances(of: rows.inputs, in: model, at: layout.cut)
    }
    let starts = try baseline.starts(for: instances)
    let whole = starts.reduce(0) { $0 + $1.weight }
    guard let first = starts.first, whole > 0 else { throw BaselineError.none(baseline.name) }
    func weighted(_ start: WeightedStart) throws -> Activation {
      try start.activation.map { try $0.converted(to: .float64) } * (start.weight / whole)
    }
    var mean = try weighted(first)
    for start in starts.dropFirst() { mean = try mean + weighted(start) }
    let count = mean.tensors.contains { $0.rank > 0 && $0.shape[0] == rows.count } ? rows.count : 1
    let tensors = try zip(mean.tensors, instances.activation.tensors).map { tensor, own in
      let shape = [count] + own.shape.dropFirst()
      let whole = tensor.shape == shape ? tensor : try tensor.broadcast(to: shape)
      return (numbers: try whole.numbers(), width: own.shape.dropFirst().reduce(1, *))
    }
    let tables = try layout.inputs.map { fed -> [[Double]] in
      guard fed.isLookedUp else { return [] }
      let table = try EmbeddingCut(fed.input.name).embedding(in: model).table
      return try (0..<table.shape[0]).map { try table[$0].numbers() }
    }
    return Start(tensors: tensors, rows: count, tables: tables)
  }
}

extension TableLayout {
  /// Of an activation at the cut, Σ over what each feature has there; row by row.
  ///
  /// - Throws: ``TableError`` where the activation is of another cut.
  func sums(of activation: Activation, rows: Int) throws -> [Double] {
    guard activation.tensors.count == inputs.count,
      zip(activation.tensors, inputs).allSatisfy({ tensor, fed in
        let width = fed.features.reduce(0) { $0 + features[$1].width }
        let columns = tensor.rank == 1 ? 1 : tensor.shape[1]
        return tensor.rank > 0 && tensor.shape[0] == rows
          && (columns == width || (fed.isLookedUp && width == 1))
      })
    else {
      let shapes = activation.tensors.map { "\($0.shape)" }.joined(separator: ", ")
      throw TableError(
        "the attributions",
        "their shape is \(shapes), which is not that of the features at "
          + "'\(cut.name)': explain from there")
    }
    var sums = [Double](repeating: 0, count: rows * features.count)
    for (index, fed) in inputs.enumerated() {
      let numbers = try activation.tensors[index].numbers()
      let columns = fed.features.reduce(0) { $0 + features[$1].width }
      let depth = rows == 0 ? 0 : numbers.count / rows / columns
      for feature in fed.features {
        for row in 0..<rows {
          let first = (row * columns + slots[feature].columns.lowerBound) * depth
          sums[row * features.count + feature] =
            numbers[first..<first + slots[feature].columns.count * depth].reduce(0, +)
        }
      }
    }
    return sums
  }
}
