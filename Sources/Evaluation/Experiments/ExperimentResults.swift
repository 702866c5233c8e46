// SPDX-License-Identifier: Apache-2.0

import Attribution

/// All that an experiment found.
public struct ExperimentResults: Sendable {
  /// How the experiment is called.
  public let name: String
  /// What it asks, in the words of whoever wrote it; may be empty.
  public let summary: String
  /// In the experiment's order.
  public let cells: [CellResult]
  /// The text of the file that the experiment was read from, where it was.
  public let source: String?

  public init(
    name: String, summary: String = "", cells: [CellResult], source: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.cells = cells
    self.source = source
  }
}

/// What one cell of an experiment's grid is: one way to explain one network on one set of instances.
public struct CellIdentity: Sendable, Hashable, Codable {
  /// The names that the experiment gives.
  public let model: String
  public let data: String
  public let slice: String
  public let quantity: String
  public let method: String

  public init(model: String, data: String, slice: String, quantity: String, method: String) {
    self.model = model
    self.data = data
    self.slice = slice
    self.quantity = quantity
    self.method = method
  }
}

/// What one cell of an experiment gave.
public struct CellResult: Sendable {
  public let cell: CellIdentity
  /// Why there are no explanations, where there are none.
  public let failure: String?
  /// What was explained, in the data's order; empty where the cell failed.
  public let instances: [InstanceRecord]
  public let metrics: [MetricRecord]
  /// What made the attributions; `nil` where the cell failed.
  public let configuration: Configuration?
  /// The folder's file of attributions, `[instances, …]`, `.npy`; `nil` where the cell failed.
  public let attributions: String?
  /// Where its files are, within the experiment's folder; cells of one configuration share them.
  public let folder: String?

  public init(
    cell: CellIdentity, failure: String? = nil, instances: [InstanceRecord] = [],
    metrics: [MetricRecord] = [], configuration: Configuration? = nil, attributions: String? = nil,
    folder: String? = nil
  ) {
    self.cell = cell
    self.failure = failure
    self.instances = instances
    self.metrics = metrics
    self.configuration = configuration
    self.attributions = attributions
    self.folder = folder
  }
}

/// What the explanation of one instance was, and took.
public struct InstanceRecord: Sendable, Equatable {
  /// Its row in the data, from 0.
  public let index: Int
  /// The quantity at the instance.
  public let quantity: Double
  /// Σ attributions less the quantity's change; `nil` where there is no path.
  public let gap: Double?
  /// Σ |error| / Σ |attribution| as the explanation itself estimates it; `nil` where it does not.
  public let errorEstimate: Double?
  /// Gradients, or rows of methods without.
  public let evaluations: Double
  public let seconds: Double

  public init(
    index: Int, quantity: Double, gap: Double?, errorEstimate: Double?, evaluations: Double,
    seconds: Double
  ) {
    self.index = index
    self.quantity = quantity
    self.gap = gap
    self.errorEstimate = errorEstimate
    self.evaluations = evaluations
    self.seconds = seconds
  }
}

/// What a metric said of a cell.
public struct MetricRecord: Sendable {
  public let name: String
  public let family: MetricFamily
  public let direction: MetricDirection
  public let unit: String
  /// Why there are no scores, where there are none.
  public let failure: String?
  /// Scores in the order of the cell's instances, and curves where the metric has them.
  public let result: MetricResult

  public init(
    _ metric: any Metric, failure: String? = nil, result: MetricResult = MetricResult([])
  ) {
    self.init(
      name: metric.name, family: metric.family, direction: metric.direction, unit: metric.unit,
      failure: failure, result: result)
  }

  public init(
    name: String, family: MetricFamily, direction: MetricDirection, unit: String,
    failure: String? = nil, result: MetricResult = MetricResult([])
  ) {
    self.name = name
    self.family = family
    self.direction = direction
    self.unit = unit
    self.failure = failure
    self.result = result
  }
}
