// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Foundation
import Synchronization
import Testing
import Torch

@Suite struct ResumingTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  private struct Stop: Error {}

  /// Runs, and stops when so many chunks of cells are new.
  private func run(_ experiment: Experiment, in folder: String, until stop: Int?) throws {
    let seen = Mutex((new: 0, reused: 0))
    _ = try experiment.run(in: place.path(folder)) { progress in
      let new = seen.withLock { seen in
        if progress.reused == seen.reused { seen.new += 1 }
        seen.reused = progress.reused
        return seen.new
      }
      if new == stop { throw Stop() }
    }
  }

  @Test(arguments: [1, 2] as [UInt64])
  func stoppedAtRandomPointsItEndsWithTheVerySameNumbers(seed: UInt64) throws {
    let experiment = try Toys.experiment(instances: 11) {
      $0.metrics.append(Failing(instance: 7))
    }
    try run(experiment, in: "whole", until: nil)
    let generator = try Generator(seed: seed)
    var stops = 0
    while stops < 100 {
      let point = try Int(Tensor.integers([1], in: 1..<12, from: generator).number())
      do {
        try run(experiment, in: "broken", until: point)
        break
      } catch is Stop {
        stops += 1
      }
    }
    let broken = try place.numbers(in: "broken")
    let whole = try place.numbers(in: "whole")
    #expect(broken.count == whole.count)
    #expect(stops > 2)
    #expect(whole.filter { broken[$0.key] != $0.value }.map(\.key) == [])
  }

  @Test func finishedChunksAreNotComputedAgain() throws {
    let whole = Count()
    let single = try Toys.experiment(instances: 12, model: Toys.model(whole)) {
      $0.quantities.removeLast()
    }
    try run(single, in: "whole", until: nil)
    let parts = Count()
    let again = try Toys.experiment(instances: 12, model: Toys.model(parts)) {
      $0.quantities.removeLast()
    }
    #expect(throws: Stop.self) { try run(again, in: "parts", until: 7) }
    try run(again, in: "parts", until: nil)
    #expect(parts.rows == whole.rows)
    // And a third time there is nothing to do at all.
    try run(again, in: "parts", until: nil)
    #expect(parts.rows == whole.rows)
  }

  @Test func aChangedExperimentReusesWhatIsEqual() throws {
    let count = Count()
    let experiment = try Toys.experiment(model: Toys.model(count))
    _ = try experiment.run(in: place.path("r"))
    let before = count.rows
    var changed = experiment
    changed.methods.removeFirst()
    changed.metrics.removeLast()
    changed.summary = "another question"
    let fewer = try changed.run(in: place.path("r"))
    #expect(count.rows == before)
    #expect(fewer.cells.count == 8 && fewer.summary == "another question")
    #expect(fewer.cells.allSatisfy { $0.metrics.map(\.name) == ["first share"] })
    // A metric more: from the attributions that are there.
    changed.metrics.append(Failing(instance: -1))
    let more = try changed.run(in: place.path("r"))
    #expect(more.cells.allSatisfy { $0.metrics[1].result.scores == (0..<10).map(Double.init) })
    #expect(more.cells[0].metrics[0].result.scores == fewer.cells[0].metrics[0].result.scores)
    #expect(more.cells[0].instances == fewer.cells[0].instances)
    // Another seed is other work.
    changed.seed = 8
    _ = try changed.run(in: place.path("r"))
    #expect(count.rows > before + 10)
  }

  @Test func otherDataOfTheSameNameIsOtherWork() throws {
    let first = try Toys.experiment().run(in: place.path("r"))
    let second = try Toys.experiment {
      $0.data = [try? ExperimentData("normal", Toys.instances(10, seed: 4))].compactMap { $0 }
    }.run(in: place.path("r"))
    #expect(first.cells[0].instances.map(\.quantity) != second.cells[0].instances.map(\.quantity))
  }

  @Test func aFolderOfAnotherExperimentIsRefused() throws {
    _ = try Toys.experiment().run(in: place.path("r"))
    let other = try Toys.experiment { $0.name = "other" }
    #expect(
      throws: ExperimentError.otherExperiment(
        folder: place.path("r"), found: "toy", wanted: "other")
    ) { try other.run(in: place.path("r")) }
    try Data("mine".utf8).write(to: URL(fileURLWithPath: place.path("thesis.txt")))
    #expect(throws: ExperimentError.noExperiment(folder: place.url.path)) {
      try other.run(in: place.url.path)
    }
    #expect(throws: ExperimentError.noExperiment(folder: place.url.path)) {
      try ExperimentResults(folder: place.url.path)
    }
  }

  @Test func twoRunsDoNotWriteToOneFolder() throws {
    let experiment = try Toys.experiment()
    let folder = place.path("r")
    let seen = Mutex<[ExperimentError]>([])
    _ = try experiment.run(in: folder) { progress in
      guard progress.finished < 10 else { return }
      do {
        _ = try experiment.run(in: folder)
      } catch let error as ExperimentError {
        seen.withLock { $0.append(error) }
      }
    }
    #expect(seen.withLock { $0 }.first == .inUse(folder: folder))
  }

  @Test func progressCountsWhatWasReusedAndEstimatesTheRest() throws {
    let steps = Mutex<[ExperimentProgress]>([])
    let experiment = try Toys.experiment()
    #expect(throws: Stop.self) { try run(experiment, in: "r", until: 12) }
    _ = try experiment.run(in: place.path("r")) { step in steps.withLock { $0.append(step) } }
    let all = steps.withLock { $0 }
    #expect(all.allSatisfy { $0.total == 100 })
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.finished <= $1.finished })
    #expect(all.last?.finished == 100 && all.last?.secondsLeft == 0)
    #expect(all.last?.reused == 10 * 4 + 2 * 4)
    // Every kind was met in the first chunk of the run before.
    #expect(all.dropFirst(10).allSatisfy { !$0.isLowerBound && $0.secondsLeft != nil })
  }
}
