// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Foundation
import ONNX
import Testing
import Torch

@Suite struct ExperimentSnippets {
  @Test func anExperimentIsAValue() throws {
    try Workplace.enter()
    let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")
    let place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: place) }
    let folder = place.path
    // snippet: experiment
    let experiment = Experiment(
      "rules", seed: 7,
      models: [ExperimentModel("digits") { try ONNXModel(path: "Models/digits.onnx") }],
      data: [try ExperimentData("ten digits", digits, labels: Array(0...9))],
      quantities: [ExperimentQuantity("own class") { ClassScore(.labels($0)) }],
      methods: ExperimentMethod.paths(
        from: [ZeroBaseline()], by: [SecantRule(), RiemannRule(.right)], steps: 8)
        + [
          ExperimentMethod("occlusion") {
            Occlusion($0.model, quantity: $0.quantity, slice: $0.slice, window: [3, 3])
          }
        ],
      metrics: [Deletion(step: .parts(16)), Sparseness()])
    let results = try experiment.run(in: folder) { progress in
      if let seconds = progress.secondsLeft { print("\(Int(seconds)) s left") }
    }
    for cell in results.cells {
      let scores = cell.metrics[0].result.scores
      print(cell.cell.method, scores.isEmpty ? cell.failure ?? "" : "\(MeanEstimate(scores).mean)")
    }
    // end
    #expect(results.cells.map(\.cell.method).suffix(3) == ["occlusion", "random", "edges"])
    #expect(results.cells.allSatisfy { $0.failure == nil && $0.instances.count == 10 })
  }
}
