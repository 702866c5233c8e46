// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import Torch

/// The tool's own version, which reports carry.
public let toolVersion = packageVersion

extension Explanation {
  /// Everything about the explanation but its values: what made it, from what, what it cost, and
  /// where the values lie.
  func report() throws -> JSON {
    try
      ([
        "format": "swift-attribution explanation 1",
        "provenance": try provenance(),
        "configuration": configurationReport,
        "instances": .array(
          rows.enumerated().map {
            report(of: $1, at: $0).joined(with: textReport(at: $0))
              .joined(with: featureReport(at: $0))
          }),
        "cost": costReport,
        "values": values,
      ] as JSON).joined(with: tableReport())
  }

  private func provenance() throws -> JSON {
    let origin = model.origin
    let sets = origin.operatorSets.sorted { $0.key < $1.key }
    return [
      "tool": .string("attribute \(toolVersion)"),
      "libtorch": .string(Runtime.version),
      "model": [
        "file": .string(plan.options.model),
        "sha256": .string(try SHA256.digest(ofFile: plan.options.model)),
        "producer": .string(
          [origin.producer, origin.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")),
        "operatorSets": .object(
          sets.map { (key: $0.key.isEmpty ? "ai.onnx" : $0.key, value: .integer($0.value)) }),
      ],
      "inputs": .array(
        try (inputs.files + inputs.otherFiles).map { try Self.digest(ofFile: $0) }),
      "tokenizer": try Self.digest(ofFile: plan.options.text.tokenizer),
      "tokens": try Self.digest(ofFile: plan.options.text.tokens),
    ]
  }

  /// A file and what is in it; null where there is none.
  static func digest(ofFile file: String?) throws -> JSON {
    guard let file else { return .null }
    return ["file": .string(file), "sha256": .string(try SHA256.digest(ofFile: file))]
  }

  private var configurationReport: JSON {
    let options = plan.options
    let made = configuration
    let takes = plan.distribution.options
    return [
      "from": .string(made.from),
      "to": .string(made.to),
      "at": .string(made.at),
      "distribution": .string(made.distribution),
      "quantity": .string(made.quantity),
      "measure": .string(made.measure.rawValue),
      "statistic": .string(made.statistic.rawValue),
      "absolute": .boolean(options.isAbsolute),
      "elementType": .string(activation.tensors[0].elementType.rawValue),
      "arguments": [
        "from": .string(options.from),
        "to": .string(options.to),
        "at": JSON(options.at),
        "quantity": JSON(options.quantity),
        "labels": .array(options.labels.map { .integer($0) }),
        "distribution": .string(options.distribution),
        "baseline": takes.contains(.baseline) ? .string(baselineText) : .null,
        "rule": takes.contains(.rule) ? .string(plan.ruleText) : .null,
        "tolerance": JSON(plan.tolerance),
        "steps": takes.contains(.steps) ? .integer(plan.steps) : .null,
        "range": plan.range.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null,
        "seed": .unsigned(options.seed),
        "imageMean": .array(options.imageScaling.mean.map { .number($0) }),
        "imageDeviation": .array(options.imageScaling.deviation.map { .number($0) }),
        "text": textArguments,
      ],
    ]
  }

  /// As the command line has it; of a table that describes its own starts, nobody need say.
  private var baselineText: String {
    plan.options.baseline ?? (plan.startsAtZeros ? "zeros" : "features")
  }

  private func report(of row: ExplainedRow, at index: Int) -> JSON {
    [
      "file": JSON(inputs.instances[index].file),
      "row": JSON(inputs.instances[index].row),
      "label": JSON(row.label),
      "labelName": JSON(row.labelName),
      "score": JSON(row.score),
      "quantity": [
        "instance": .number(row.quantity), "start": JSON(row.start), "end": JSON(row.end),
      ],
      "attributionSum": .number(row.sum),
      "completenessGap": ["absolute": JSON(row.gap), "relative": JSON(row.relativeGap)],
      "errorEstimate": JSON(row.errorEstimate),
      "standardError": row.standardError.map {
        ["sum": .number($0.sum), "greatest": .number($0.greatest)]
      } ?? .null,
      "effort": row.effort.map {
        [
          "rule": .string($0.rule), "steps": .integer($0.steps),
          "evaluations": .integer($0.evaluations),
        ]
      } ?? .null,
    ]
  }

  private var costReport: JSON {
    [
      "evaluationsPerInstance": .integer(cost.samples),
      "forwardRows": .integer(cost.forwardRows),
      "backwardRows": .integer(cost.backwardRows),
      "rowsAtOnce": .integer(cost.rowsAtOnce),
      "seconds": .number(cost.seconds),
    ]
  }

  private var values: JSON {
    [
      "tensors": .array(
        activation.tensors.map { tensor in
          [
            "shape": .array(tensor.shape.map { .integer($0) }),
            "elementType": .string(tensor.elementType.rawValue),
          ]
        }),
      "files": .array(plan.outputs.filter { $0.kind == .npy }.map { .string($0.path) }),
      "standardErrors": JSON(plan.options.standardErrors),
      "pictures": .array(plan.outputs.filter { $0.kind == .png }.map { .string($0.path) }),
    ]
  }
}

extension LoadedInputs {
  /// The files of the instances, each once.
  var files: [String] {
    var seen = Set<String>()
    return instances.compactMap(\.file).filter { seen.insert($0).inserted }
  }
}
