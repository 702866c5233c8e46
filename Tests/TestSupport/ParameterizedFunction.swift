// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// A network written as a Swift function of named weights, which can be replaced.
public struct ParameterizedFunction: ParameterizedModel {
  public let parameters: [ModelParameter]
  private let build: @Sendable ([String: Tensor]) -> FunctionModel
  private let function: FunctionModel

  public init(
    _ parameters: [ModelParameter], build: @escaping @Sendable ([String: Tensor]) -> FunctionModel
  ) {
    self.parameters = parameters
    self.build = build
    function = build(
      Dictionary(parameters.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first }))
  }

  public var inputs: [ModelInput] { function.inputs }
  public var outputs: [Place] { function.outputs }
  public var head: OutputHead? { function.head }
  public var layers: [ModelLayer] { function.layers }

  public func places(of layer: String, anchor: Anchor) throws -> [Place] {
    try function.places(of: layer, anchor: anchor)
  }

  public func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
    try function.evaluate(wanted, given: given)
  }

  public func replacing(_ tensors: [String: Tensor]) throws -> ParameterizedFunction {
    let replacements = try parameters.replacements(tensors)
    return ParameterizedFunction(
      parameters.map {
        ModelParameter($0.name, layers: $0.layers, tensor: replacements[$0.name] ?? $0.tensor)
      }, build: build)
  }

  /// x → tanh(x W₁) → tanh(· W₂) → · W₃, `[rows, features]` to `[rows, 3]`, float64, with layers
  /// `first`, `second` and `y`.
  public static func smooth(features: Int = 12, seed: UInt64 = 2) throws -> ParameterizedFunction {
    let generator = try Generator(seed: seed)
    func weights(_ rows: Int, _ columns: Int) throws -> Tensor {
      try Tensor.normal(
        [rows, columns], standardDeviation: 1 / Double(rows).squareRoot(), type: .float64,
        from: generator)
    }
    let parameters = try [
      ModelParameter("w1", layers: ["first"], tensor: weights(features, 8)),
      ModelParameter("w2", layers: ["second"], tensor: weights(8, 8)),
      ModelParameter("w3", layers: ["y"], tensor: weights(8, 3)),
    ]
    let none = try Tensor.zeros([0])
    return ParameterizedFunction(parameters) { weights in
      FunctionModel(
        inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"],
        layers: ["first", "second", "y"]
      ) { values in
        let first = try values.mark(
          "first", values["x"].matrixProduct(weights["w1"] ?? none).hyperbolicTangent())
        let second = try values.mark(
          "second", first.matrixProduct(weights["w2"] ?? none).hyperbolicTangent())
        try values.mark("y", second.matrixProduct(weights["w3"] ?? none))
      }
    }
  }
}
