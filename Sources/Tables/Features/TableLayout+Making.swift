// SPDX-License-Identifier: Apache-2.0

import Attribution

extension TableLayout {
  /// As a file describes the features.
  ///
  /// - Throws: ``TableError`` where file and model do not fit.
  public init(
    _ description: FeatureFile, for model: any Model, file: String = "the features"
  ) throws {
    let standard = model.inputs.count == 1 ? model.inputs.first?.name : nil
    let features = try description.features.enumerated().map { index, feature in
      guard let input = feature.input ?? standard else {
        throw TableError(
          file, column: "features[\(index)].input",
          "it is missing, and the model has several inputs: \(model.inputs.map(\.name).listed())")
      }
      return TableFeature(
        feature.name, unit: feature.unit, kind: feature.kind, input: input,
        start: feature.baseline.map(FeatureValue.init))
    }
    var scale = OutputScale()
    if let output = description.output {
      scale.name = output.name
      scale.unit = output.unit
      scale.mean = output.mean ?? scale.mean
      scale.scale = output.scale ?? scale.scale
    }
    try self.init(
      features, for: model, target: description.target, classes: description.classes ?? [],
      output: scale, file: file)
  }

  /// Columns as they stand, in order, all numbers: for models that have their scaler inside.
  ///
  /// A model with an input for each column, as scikit-learn's converter writes them, gets each by name.
  ///
  /// - Parameters:
  ///   - target: The column of what is to be predicted.
  ///   - ignored: Columns that are left out.
  public init(
    columnsOf table: CSVTable, for model: any Model, target: String? = nil,
    ignoring ignored: [String] = []
  ) throws {
    let out = Set(try ([target].compactMap { $0 } + ignored).map { try table.column(named: $0) })
    let columns = table.columns.indices.filter { !out.contains($0) }.map { table.columns[$0] }
    let names = model.inputs.map(\.name)
    let features = try columns.compactMap { column -> TableFeature? in
      if names.count == 1 { return TableFeature(column.name, unit: column.unit, input: names[0]) }
      guard let input = names.first(where: column.isFed) else {
        throw TableError(
          table.file, column: column.name,
          "the model has several inputs, \(names.listed()), and none of that name: leave the column out "
            + "with --ignore, or describe the features")
      }
      return TableFeature(column.name, unit: column.unit, input: input)
    }
    try self.init(features, for: model, target: target, file: table.file)
  }
}

extension FeatureFile.Feature {
  fileprivate var kind: TableFeature.Kind {
    guard let categories else { return .number(mean: mean ?? 0, scale: scale ?? 1) }
    return encoding == .ids ? .ids(categories) : .oneHot(categories, dropped: dropped)
  }
}

extension FeatureValue {
  fileprivate init(_ start: FeatureFile.Start) {
    switch start {
    case .number(let number): self = .number(number)
    case .category(let category): self = .category(category)
    }
  }
}
