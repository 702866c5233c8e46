// SPDX-License-Identifier: Apache-2.0

import Attribution

/// Tells which explanations are the better ones, for some networks and instances.
///
/// The same instances go through a grid: models × data × slices × quantities × methods, a cell for
/// each combination, and every metric is asked of every cell. ``run(in:onProgress:)`` puts the results
/// into a folder, and goes on there where it was stopped.
public struct Experiment: Sendable {
  public var name: String
  /// What it asks, in words; may be empty.
  public var summary: String
  /// From which all random choices come.
  public var seed: UInt64
  public var models: [ExperimentModel]
  public var data: [ExperimentData]
  public var slices: [ExperimentSlice]
  public var quantities: [ExperimentQuantity]
  public var methods: [ExperimentMethod]
  /// What every method is to beat: methods that do not look at the network.
  public var controls: [ExperimentMethod]
  public var metrics: [any Metric]
  /// Rows evaluated at once; `nil` has them chosen from what a row of the model takes.
  ///
  /// So many instances, 64 at most, are worked on at a time: what is in memory does not depend on how
  /// many there are.
  public var rowsAtOnce: Int?
  /// Where the experiment was read from a file, its text, which results carry.
  public var source: String?

  /// - Precondition: `rowsAtOnce` is positive.
  public init(
    _ name: String, summary: String = "", seed: UInt64 = 0, models: [ExperimentModel],
    data: [ExperimentData], slices: [ExperimentSlice] = [ExperimentSlice()],
    quantities: [ExperimentQuantity] = [ExperimentQuantity()], methods: [ExperimentMethod],
    controls: [ExperimentMethod] = ExperimentMethod.controls, metrics: [any Metric],
    rowsAtOnce: Int? = nil, source: String? = nil
  ) {
    precondition(rowsAtOnce ?? 1 > 0, "at least one row is evaluated at once")
    self.name = name
    self.summary = summary
    self.seed = seed
    self.models = models
    self.data = data
    self.slices = slices
    self.quantities = quantities
    self.methods = methods
    self.controls = controls
    self.metrics = metrics
    self.rowsAtOnce = rowsAtOnce
    self.source = source
  }

  /// The grid's cells, methods going fastest, controls last.
  public var cells: [CellIdentity] { plan.flatMap(\.cells).map(\.identity) }

  /// - Throws: ``ExperimentError`` where something is missing, or a name stands for two things.
  public func check() throws {
    let names: [(what: String, names: [String])] = [
      ("models", models.map(\.name)), ("data", data.map(\.name)), ("slices", slices.map(\.name)),
      ("quantities", quantities.map(\.name)), ("methods", (methods + controls).map(\.name)),
    ]
    for (what, names) in names {
      guard !names.isEmpty else { throw ExperimentError.nothing(of: what) }
      try Self.checkApart(names, what)
    }
    try Self.checkApart(metrics.map(\.name), "metrics")
    let known = models.map(\.name)
    for data in data {
      guard let stranger = data.models?.first(where: { !known.contains($0) }) else { continue }
      throw ExperimentError.unknownModel(stranger, data: data.name, known: known)
    }
  }

  private static func checkApart(_ names: [String], _ what: String) throws {
    var seen = Set<String>()
    guard let second = names.first(where: { !seen.insert($0).inserted }) else { return }
    throw ExperimentError.twice(what: what, name: second)
  }

  /// Works through all cells, and writes what they give into a folder.
  ///
  /// Where the folder has results of this experiment, they are kept: work is done in chunks of
  /// instances, and no finished chunk is done again, nor one of an experiment that was changed where
  /// model, data, slice, quantity, method and seed stayed. A run that was killed and one that was not
  /// end with the same numbers, times excepted.
  ///
  /// A cell or a metric that fails is told in the results, and tried again by the next run.
  ///
  /// - Parameter onProgress: Called after each chunk of a cell; what it throws ends the run.
  /// - Throws: ``ExperimentError``; `CancellationError` where the task was cancelled.
  public func run(
    in folder: String, onProgress: (@Sendable (ExperimentProgress) throws -> Void)? = nil
  ) throws -> ExperimentResults {
    try check()
    let run = try ExperimentRun(self, folder: folder, onProgress: onProgress)
    try run.work()
    return try ExperimentResults(folder: folder)
  }
}
