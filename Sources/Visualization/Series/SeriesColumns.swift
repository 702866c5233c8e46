// SPDX-License-Identifier: Apache-2.0

/// A channel in columns of a drawing, each of which keeps the extremes of its steps.
struct SeriesColumns: Sendable {
  struct Column: Sendable, Equatable {
    /// The least and the greatest finite value in the order in which they come; one where both are
    /// the same step, none where all are missing.
    var values: [Double] = []
    /// Likewise of the baseline.
    var baseline: [Double] = []
    /// The strongest attribution against, 0 or below.
    var against = 0.0
    /// The strongest for, 0 or above.
    var favor = 0.0
    /// Whether a value is missing.
    var isBroken = false

    /// The stronger of both.
    var attribution: Double { favor >= -against ? favor : against }
  }

  let columns: [Column]
  /// The most steps of a column.
  let steps: Int

  init(_ channel: SeriesPlot.Channel, limit: Int) {
    let count = channel.values.count
    let number = min(count, limit)
    steps = (count + number - 1) / number
    columns = (0..<number).map { index in
      let range = index * count / number..<(index + 1) * count / number
      var column = Column()
      column.values = Self.extremes(of: channel.values[range])
      column.baseline = channel.baseline.map { Self.extremes(of: $0[range]) } ?? []
      column.isBroken = channel.values[range].contains { !$0.isFinite }
      for attribution in channel.attributions[range] where attribution.isFinite {
        column.against = min(column.against, attribution)
        column.favor = max(column.favor, attribution)
      }
      return column
    }
  }

  private static func extremes(of values: ArraySlice<Double>) -> [Double] {
    let finite = values.indices.filter { values[$0].isFinite }
    guard let least = finite.min(by: { values[$0] < values[$1] }),
      let greatest = finite.max(by: { values[$0] < values[$1] })
    else { return [] }
    if least == greatest { return [values[least]] }
    return [min(least, greatest), max(least, greatest)].map { values[$0] }
  }
}

/// Where the line of a channel runs: across in columns, down in shares of the field.
struct SeriesLine: Sendable, Equatable {
  struct Point: Sendable, Equatable {
    var x: Double
    var y: Double
  }

  /// Whole pieces; between them something is missing.
  var runs: [[Point]] = []
  /// The part of the line that belongs to a column: to the middle of the way to both neighbors.
  var own: [[Point]] = []

  init(_ columns: [[Double]], isBroken: [Bool], scale: ChartScale) {
    let points = columns.enumerated().map { index, values in
      values.map { Point(x: Double(index) + 0.5, y: 1 - scale.share(of: $0)) }
    }
    var run: [Point] = []
    for (index, column) in points.enumerated() {
      run += column
      if column.isEmpty || isBroken[index] || index == points.count - 1 {
        if !run.isEmpty { runs.append(run) }
        run = []
      }
    }
    own = points.indices.map { index in
      guard let first = points[index].first, let last = points[index].last else { return [] }
      var piece = points[index]
      if index > 0, !isBroken[index - 1], let before = points[index - 1].last {
        piece.insert(Self.middle(before, first), at: 0)
      }
      if index + 1 < points.count, !isBroken[index], let after = points[index + 1].first {
        piece.append(Self.middle(last, after))
      }
      return piece
    }
  }

  private static func middle(_ a: Point, _ b: Point) -> Point {
    Point(x: (a.x + b.x) / 2, y: (a.y + b.y) / 2)
  }
}

/// What both drawings of a channel are made of.
struct SeriesField: Sendable {
  let columns: [SeriesColumns.Column]
  let scale: ChartScale
  let line: SeriesLine
  let baseline: SeriesLine?

  init(_ channel: SeriesPlot.Channel, _ columns: SeriesColumns) {
    self.columns = columns.columns
    let numbers = columns.columns.flatMap { $0.values + $0.baseline }
    scale = ChartScale(.linear, covering: numbers, ticks: 3)
    let isBroken = columns.columns.map(\.isBroken)
    line = SeriesLine(columns.columns.map(\.values), isBroken: isBroken, scale: scale)
    baseline =
      channel.baseline == nil
      ? nil
      : SeriesLine(
        columns.columns.map(\.baseline), isBroken: isBroken.map { _ in false }, scale: scale)
  }

  /// The line's own pieces by how strongly they are colored, in 24 steps, weakest first: what is
  /// below the first is not seen.
  func halo(scale: Double) -> [(isFor: Bool, strength: Double, pieces: [[SeriesLine.Point]])] {
    var levels: [Int: [[SeriesLine.Point]]] = [:]
    for (column, piece) in zip(columns, line.own) where !piece.isEmpty {
      let level = Int((min(max(column.attribution / scale, -1), 1) * 24).rounded())
      if level != 0 { levels[level, default: []].append(piece) }
    }
    return levels.sorted { (abs($0.key), $0.key) < (abs($1.key), $1.key) }
      .map { ($0.key > 0, Double(abs($0.key)) / 24, $0.value) }
  }
}

extension SeriesPlot {
  /// Marks of the time axis that lie within the series: where, from 0 to 1, and what they say.
  func timeTicks(aim: Int) -> [(share: Double, label: String)] {
    let end = Double(count - 1) * time.step
    let axis = ChartScale(.linear, covering: [0, end], ticks: aim)
    return zip(axis.ticks, axis.labels).filter { $0.0 >= 0 && $0.0 <= end * (1 + 1e-9) }
      .map { (($0.0 / time.step + 0.5) / Double(count), $0.1) }
  }

  /// Where marked steps lie, from 0 to 1.
  var markedShares: [ClosedRange<Double>] {
    marked.map { Double($0.lowerBound) / Double(count)...Double($0.upperBound) / Double(count) }
  }
}
