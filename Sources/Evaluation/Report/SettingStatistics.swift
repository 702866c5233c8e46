// SPDX-License-Identifier: Apache-2.0

/// What the scores of a setting's configurations say.
struct SettingStatistics {
  let setting: ReportSetting
  let metrics: [MetricStatistics]
  /// Of each configuration the mean of its ranks over the metrics, 1 the best; `nil` without any
  /// score.
  let meanRanks: [Double?]
  /// The configurations' places, the best mean rank first, those without scores last.
  let order: [Int]

  init(_ setting: ReportSetting, options: ExperimentReport.Options) {
    self.setting = setting
    let indices = setting.indices
    let metrics = setting.metrics.map {
      MetricStatistics($0, of: setting.cells, on: indices, options: options)
    }
    self.metrics = metrics
    let meanRanks = setting.cells.indices.map { cell -> Double? in
      let ranks = metrics.compactMap { $0.ranks.map { $0[cell] } }
      let hasScores = metrics.contains { $0.estimates[cell].mean.isFinite }
      return hasScores ? ranks.reduce(0, +) / Double(ranks.count) : nil
    }
    self.meanRanks = meanRanks
    order = setting.cells.indices.sorted {
      let (a, b) = (meanRanks[$0] ?? .infinity, meanRanks[$1] ?? .infinity)
      return a != b ? a < b : $0 < $1
    }
  }
}

/// What one metric says of a setting's configurations.
struct MetricStatistics {
  let record: MetricRecord
  /// Of each configuration; a mean of NaN where it has no score.
  let estimates: [MeanEstimate]
  /// The configuration with the best mean; `nil` where none has one.
  let best: Int?
  /// Pairs of configurations that have scores, the earlier first.
  let comparisons: [Comparison]
  /// Whether every pair is among them, or those with the best alone.
  let comparesAll: Bool

  /// Two configurations.
  struct Comparison {
    let first: Int
    let second: Int
    let comparison: PairedComparison
    /// After Holm's correction over the metric's comparisons in this setting.
    let pValue: Double
  }

  /// p-values below it are told as significant.
  static let level = 0.05
  /// Configurations up to which every pair is compared.
  static let mostCompared = 16

  init(
    _ record: MetricRecord, of cells: [CellResult], on indices: [Int],
    options: ExperimentReport.Options
  ) {
    self.record = record
    let scores = cells.map { $0.scores(record.name, of: indices) }
    let estimates = zip(cells, scores).map { cell, scores in
      // What a configuration did not explain, or a metric did not judge, is not left out of the mean:
      // it never was in it.
      let isJudged = cell.metric(record.name)?.result.scores.isEmpty == false
      let own = isJudged ? Set(cell.instances.map(\.index)) : []
      return MeanEstimate(
        zip(indices, scores).filter { own.contains($0.0) }.map(\.1),
        confidence: options.confidence, seed: options.seed)
    }
    self.estimates = estimates
    let scored = cells.indices.filter { estimates[$0].mean.isFinite }
    let sign = record.direction == .higherIsBetter ? 1.0 : -1.0
    best = scored.max { sign * estimates[$0].mean < sign * estimates[$1].mean }
    comparesAll = scored.count <= Self.mostCompared
    let best = best
    let pairs = scored.flatMap { first in
      scored.filter { $0 > first }.map { (first, $0) }
    }.filter { scored.count <= Self.mostCompared || $0.0 == best || $0.1 == best }
    // So many that the least p-value stays below the level after the correction.
    let flips = max(9999, 100 * pairs.count)
    let compared = pairs.map {
      PairedComparison(
        scores[$0.0], scores[$0.1], confidence: options.confidence, flips: flips,
        seed: options.seed)
    }
    let corrected = HolmCorrection.adjusted(compared.map(\.pValue))
    comparisons = pairs.indices.map {
      Comparison(
        first: pairs[$0].0, second: pairs[$0].1, comparison: compared[$0], pValue: corrected[$0])
    }
  }

  /// How a configuration stands to the best.
  enum Standing { case best, likeBest, worse, unknown }

  func standing(of cell: Int) -> Standing {
    guard let best, estimates[cell].mean.isFinite else { return .unknown }
    guard cell != best else { return .best }
    let pair = comparisons.first {
      ($0.first, $0.second) == (min(cell, best), max(cell, best))
    }
    guard let pair, !pair.pValue.isNaN else { return .unknown }
    // On the instances that both have, the best by its own mean may be the worse.
    let difference = pair.comparison.difference.mean * (pair.first == best ? 1 : -1)
    let isWorse = record.direction == .higherIsBetter ? difference > 0 : difference < 0
    return isWorse && pair.pValue < Self.level ? .worse : .likeBest
  }

  /// Each configuration's rank by its mean, 1 the best; `nil` where no configuration has one.
  ///
  /// Equal means share theirs; those without a mean share the last.
  var ranks: [Double]? {
    guard best != nil else { return nil }
    let sign = record.direction == .higherIsBetter ? -1.0 : 1.0
    // Infinities are equal to each other, which NaN is not.
    return Correlation.ranks(
      estimates.map { $0.mean.isFinite ? sign * $0.mean : .infinity })
  }
}
