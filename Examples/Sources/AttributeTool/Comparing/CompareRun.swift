// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Glibc

/// What stands on the command line of `attribute compare`.
public struct CompareOptions: Sendable {
  /// The experiment's file; or, of a quick one, the model and the instances.
  public var arguments: [String]
  public var isQuick = false
  /// The folder of the results.
  public var output: String?
  public var showsProgress = false

  public init(_ arguments: [String]) { self.arguments = arguments }
}

/// A run of `attribute compare`.
public struct CompareRun: Sendable {
  public let plan: ComparePlan
  /// The folder of the results, absolute.
  public let output: String
  private let showsProgress: Bool

  /// Reads the experiment, and goes to the folder from which its files are found.
  public init(_ options: CompareOptions) throws {
    showsProgress = options.showsProgress
    if options.isQuick {
      guard options.arguments.count > 1 else {
        throw ToolError.usage("--quick wants a model and instances: MODEL DATA …")
      }
      let model = options.arguments[0]
      let file = try QuickExperiment.file(
        model: model, inputs: Array(options.arguments.dropFirst()))
      output = Self.absolute(options.output ?? "compare-\(model.fileName)")
      plan = try ComparePlan(
        file, source: QuickExperiment.text(of: file), name: "the quick experiment")
    } else {
      guard options.arguments.count == 1, let file = options.arguments.first else {
        throw ToolError.usage(
          "one experiment's file is run at a time: name it, or --quick MODEL DATA")
      }
      guard let output = options.output else {
        throw ToolError.usage("say where the results go: --output DIR")
      }
      self.output = Self.absolute(output)
      var text: [UInt8] = []
      try SystemFile.forEachPiece(of: file) { text += $0 }
      if let slash = file.lastIndex(of: "/") {
        let folder = slash == file.startIndex ? "/" : String(file[..<slash])
        guard chdir(folder) == 0 else {
          throw ToolError.data("\(folder): \(String(cString: strerror(errno)))")
        }
      }
      plan = try ComparePlan(text: text, name: file.fileName)
    }
  }

  /// Works through the experiment.
  ///
  /// - Returns: What is told at the end.
  /// - Throws: ``ToolError/data(_:)`` where not one cell has explanations.
  public func run() throws -> String {
    try plan.setThreads()
    let bar = showsProgress ? CompareProgress() : nil
    defer { bar?.clear() }
    let results = try plan.experiment.run(in: output) { bar?.show($0) }
    bar?.clear()
    let failed = results.cells.filter { $0.failure != nil }
    if failed.count == results.cells.count, let first = failed.first {
      throw ToolError.data("no cell has explanations; the first: \(first.failure ?? "")")
    }
    try plan.experiment.writeReport(of: results, in: output)
    return summary(of: results)
  }

  private func summary(of results: ExperimentResults) -> String {
    var lines = ["\(results.name) · \(results.cells.count) cells"]
    for cell in results.cells {
      if let failure = cell.failure { lines.append("failed: \(words(for: cell)): \(failure)") }
    }
    lines += metricFailures(of: results)
    lines.append(
      "wrote \(output)/report.html, summary.csv, comparisons.csv, experiment.json and cells/")
    return lines.joined(separator: "\n") + "\n"
  }

  /// A metric that has no meaning for some methods fails for each of them: told once.
  private func metricFailures(of results: ExperimentResults) -> [String] {
    let names = results.cells.first { !$0.metrics.isEmpty }?.metrics.map(\.name) ?? []
    return names.compactMap { name in
      let failures = results.cells.compactMap { cell in
        cell.metrics.first { $0.name == name }?.failure.map { (cell: cell, failure: $0) }
      }
      guard let first = failures.first else { return nil }
      let count = failures.count == 1 ? "1 cell" : "\(failures.count) cells"
      return "no \(name) for \(count), as \(words(for: first.cell)): \(first.failure)"
    }
  }

  private func words(for cell: CellResult) -> String {
    let name = cell.cell
    return [name.model, name.data, name.slice, name.quantity, name.method].joined(separator: " · ")
  }

  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    guard let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return String(cString: folder) + "/" + path
  }
}
