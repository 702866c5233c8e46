// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Testing
import Torch

@Suite struct ExperimentFailureTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  @Test func aCellThatFailsIsToldAndTheRestGoesOn() throws {
    let results = try Toys.experiment {
      $0.methods.append(
        ExperimentMethod("broken") { _ in
          throw MetricError.unsuitable(metric: "broken", reason: "is \"broken\", sorry")
        })
    }.run(in: place.path("r"))
    let failed = results.cells.filter { $0.failure != nil }
    #expect(failed.map(\.cell.method) == ["broken", "broken"])
    #expect(failed[0].failure == "'broken' is \"broken\", sorry")
    #expect(failed[0].instances.isEmpty && failed[0].attributions == nil)
    #expect(results.cells.count == 12)
    let summary = try place.text("r/summary.csv")
    #expect(summary.contains("\"'broken' is \"\"broken\"\", sorry\""))
  }

  @Test func aMetricThatFailsLaterHasNoScoresAndTheCellHasItsOthers() throws {
    let results = try Toys.experiment { $0.metrics.append(Failing(instance: 9)) }
      .run(in: place.path("r"))
    for cell in results.cells {
      #expect(cell.failure == nil)
      #expect(cell.metrics[2].failure == "'failing' does not like 9")
      #expect(cell.metrics[2].result.scores.isEmpty)
      #expect(cell.metrics[0].result.scores.count == 10)
    }
  }

  @Test func aModelThatDoesNotLoadFailsItsCellsAlone() throws {
    let results = try Toys.experiment {
      $0.models.insert(
        ExperimentModel("missing") { throw ExperimentError.file("m.onnx", reason: "is away") },
        at: 0)
    }.run(in: place.path("r"))
    #expect(results.cells.filter { $0.failure == "m.onnx: is away" }.map(\.cell.model).count == 10)
    #expect(results.cells.filter { $0.failure == nil }.allSatisfy { $0.cell.model == "net" })
  }

  @Test func aQuantityWithoutLabelsFailsAlone() throws {
    let results = try Toys.experiment {
      $0.quantities.append(ExperimentQuantity("own class") { ClassScore(.labels($0)) })
    }.run(in: place.path("r"))
    let failed = results.cells.filter { $0.failure != nil }
    #expect(failed.allSatisfy { $0.cell.quantity == "own class" } && failed.count == 5)
    #expect(failed[0].failure?.contains("the data 'normal' has none") == true)
  }

  @Test func edgesFailWhereThereIsNoPicture() throws {
    let results = try Toys.experiment { $0.controls = ExperimentMethod.controls }
      .run(in: place.path("r"))
    let failed = results.cells.filter { $0.failure != nil }
    #expect(Set(failed.map(\.cell.method)) == ["edges"])
  }

  @Test func whatFailedIsTriedAgain() throws {
    let broken = try Toys.experiment { $0.metrics.append(Failing(instance: 3)) }
    _ = try broken.run(in: place.path("r"))
    let mended = try Toys.experiment { $0.metrics.append(Failing(instance: -1)) }
    let results = try mended.run(in: place.path("r"))
    #expect(results.cells[0].metrics[2].result.scores == (0..<10).map(Double.init))
  }
}
