// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import Torch

/// What was run while somebody counted.
final class RowCount: Sendable {
  private let counts = Mutex((forward: 0, explained: 0))

  var forward: Int { counts.withLock { $0.forward } }
  var explained: Int { counts.withLock { $0.explained } }

  func add(forward: Int = 0, explained: Int = 0) {
    counts.withLock {
      $0.forward += forward
      $0.explained += explained
    }
  }
}

/// A network that counts the rows it runs.
struct CountingModel: Model {
  let base: any Model
  let count: RowCount

  var inputs: [ModelInput] { base.inputs }
  var outputs: [Place] { base.outputs }
  var head: OutputHead? { base.head }
  var layers: [ModelLayer] { base.layers }

  func places(of layer: String, anchor: Anchor) throws -> [Place] {
    try base.places(of: layer, anchor: anchor)
  }

  func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
    let shared = Set(inputs.filter { !$0.hasRows }.map(\.place))
    let rows = given.filter { !shared.contains($0.key) }.map { $0.value.shape.first ?? 1 }
    count.add(forward: rows.max() ?? 0)
    return try base.evaluate(wanted, given: given)
  }

  func requirements(of wanted: [Place], given: [Place]) -> [Place] {
    base.requirements(of: wanted, given: given)
  }

  func affineReach(of given: [Place], toward wanted: [Place]) -> [Place] {
    base.affineReach(of: given, toward: wanted)
  }

  func firstNonFinite(
    _ wanted: [Place], given: [Place: Tensor], gradient: GradientTarget?
  ) throws -> NonFinite? {
    try base.firstNonFinite(wanted, given: given, gradient: gradient)
  }
}

/// A method that counts the instances it explains; the rows that it runs for them are not counted.
struct CountingMethod: AttributionMethod {
  let base: any AttributionMethod
  let count: RowCount
  let inputsWithRows: [String]

  func attributions(for inputs: Inputs) throws -> Attributions {
    let tensors = inputs.tensors
    let rows = (inputsWithRows + [""]).lazy.compactMap { tensors[$0]?.shape.first }.first
    count.add(explained: rows ?? 0)
    return try base.attributions(for: inputs)
  }
}

extension Explainer {
  /// The same explainer, whose explanations are counted.
  func counting(_ count: RowCount) -> Explainer {
    Explainer(name, slice: slice, quantity: quantity) { model, _, quantity in
      let plain = (model as? CountingModel)?.base ?? model
      return CountingMethod(
        base: try method(for: plain, quantity: quantity), count: count,
        inputsWithRows: model.inputs.filter(\.hasRows).map(\.name))
    }
  }
}
