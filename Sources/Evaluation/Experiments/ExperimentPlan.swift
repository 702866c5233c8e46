// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// The version of this package, which results carry.
public let packageVersion = "0.1.0"

/// All cells of one model and one data set.
struct PlannedBlock: Sendable {
  let model: ExperimentModel
  let data: ExperimentData
  /// In the experiment's order.
  let cells: [PlannedCell]

  /// What is worked on: cells that differ in names alone, once; those that differ in the quantity
  /// alone, together.
  var groups: [[PlannedCell]] {
    var seen = Set<String>()
    let single = cells.filter { seen.insert($0.key).inserted }
    var places: [String: Int] = [:]
    var groups: [[PlannedCell]] = []
    for cell in single {
      let common = "\(cell.slice.configuration)\n\(cell.method.configuration)"
      if let place = places[common] {
        groups[place].append(cell)
      } else {
        places[common] = groups.count
        groups.append([cell])
      }
    }
    return groups
  }
}

/// One cell of the grid, before it is worked on.
struct PlannedCell: Sendable {
  let identity: CellIdentity
  let slice: ExperimentSlice
  let quantity: ExperimentQuantity
  let method: ExperimentMethod
  /// The digest of all that its attributions depend on; metrics are not among it.
  let key: String
}

extension Experiment {
  var plan: [PlannedBlock] {
    models.flatMap { model in
      data.filter { $0.models?.contains(model.name) ?? true }.map { data in
        PlannedBlock(model: model, data: data, cells: cells(of: model, data))
      }
    }
  }

  private func cells(of model: ExperimentModel, _ data: ExperimentData) -> [PlannedCell] {
    slices.flatMap { slice in
      quantities.flatMap { quantity in
        (methods + controls).map { method in
          PlannedCell(
            identity: CellIdentity(
              model: model.name, data: data.name, slice: slice.name, quantity: quantity.name,
              method: method.name),
            slice: slice, quantity: quantity, method: method,
            key: SHA256.digest(
              of: [
                "cell 1", packageVersion, Runtime.version, model.configuration,
                data.hash ?? data.name, "\(data.count)", slice.configuration,
                quantity.configuration, method.configuration, "\(seed)",
                "\(rowsAtOnce.map(String.init) ?? "automatic")",
                // A line's end keeps the parts apart, whatever is in them.
              ].map { "\($0.utf8.count) \($0)" }.joined(separator: "\n")))
        }
      }
    }
  }
}
