// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch
import Visualization

/// Ranks the units of each layer, and looks at what the first ones look at.
public struct UnitsRun {
  let plan: UnitsPlan
  let model: ONNXModel
  private let loader: InputLoader
  let instances: UnitsInstances
  /// The first instances, to make things by.
  private let first: LoadedInputs
  let input: String
  let names: [String]

  var options: UnitsOptions { plan.options }

  public init(_ options: UnitsOptions) throws {
    plan = try UnitsPlan(options)
    for file in plan.outputs { try SystemFile.checkWritable(file.path) }
    let explain = options.explain
    model = try ONNXModel(
      path: explain.model, elementType: explain.usesDoublePrecision ? .float64 : nil)
    loader = InputLoader(model: model, scaling: explain.imageScaling)
    instances = try UnitsInstances(explain.inputs, loader)
    guard options.labels.isEmpty || options.labels.count == instances.count else {
      throw ToolError.usage(
        "--label has \(options.labels.count) class\(options.labels.count == 1 ? "" : "es"), and "
          + "there are \(instances.count) instances: give one for each, or --quantity class:3 for all"
      )
    }
    first = try instances.loaded(0..<min(instances.count, options.examples))
    input = try plan.input(of: model)
    names = try options.names.map(FeatureNames.read) ?? []
  }

  public func study() throws -> UnitsStudy {
    let clock = ContinuousClock()
    let began = clock.now
    try plan.whole.setThreads(first)
    var found: [StudiedLayer] = []
    for layer in try plan.layers(of: model) {
      do {
        let statistics = try statistics(of: layer)
        // Of all layers, those with the same numbers are told together.
        if options.layers == ["all"], let last = found.last,
          let merged = try merged(last, layer, statistics)
        {
          found[found.count - 1] = merged
        } else {
          found.append(try studied(layer, statistics))
        }
      } catch let error as CutError where options.layers == ["all"] && error.isAside {
        continue
      }
    }
    guard !found.isEmpty else {
      throw ToolError.data("no layer depends on '\(input)': name another cut with --at")
    }
    let engine = try engine(plan.inputPlan(input: input))
    let whole = try engine.attributions(for: first.inputs, quantities: plan.quantities)
    let duration = began.duration(to: clock.now).components
    return UnitsStudy(
      plan: plan, model: model, instances: instances, quantities: plan.quantities.map(\.name),
      layers: found, input: StudiedInput(loaded: first, attributions: whole),
      seconds: Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
  }

  // MARK: Ranking

  /// By the plan of a part of the work.
  func engine(_ plan: ExplainPlan) throws -> InternalInfluence {
    try plan.engine(for: model, plan.materials(loader, first, tokenizer: nil))
  }

  /// What ranks a layer's units.
  func influence(on layer: UnitsLayer) throws -> UnitInfluence {
    UnitInfluence(
      try engine(plan.plan(at: layer.text, input: input)), axis: options.axis,
      reduction: options.reduction)
  }

  private func statistics(of layer: UnitsLayer) throws -> [UnitStatistics] {
    var influence = try influence(on: layer)
    let progress = options.explain.showsProgress ? ProgressBar() : nil
    defer { progress?.clear() }
    if let progress { influence.engine.onProgress = { progress.show($0) } }
    return try influence.statistics(
      of: instances.count, quantities: plan.quantities, strongest: options.examples
    ) { try instances.loaded($0).inputs }
  }

  /// The layer before with this one, where the same numbers flow through both: a convolution and its
  /// ReLU, a ReLU and its pooling.
  ///
  /// - Returns: The later one where both are of one shape, since what follows reads that; nil where
  ///   they differ.
  private func merged(
    _ last: StudiedLayer, _ layer: UnitsLayer, _ statistics: [UnitStatistics]
  ) throws -> StudiedLayer? {
    let own = statistics[0].ranking(by: options.order)
    let known = last.rankings[0]
    guard own.units.count == known.units.count, let layout = statistics[0].layout else {
      return nil
    }
    let means = Dictionary(uniqueKeysWithValues: known.units.map { ($0.unit, $0.mean) })
    let scale = known.units.map { abs($0.mean) }.max() ?? 0
    guard own.units.allSatisfy({ abs($0.mean - (means[$0.unit] ?? .infinity)) <= 0.01 * scale })
    else { return nil }
    var kept = last.layer
    guard layout.shape.dropFirst() == last.shape.dropFirst() else {
      kept.same.append(layer.name)
      return last.renamed(kept)
    }
    var later = layer
    later.same = last.layer.same + [last.layer.name]
    return try studied(later, statistics)
  }

  private func studied(
    _ layer: UnitsLayer, _ statistics: [UnitStatistics]
  ) throws -> StudiedLayer {
    let rankings = statistics.map { $0.ranking(by: options.order) }
    guard let layout = statistics[0].layout, let made = statistics[0].configuration else {
      throw UnitError.noInstances
    }
    guard options.top <= layout.count || options.layers == ["all"] else {
      throw ToolError.usage(
        "--top \(options.top): '\(layer.name)' has \(layout.count) "
          + "unit\(layout.count == 1 ? "" : "s")")
    }
    return StudiedLayer(
      layer: layer, shape: layout.shape, configuration: made, rankings: rankings,
      views: try views(of: layer, rankings[0]), essence: try essence(of: layer, rankings[0]),
      layout: layout)
  }
}

extension StudiedLayer {
  /// The same under another name.
  func renamed(_ layer: UnitsLayer) -> StudiedLayer {
    StudiedLayer(
      layer: layer, shape: shape, configuration: configuration, rankings: rankings, views: views,
      essence: essence, layout: layout)
  }
}

extension CutError {
  /// Whether a layer has nothing to tell because it lies beside the way: of all layers, such are
  /// passed over.
  fileprivate var isAside: Bool {
    switch self {
    case .unreached, .notContinuous, .severalTensors: true
    default: false
    }
  }
}
