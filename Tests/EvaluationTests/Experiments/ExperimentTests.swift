// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct ExperimentTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  @Test func theGridHasACellForEachCombination() throws {
    let experiment = try Toys.experiment {
      $0.slices.append(ExperimentSlice("to output", NetworkSlice(to: OutputCut())))
      $0.models.append(ExperimentModel("other", Toys.model()))
    }
    let cells = experiment.cells
    #expect(cells.count == 2 * 1 * 2 * 2 * 5)
    #expect(Set(cells).count == cells.count)
    #expect(cells[0].method == "straight, zeros, gauss-legendre 4")
    #expect(cells[4].method == "random")
    #expect(cells[5].quantity == "second")
  }

  @Test func dataMayBeForOneModelAlone() throws {
    let experiment = try Toys.experiment {
      $0.models.append(ExperimentModel("other", Toys.model()))
      $0.data = [try? ExperimentData("d", Toys.instances(2), models: ["other"])].compactMap { $0 }
    }
    #expect(Set(experiment.cells.map(\.model)) == ["other"])
  }

  @Test func experimentsThatMakeNoSenseAreRefusedByName() throws {
    let twice = try Toys.experiment { $0.methods.append(Toys.methods[0]) }
    #expect(
      throws: ExperimentError.twice(what: "methods", name: "straight, zeros, gauss-legendre 4")
    ) { try twice.check() }
    let none = try Toys.experiment { $0.models = [] }
    #expect(throws: ExperimentError.nothing(of: "models")) { try none.check() }
    let strange = try Toys.experiment {
      $0.data = [try? ExperimentData("d", Toys.instances(2), models: ["nobody"])].compactMap { $0 }
    }
    #expect(throws: ExperimentError.unknownModel("nobody", data: "d", known: ["net"])) {
      try strange.check()
    }
  }

  @Test func resultsAreWhatMethodsAndMetricsGive() throws {
    let results = try Toys.experiment().run(in: place.path("r"))
    #expect(results.name == "toy" && results.summary == "which rule?")
    let cells = try Toys.experiment().cells
    #expect(results.cells.map(\.cell) == cells)
    let inputs = try Toys.instances(10)
    let cell = results.cells[1]
    #expect(cell.failure == nil)
    let own = try InternalInfluence(
      Toys.model(), distribution: PathDistribution(rule: RiemannRule(.right), steps: 4),
      quantity: ClassScore(.index(0)), slice: NetworkSlice(to: LogitCut())
    ).attributions(for: inputs)
    let stored = try Tensor(contentsOfNPY: place.path("r/\(cell.attributions ?? "")"))
    try expectClose(stored, own.values, absolute: 1e-12)
    #expect(cell.instances.map(\.index) == Array(0..<10))
    #expect(cell.instances.allSatisfy { $0.evaluations == 4 && $0.seconds > 0 })
    let gaps = try own.completenessGap?.numbers() ?? []
    for (record, gap) in zip(cell.instances, gaps) { expectClose(record.gap ?? .nan, gap) }
    let scores = try FirstShare().scores(
      of: Explainer("own", quantity: ClassScore(.index(0))) { model, slice, quantity in
        InternalInfluence(
          model, distribution: PathDistribution(rule: RiemannRule(.right), steps: 4),
          quantity: quantity, slice: slice)
      }.explanation(of: Inputs(inputs), in: Toys.model()), seed: 0
    ).scores
    for (score, wanted) in zip(cell.metrics[0].result.scores, scores) {
      expectClose(score, wanted, absolute: 1e-12)
    }
    let curves = try #require(cell.metrics[1].result.curves)
    #expect(curves.positions == [0, 0.5, 1] && curves.heights.count == 10)
    #expect(curves.position == "share of the way")
    expectClose(curves.heights[3][2], cell.instances[3].quantity, absolute: 1e-12)
  }

  @Test func numbersThatAreNoneAreEmptyFields() throws {
    // Nothing comes to the second class from the first feature alone.
    let results = try Toys.experiment {
      $0.data = [try? ExperimentData("zeros", Tensor.zeros([2, 3], type: .float64))]
        .compactMap { $0 }
    }.run(in: place.path("r"))
    let cell = results.cells[0]
    let folder = try #require(cell.folder)
    #expect(cell.metrics[0].result.scores.allSatisfy { $0.isNaN })
    let lines = try place.text("r/\(folder)/metrics.csv").split(separator: "\n")
    #expect(lines[0] == "instance,first share,\"ladder, \"\"steep\"\"\"")
    #expect(lines[1].hasPrefix("0,,0."))
    let summary = try place.text("r/summary.csv").split(separator: "\n")
    #expect(summary[1].contains(",first share,complexity,higherIsBetter,share,,,,,0,2,"))
  }

  @Test func howInstancesAreCutIntoChunksDoesNotMatter() throws {
    let results = try [1, 3, 64, nil].map { rows in
      try Toys.experiment(rowsAtOnce: rows).run(in: place.path("\(rows ?? 0)"))
    }
    for other in results.dropFirst() {
      for (a, b) in zip(results[0].cells, other.cells) {
        for (x, y) in zip(a.metrics, b.metrics) {
          for (s, t) in zip(x.result.scores, y.result.scores) { expectClose(s, t, absolute: 1e-12) }
        }
        for (x, y) in zip(a.instances, b.instances) {
          expectClose(x.quantity, y.quantity, absolute: 1e-12)
        }
      }
    }
  }

  @Test func workGrowsWithInstancesAndMemoryDoesNot() throws {
    let counts = try [12, 120].map { instances in
      let count = Count()
      _ = try Toys.experiment(instances: instances, model: Toys.model(count), rowsAtOnce: 6)
        .run(in: place.path("\(instances)"))
      return count
    }
    #expect(counts[1].rows == 10 * counts[0].rows)
    #expect(counts[1].most == counts[0].most)
    #expect(counts[0].most <= 6)
  }

  @Test func quantitiesShareForwardPassesAndEqualCellsAreComputedOnce() throws {
    func rows(_ change: (inout Experiment) -> Void) throws -> Int {
      let count = Count()
      let results = try Toys.experiment(model: Toys.model(count)) {
        $0.metrics = []
        $0.controls = []
        $0.methods = [Toys.methods[0]]
        change(&$0)
      }.run(in: place.path("\(count.rows)-\(UInt64.random(in: 0...UInt64.max))"))
      #expect(results.cells.allSatisfy { $0.failure == nil })
      return count.rows
    }
    let one = try rows { $0.quantities.removeLast() }
    let two = try rows { _ in }
    #expect(two < 2 * one)
    let twin = try rows { experiment in
      experiment.methods.append(
        ExperimentMethod("twin", configuration: experiment.methods[0].configuration) {
          throw ExperimentError.nothing(of: "\($0.seed)")
        })
    }
    #expect(twin == two)
  }

  @Test func sharedPassesGiveTheVerySameNumbers() throws {
    let together = try Toys.experiment().run(in: place.path("together"))
    let alone = try Toys.experiment { $0.quantities.removeFirst() }.run(in: place.path("alone"))
    for cell in alone.cells {
      let other = try #require(together.cells.first { $0.cell == cell.cell })
      let files = try [("alone", cell), ("together", other)].map {
        try Tensor(contentsOfNPY: place.path("\($0.0)/\($0.1.attributions ?? "")")).numbers()
      }
      #expect(files[0] == files[1])
    }
  }

  @Test func labelsGoWithTheirInstances() throws {
    let labels = [0, 1, 1, 0, 1, 0]
    let results = try Toys.experiment {
      $0.data = [try? ExperimentData("d", Toys.instances(6), labels: labels)].compactMap { $0 }
      $0.quantities = [ExperimentQuantity("own class") { ClassScore(.labels($0)) }]
    }.run(in: place.path("r"))
    let output = try Toys.model().evaluate(
      [Place("y")], given: [Place("x"): try Toys.instances(6)])[0].numbers()
    for (index, record) in results.cells[0].instances.enumerated() {
      expectClose(record.quantity, output[2 * index + labels[index]], absolute: 1e-12)
    }
  }

  @Test func labelsOfAQuantityAreThoseOfTheWholeData() throws {
    let labels = [0, 1, 1, 0, 1, 0]
    let results = try Toys.experiment {
      $0.data = [try? ExperimentData("d", Toys.instances(6))].compactMap { $0 }
      // The curve watches the label's probability: the quantity has to stay one of a class.
      $0.quantities = [ExperimentQuantity("own class", ClassScore(.labels(labels)))]
      $0.metrics = [Ladder(), .deletion()]
    }.run(in: place.path("r"))
    let output = try Toys.model().evaluate(
      [Place("y")], given: [Place("x"): try Toys.instances(6)])[0].numbers()
    let failures = results.cells.flatMap { [$0.failure] + $0.metrics.map(\.failure) }
    #expect(failures.allSatisfy { $0 == nil })
    for (index, record) in results.cells[0].instances.enumerated() {
      expectClose(record.quantity, output[2 * index + labels[index]], absolute: 1e-12)
    }
  }
}
