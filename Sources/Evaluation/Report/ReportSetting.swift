// SPDX-License-Identifier: Apache-2.0

/// What is the same for the configurations that a report compares: network, data, slice, quantity.
struct ReportSetting {
  let model: String
  let data: String
  let slice: String
  let quantity: String
  /// The configurations, in the experiment's order; those that failed too.
  let cells: [CellResult]
  /// From 0, for anchors.
  let place: Int

  /// The experiment's settings, in the order in which they first come.
  static func settings(of cells: [CellResult]) -> [ReportSetting] {
    var order: [[String]] = []
    var groups: [[String]: [CellResult]] = [:]
    for cell in cells {
      let key = [cell.cell.model, cell.cell.data, cell.cell.slice, cell.cell.quantity]
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(cell)
    }
    return order.enumerated().map { place, key in
      ReportSetting(
        model: key[0], data: key[1], slice: key[2], quantity: key[3], cells: groups[key] ?? [],
        place: place)
    }
  }

  /// Rows of the data that some configuration explained, ascending.
  var indices: [Int] { Set(cells.flatMap { $0.instances.map(\.index) }).sorted() }

  /// The metrics of any configuration, in the order in which they first come.
  var metrics: [MetricRecord] {
    var known: Set<String> = []
    return cells.flatMap(\.metrics).filter { known.insert($0.name).inserted }
  }
}

extension CellResult {
  func metric(_ name: String) -> MetricRecord? { metrics.first { $0.name == name } }

  /// A metric's scores of these rows of the data; NaN where there is none.
  func scores(_ name: String, of indices: [Int]) -> [Double] {
    guard let scores = metric(name)?.result.scores else { return indices.map { _ in .nan } }
    let known = Dictionary(
      zip(instances.map(\.index), scores), uniquingKeysWith: { first, _ in first })
    return indices.map { known[$0] ?? .nan }
  }

  /// NaN where nothing was explained.
  var meanEvaluations: Double {
    instances.reduce(0) { $0 + $1.evaluations } / Double(instances.count)
  }

  /// NaN where nothing was explained.
  var meanSeconds: Double { instances.reduce(0) { $0 + $1.seconds } / Double(instances.count) }
}
