// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Foundation
import ONNX
import Testing
import Torch

@Suite struct ReportSnippets {
  let model: ONNXModel

  init() throws {
    try Workplace.enter()
    model = try ONNXModel(path: "Models/digits.onnx")
  }

  @Test func `an experiment becomes a page`() throws {
    // snippet: report
    let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")
    let experiment = Experiment(
      "rules on digits", summary: "Which rule, and how many steps?", seed: 7,
      models: [ExperimentModel("digits", model)],
      data: [try ExperimentData("ten digits", digits)],
      methods: ExperimentMethod.paths(by: [SecantRule()], steps: 4)
        + ExperimentMethod.paths(by: [SecantRule()], steps: 16)
        + ExperimentMethod.paths(by: [RiemannRule(.right)], steps: 4)
        + ExperimentMethod.paths(by: [RiemannRule(.right)], steps: 16),
      metrics: [Deletion(step: .parts(16)), Sparseness(), CompletenessGap()])
    let results = try experiment.run(in: "results")
    let report = ExperimentReport(
      results: results, folder: "results", instances: ["ten digits": digits])
    try Data(report.html().utf8).write(to: URL(fileURLWithPath: "report.html"))
    // end
    let html = try String(contentsOfFile: "report.html", encoding: .utf8)
    #expect(results.cells.allSatisfy { $0.failure == nil })
    // Six instances, each with four methods and two controls beside it.
    #expect(html.components(separatedBy: "<img ").count - 1 == 6 * 7)
    #expect(html.contains("control") && html.contains("mean rank") && html.contains("SHA-256"))

    // snippet: report-options
    let options = ExperimentReport.Options(instances: 10, pictures: 400, scale: .quantity)
    let larger = ExperimentReport(
      results: try ExperimentResults(folder: "results"), folder: "results", options: options)
    // end
    #expect(try larger.html().components(separatedBy: "<img ").count - 1 == 10 * 6)
  }
}
