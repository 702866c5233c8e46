// SPDX-License-Identifier: Apache-2.0

import Torch

/// How a body that runs once keeps rows apart: see ``RowAnalysis``.
struct BodyRows: Sendable {
  /// The state of all its outputs.
  let state: RowAnalysis.State
  /// Functions in the stead of nodes' own, by node of the body.
  let replaced: [Int: NodeFunction]

  /// - Returns: Nil where rows may mix, or the body does not run on zeros of the inputs' shapes.
  init?(of body: PreparedBody, in context: RowContext) throws {
    guard body.formalCount == 0 else { return nil }
    var inputs: [RowAnalysis.Input] = []
    for place in body.captured {
      guard let input = context.input(place) else { return nil }
      let known = input.hasRows ? nil : context.reader.constant(place)
      let device = input.elementType.isFloatingPoint ? context.reader.types.device : .cpu
      inputs.append(
        RowAnalysis.Input(
          tensor: try known ?? .zeros(input.shape, type: input.elementType, on: device),
          state: input.hasRows ? .rows : .shared, isKnown: known != nil))
    }
    let analysis = try? withoutRecording { try body.network.analysis(of: inputs) }
    guard let analysis else { return nil }
    let states = Set(body.network.graph.outputs.map { analysis.states[$0] })
    guard states.count == 1, let state = states.first, state != .mixed else { return nil }
    // What is shared counts as following from shapes: all that it was made of must.
    guard state == .rows || inputs.allSatisfy({ $0.isKnown || $0.state == .rows }) else {
      return nil
    }
    self.state = state
    replaced = analysis.replaced
  }
}
