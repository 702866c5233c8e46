// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension ONNXModel {
  /// Runs the model as its file has it, whatever the first axes mean.
  ///
  /// Attributions go through ``evaluate(_:given:)``, which takes first axes for rows and keeps rows
  /// apart. This is for comparing a model with another runtime, where a value may have no rows.
  ///
  /// - Parameter inputs: A tensor for each of ``inputs``, by name.
  /// - Returns: A tensor for each of ``outputs``.
  /// - Throws: ``ONNXError`` where a node fails, `InputError` where an input is missing.
  public func run(_ inputs: [String: Tensor]) throws -> [Tensor] {
    let graph = network.graph
    let names = inputs.keys.sorted()
    let given = try names.map { try (inputs[$0] ?? .zeros([])).moved(to: device) }
    let computed = graph.outputs.filter { network.constants[$0] == nil }
    let plan = try network.plan(
      computed.map { Place(graph.values[$0].name) }, given: names.map { Place($0) })
    var results = try network.run(plan, given: given)[...]
    return graph.outputs.compactMap { network.constants[$0] ?? results.popFirst() }
  }
}
