// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A grid for who has a model and instances, and no experiment yet.
enum QuickExperiment {
  /// The experiment's file as it could have been written by hand.
  ///
  /// - Parameter inputs: Instances, as for `attribute explain`.
  static func file(model: String, inputs: [String]) throws -> ExperimentFile {
    let network = try ONNXModel(path: model)
    let isPicture = network.inputs.count == 1 && ImageFormat(network.inputs[0]) != nil
    let arrays = inputs.filter { $0.fileExtension == "npy" && !$0.contains("=") }
    func method(
      _ name: String, _ distribution: String, baseline: String? = nil, rule: String? = nil,
      steps: Int? = nil, influence: Bool? = nil
    ) -> ExperimentFile.Method {
      var method = ExperimentFile.Method(name: name)
      method.distribution = OneOrMore([distribution])
      method.baseline = baseline.map { OneOrMore([$0]) }
      method.rule = rule.map { OneOrMore([$0]) }
      method.steps = steps.map { OneOrMore([$0]) }
      method.influence = influence
      return method
    }
    func comparator(_ name: String, _ text: String) -> ExperimentFile.Method {
      var method = ExperimentFile.Method(name: name)
      method.comparator = text
      return method
    }
    var methods = [
      method("gradient", "point", influence: true),
      method("gradient × input", "point"),
      method("integrated gradients", "linear", rule: "secant", steps: 16),
    ]
    if arrays.count == 1 {
      methods.append(
        method("from the mean", "linear", baseline: "mean:\(arrays[0])", rule: "secant", steps: 16))
      methods.append(method("expected gradients", "expected:50", baseline: "samples:\(arrays[0])"))
    }
    if isPicture {
      methods.append(method("blur", "blur", rule: "gauss-legendre", steps: 16))
      methods.append(method("guided", "guided", steps: 50))
      methods.append(comparator("occlusion", "occlusion:3"))
    } else {
      methods.append(comparator("occlusion", "occlusion"))
    }
    var file = ExperimentFile(
      name: "\(model.fileName) and \(inputs[0].fileName)",
      models: [ExperimentFile.Model(name: model.fileName, file: model)],
      data: [ExperimentFile.DataSet(name: inputs[0].fileName, inputs: inputs)],
      methods: methods,
      metrics: ["deletion:32", "sensitivity-n", "max-sensitivity:0.1:10", "gini", "completeness"])
    if isPicture { file.metrics.insert("insertion:32", at: 1) }
    file.summary = "A first look at methods for \(model.fileName)."
    return file
  }

  /// The file's text.
  static func text(of file: ExperimentFile) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(file), as: UTF8.self) + "\n"
  }
}
