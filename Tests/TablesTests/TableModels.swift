// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Small networks whose attributions are known.
enum TableModels {
  /// `x`, `[rows, 1]`, as it is.
  static let identity = FunctionModel(
    inputs: [ModelInput("x", elementType: .float64, shape: [nil, 1])], outputs: ["y"]
  ) { values in try values.mark("y", values["x"] * 1) }

  /// x · w, `[rows, 1]`.
  static func linear(_ weights: [Double]) -> FunctionModel {
    FunctionModel(
      inputs: [ModelInput("x", elementType: .float64, shape: [nil, weights.count])], outputs: ["y"]
    ) { values in
      try values.mark("y", values["x"].matrixProduct(Tensor(weights, shape: [weights.count, 1])))
    }
  }

  /// tanh(x + Σ e), with e looked up by `ids` in [[1, 2], [3, −5]]: `[rows, 1]`.
  static func lookedUp() throws -> LookupModel {
    let table = try Tensor([1, 2, 3, -5] as [Double], shape: [2, 2])
    let function = FunctionModel(
      inputs: [
        ModelInput("x", elementType: .float64, shape: [nil, 1]),
        ModelInput("ids", elementType: .int64, shape: [nil]),
      ], outputs: ["y"], layers: ["vectors", "y"]
    ) { values in
      let vectors = try values.mark("vectors", table.selecting(values["ids"]))
      try values.mark(
        "y", (values["x"] + vectors.sum(axes: [1], keepingAxes: true)).hyperbolicTangent())
    }
    return LookupModel(
      base: function, embeddings: [Embedding(place: Place("vectors"), input: "ids", table: table)])
  }
}

/// A function that says which of its values are looked up.
struct LookupModel: Model {
  let base: FunctionModel
  let embeddings: [Embedding]

  var inputs: [ModelInput] { base.inputs }
  var outputs: [Place] { base.outputs }
  var head: OutputHead? { nil }
  var layers: [ModelLayer] { base.layers }

  func places(of layer: String, anchor: Anchor) throws -> [Place] {
    try base.places(of: layer, anchor: anchor)
  }

  func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
    try base.evaluate(wanted, given: given)
  }

  func firstNonFinite(
    _ wanted: [Place], given: [Place: Tensor], gradient: GradientTarget?
  ) throws -> NonFinite? {
    try base.firstNonFinite(wanted, given: given, gradient: gradient)
  }
}
