// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Starts workers, and another one where the last crashed or hung.
struct Supervisor {
  let options: Options
  let seeds: [Seed]
  let progress: Progress
  let progressPath: String

  /// Milliseconds of processor time that loading an input, and evaluating it, may take before its
  /// worker is stopped.
  private static let patience = (loading: 10_000, evaluating: 2000)

  /// - Returns: How many inputs failed.
  func run() throws -> Int {
    let end = Date(timeIntervalSinceNow: options.seconds)
    let last = options.count == .max ? Int.max : options.start + options.count
    var start = options.start
    var (crashes, hangs, stopped) = (0, 0, 0)
    while start < last, Date() < end {
      let worker = try worker(from: start, count: last == .max ? .max : last - start, until: end)
      var isStopped = false
      while worker.isRunning {
        usleep(50_000)
        let used = (Self.cpuMilliseconds(of: worker.processIdentifier) ?? 0) - progress[.cpuStart]
        let most =
          progress.phase == .evaluating ? Self.patience.evaluating : Self.patience.loading
        if progress.phase != .damaging, used > most {
          isStopped = true
          kill(worker.processIdentifier, SIGKILL)
          worker.waitUntilExit()
        }
      }
      worker.waitUntilExit()
      guard isStopped || worker.terminationStatus != 0 else { break }
      let index = progress[.input]
      // How long evaluating takes is up to the model: a loop may ask for any number of runs.
      if isStopped && progress.phase == .evaluating {
        stopped += 1
      } else {
        report(index, isStopped ? "hangs" : "crashes with \(worker.terminationStatus)")
        if isStopped { hangs += 1 } else { crashes += 1 }
      }
      start = index + 1
    }
    say(
      """
      inputs: \(Mutation.allCases.map { "\($0.rawValue) \(progress[$0])" }.joined(separator: ", "))
      refused \(progress[.refused]), loaded and inspected \(progress[.loaded]); of those, evaluated \
      \(progress[.evaluated]), failed with an error \(progress[.failed]), stopped after two \
      seconds \(stopped)
      crashes \(crashes), hangs \(hangs), over a second \(progress[.slow]), \
      over the bound of memory \(progress[.large])
      """)
    return crashes + hangs + progress[.slow] + progress[.large]
  }

  private func worker(from start: Int, count: Int, until end: Date) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments =
      [
        "--seed", "\(options.seed)", "--start", "\(start)", "--count", "\(count)",
        "--seconds", "\(end.timeIntervalSinceNow)", "--progress", progressPath,
        "--only", options.mutations.map(\.rawValue).joined(separator: ","),
      ] + (options.save.map { ["--save", $0] } ?? []) + options.paths
    // One thread: inputs are small, and processor time then is what an input takes.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]) { own, _ in own }
    try process.run()
    return process
  }

  private func report(_ index: Int, _ what: String) {
    let (seed, mutation, bytes) = Worker.input(index, options, seeds)
    say("input \(index) of seed \(options.seed) \(what): \(mutation.rawValue), \(seed.name)")
    Worker.save(bytes, index, options)
  }

  /// The processor time of a process.
  private static func cpuMilliseconds(of process: Int32) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[name...].split(separator: " ")
    guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
      return nil
    }
    return (user + system) * 1000 / sysconf(Int32(_SC_CLK_TCK))
  }
}
