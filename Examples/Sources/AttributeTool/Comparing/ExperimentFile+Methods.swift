// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import Synchronization
import Torch

extension ExperimentFile.Method {
  /// Every combination of what is listed.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  func methods(_ arrays: ArrayCache) throws -> [ExperimentMethod] {
    if let comparator {
      guard distribution == nil, rule == nil, steps == nil, tolerance == nil, at == nil,
        influence == nil
      else {
        throw ToolError.usage(
          "a comparator takes baseline, features and range alone: leave the rest out, or give a "
            + "distribution in its place")
      }
      return try baselines.map { try method(comparing: comparator, baseline: $0, arrays) }
    }
    guard features == nil else {
      throw ToolError.usage("features are for comparators: leave them out")
    }
    return try (distribution?.values ?? ["linear"]).flatMap { distribution in
      try baselines.flatMap { baseline in
        try rules.flatMap { rule in
          try counts.map { steps in
            var options = ExplainOptions(model: "", inputs: [""])
            options.distribution = distribution
            options.baseline = baseline
            options.rule = rule
            options.steps = steps
            options.tolerance = tolerance
            options.at = at
            options.range = range
            options.measuresInfluence = influence ?? false
            return try method(options, arrays)
          }
        }
      }
    }
  }

  private var baselines: [String?] { baseline?.values.map { $0 } ?? [nil] }
  private var rules: [String?] { rule?.values.map { $0 } ?? [nil] }
  private var counts: [Int?] { steps?.values.map { $0 } ?? [nil] }

  /// The name, with what is one of several.
  private func name(_ parts: [(value: String?, isListed: Bool)]) -> String {
    let listed = parts.filter { name == nil || $0.isListed }.compactMap(\.value)
    return ([name].compactMap { $0 } + listed).joined(separator: " · ")
  }

  private func method(
    _ options: ExplainOptions, _ arrays: ArrayCache
  ) throws -> ExperimentMethod {
    let plan = try ExplainPlan(options)
    let words: [(String, String?)] = [
      ("distribution", options.distribution), ("baseline", options.baseline),
      ("rule", options.rule), ("steps", options.steps.map(String.init)),
      ("tolerance", options.tolerance.map { "\($0)" }), ("at", options.at),
      ("range", options.range), ("influence", options.measuresInfluence ? "true" : nil),
    ]
    let name = name([
      (options.distribution, distribution?.values.count ?? 1 > 1),
      (options.baseline, baselines.count > 1), (options.rule, rules.count > 1),
      (options.steps.map(String.init), counts.count > 1),
    ])
    return ExperimentMethod(name, configuration: try Self.configuration(words)) { setting in
      var engine = try plan.engine(
        for: setting.model,
        Materials(
          setting, at: plan.distributionCut ?? setting.slice.start, range: plan.range, arrays))
      engine.slice = setting.slice
      engine.quantity = setting.quantity
      return engine
    }
  }

  private func method(
    comparing text: String, baseline: String?, _ arrays: ArrayCache
  ) throws -> ExperimentMethod {
    let comparator = try ComparatorGrammar(text)
    guard comparator.hasBaseline || baseline == nil else {
      throw ToolError.usage("'\(text)' takes no baseline: leave it out")
    }
    guard comparator.hasFeatures || features == nil else {
      throw ToolError.usage("'\(text)' takes no features: leave them out")
    }
    let groups = try features.map(ComparatorGrammar.features) ?? .elements
    let start = try BaselineGrammar(baseline ?? "zeros")
    let limits = try range.map(ExplainPlan.range)
    let words: [(String, String?)] = [
      ("comparator", text), ("baseline", baseline), ("features", features), ("range", range),
    ]
    return ExperimentMethod(
      name([(text, false), (baseline, baselines.count > 1)]),
      configuration: try Self.configuration(words)
    ) { setting in
      try comparator.method(in: setting, features: groups) {
        try start.baseline(
          Materials(setting, at: setting.slice.start, range: limits, arrays))
      }
    }
  }

  /// All settings in words, with the digests of the files that they name.
  private static func configuration(_ words: [(String, String?)]) throws -> String {
    let settings = words.compactMap { key, value in value.map { "\(key) \($0)" } }
    let files = Set(
      words.compactMap(\.1).flatMap { text in
        [text] + text.split(whereSeparator: { ":+@".contains($0) }).map(String.init)
      }.filter { $0.contains(".") && SystemFile.exists($0) })
    let digests = try files.sorted().map { "\($0) \(try SHA256.digest(ofFile: $0))" }
    return (settings + digests).joined(separator: ", ")
  }
}

extension Materials {
  /// What methods of an experiment are made of: files are read once.
  init(
    _ setting: ExperimentMethod.Setting, at cut: any Cut, range: ClosedRange<Double>?,
    _ arrays: ArrayCache
  ) {
    let loader = InputLoader(model: setting.model)
    self.init(
      seed: setting.seed, range: range, cutName: cut.name,
      shape: {
        let instances = try Instances(of: setting.inputs, in: setting.model, at: cut)
        return instances.activation.tensors.first.map { [1] + $0.shape.dropFirst() } ?? []
      },
      array: { file in
        try arrays.tensor(file) {
          let isArray = file.fileExtension == "npy"
          guard !isArray else {
            let tensor = try Tensor(contentsOfNPY: file)
            try InputLoader.checkFinite(tensor, file: file)
            return tensor
          }
          return try ExplainPlan.input(file, loader)
        }
      },
      input: { file in try arrays.tensor("input " + file) { try ExplainPlan.input(file, loader) } },
      table: { _ in nil },
      model: { try arrays.model($0) },
      words: WordMaterials(tokenizer: nil) {
        try ((cut as? EmbeddingCut) ?? .embeddings).embedding(in: setting.model)
      })
  }
}

/// What was read from files, each once.
final class ArrayCache: Sendable {
  private let tensors = Mutex<[String: Tensor]>([:])
  private let models = Mutex<[String: ONNXModel]>([:])

  func tensor(_ key: String, _ read: () throws -> Tensor) throws -> Tensor {
    if let known = tensors.withLock({ $0[key] }) { return known }
    let tensor = try read()
    tensors.withLock { $0[key] = tensor }
    return tensor
  }

  func model(_ file: String) throws -> ONNXModel {
    if let known = models.withLock({ $0[file] }) { return known }
    let model = try ONNXModel(path: file)
    models.withLock { $0[file] = model }
    return model
  }
}
