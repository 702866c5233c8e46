// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch
import Visualization

/// Ranks the units of each layer, and looks at what the first ones look at.
public struct UnitsRun {
  let plan: UnitsPlan
  private let model: ONNXModel
  private let loader: InputLoader
  private let instances: UnitsInstances
  /// The first instances, to make things by.
  private let first: LoadedInputs
  private let input: String
  private let names: [String]

  private var options: UnitsOptions { plan.options }

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
    let quantities = try plan.quantities(labels: labels(0..<first.instances.count))
    let engine = try engine(plan.inputPlan(input: input))
    let whole = try engine.attributions(for: first.inputs, quantities: quantities)
    let duration = began.duration(to: clock.now).components
    return UnitsStudy(
      plan: plan, model: model, instances: instances, quantities: quantities.map(\.name),
      layers: found, input: StudiedInput(loaded: first, attributions: whole),
      seconds: Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
  }

  // MARK: Ranking

  private func labels(_ rows: Range<Int>) -> [Int] {
    options.explain.labels.isEmpty ? [] : Array(options.explain.labels[rows])
  }

  private func engine(_ plan: ExplainPlan) throws -> InternalInfluence {
    try plan.engine(for: model, plan.materials(loader, first, tokenizer: nil))
  }

  private func influence(on layer: UnitsLayer) throws -> UnitInfluence {
    UnitInfluence(
      try engine(plan.plan(at: layer.text, input: input)), axis: options.axis,
      reduction: options.reduction)
  }

  private func statistics(of layer: UnitsLayer) throws -> [UnitStatistics] {
    var influence = try influence(on: layer)
    let progress = options.explain.showsProgress ? ProgressBar() : nil
    defer { progress?.clear() }
    let ranges = instances.batches(of: 64)
    var found: [UnitStatistics] = []
    for (place, range) in ranges.enumerated() {
      if let progress {
        influence.engine.onProgress = { own in
          let share = (Double(place) + own.fraction) / Double(ranges.count)
          progress.show(share, evaluations: own.evaluations)
        }
      }
      let scores = try influence.scores(
        for: instances.loaded(range).inputs, quantities: plan.quantities(labels: labels(range)))
      if found.isEmpty {
        found = scores.map { _ in UnitStatistics(strongest: options.examples) }
      }
      for index in scores.indices { try found[index].add(scores[index]) }
    }
    return found
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

  // MARK: Views

  private func views(of layer: UnitsLayer, _ ranking: UnitRanking) throws -> [ViewedUnit] {
    let top = Array(ranking.units.prefix(options.top))
    let isWhole = instances.count <= options.examples
    let shown = top.map { isWhole ? Array(0..<instances.count) : $0.strongest.map(\.instance) }
    let rows = Array(Set(shown.joined())).sorted()
    let view = UnitView(
      try engine(plan.viewPlan(of: layer.text, input: input)), axis: options.axis)
    let inputs = try instances.loaded(rows).inputs
    let units = top.map(\.unit)
    let found = try view.attributions(of: units, for: inputs)
    let labels = options.explain.labels.isEmpty ? [] : rows.map { options.explain.labels[$0] }
    var engine = try influence(on: layer).engine
    engine.keepsInfluence = true
    let whole = try engine.attributions(
      for: inputs, quantities: [plan.quantities(labels: labels)[0]])[0]
    let passages = try view.passages(
      through: units, influence: whole.influence?.tensors.first ?? whole.values, for: inputs)
    return try zip(top, shown).enumerated().map { index, pair in
      let (unit, shown) = pair
      let places = shown.compactMap { rows.firstIndex(of: $0) }
      let result = found[index]
      let gaps = try result.completenessGap?.numbers()
      return ViewedUnit(
        unit: unit,
        instances: try zip(shown, places).map { instance, place in
          ViewedInstance(
            instance: instance,
            score: unit.strongest.first { $0.instance == instance }?.score,
            attributions: try result.values.sliced(axis: 0, from: place, to: place + 1),
            passage: try passages[index].values.sliced(axis: 0, from: place, to: place + 1))
        },
        gap: gaps.map { gaps in
          places.reduce(0) { $0 + abs(gaps[$1]) } / Double(max(1, places.count))
        },
        features: hasPictures
          ? []
          : try FeatureNames.strongest(
            of: result.activation, rows: places, names: names,
            isEmbedded: input.hasPrefix("embeddings")))
    }
  }

  private var hasPictures: Bool { UnitsPictures.format(of: model, input: input) != nil }

  // MARK: Essence

  private func essence(
    of layer: UnitsLayer, _ ranking: UnitRanking
  ) throws -> UnitReport.Essence? {
    guard options.measuresEssence || plan.outputs.contains(where: { $0.kind != .csv }) else {
      return nil
    }
    let essence = UnitEssence(
      model, of: try CutGrammar.cut(layer.text), quantity: plan.whole.quantity,
      to: plan.whole.slice.end, axis: options.axis)
    let count = ranking.units.count
    let counts =
      ([0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 140, 200, 300, 500].filter { $0 < count })
      + [count]
    let labels = options.labels.isEmpty ? nil : options.labels
    func curve(_ order: [Int]) throws -> [EssencePoint] {
      try essence.curve(
        keeping: order, counts: counts, of: instances.count, labels: labels, subject: plan.subject
      ) { try instances.loaded($0).inputs }
    }
    var random = SeededOrder(seed: options.explain.seed)
    return UnitReport.Essence(
      ranked: try curve(ranking.units.map(\.unit)),
      random: try curve((0..<count).shuffled(using: &random)))
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

/// Random numbers for the order of units (Steele, Lea and Flood 2014, SplitMix64).
private struct SeededOrder: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
