// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Small networks whose attributions are known.
public enum ToyModels {
  /// A function of `x`, `[rows, features]`, with output `y`, `[rows, …]`.
  public static func function(
    _ body: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> FunctionModel {
    FunctionModel(inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]) { values in
      try values.mark("y", body(values["x"]))
    }
  }

  /// 1 − ReLU(1 − x), `[rows, 1]`: flat beyond 1, where the gradient says that x does not matter.
  public static let saturated = FunctionModel(
    inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
  ) { values in
    try values.mark("y", 1 - (1 - values["x"]).relu())
  }

  /// Two layers with ReLU, no biases: `x` → `hidden` (linear, ReLU) → `second` (linear, ReLU) → `y`,
  /// in the row-vector convention W₁ = [[1, 0], [−1, 1]], W₂ = [[1, 1], [0, 1]], w₃ = [1, 2].
  public static func wrapperNetwork() throws -> FunctionModel {
    let w1 = try Tensor([1, 0, -1, 1] as [Double], shape: [2, 2])
    let w2 = try Tensor([1, 1, 0, 1] as [Double], shape: [2, 2])
    let w3 = try Tensor([1, 2] as [Double], shape: [2, 1])
    return FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"],
      layers: ["hidden", "second", "y"]
    ) { values in
      let hidden = try values.mark("hidden", values["x"].matrixProduct(w1).relu())
      let second = try values.mark("second", hidden.matrixProduct(w2).relu())
      try values.mark("y", second.matrixProduct(w3))
    }
  }

  /// Three inputs, copied to four units by their sum with biases −10, 1, 1, 1; then ReLU, and two
  /// outputs that add the units with biases −1 and 1.
  public static func fourUnits() throws -> FunctionModel {
    let bias = try Tensor([-10, 1, 1, 1] as [Double])
    let outputBias = try Tensor([-1, 1] as [Double])
    return FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"],
      layers: ["units", "y"]
    ) { values in
      let sum = try values["x"].sum(axes: [1], keepingAxes: true)
      let units = try values.mark("units", sum + bias)
      try values.mark("y", units.relu().sum(axes: [1], keepingAxes: true) + outputBias)
    }
  }

  /// A network with a branch around its hidden layer: y = tanh(x W₁) W₂ + x W₃, `[rows, 3]` to
  /// `[rows, 2]`, float64, smooth.
  public static func bypassed(seed: UInt64 = 1) throws -> FunctionModel {
    let generator = try Generator(seed: seed)
    let w1 = try Tensor.normal([3, 4], type: .float64, from: generator)
    let w2 = try Tensor.normal([4, 2], type: .float64, from: generator)
    let w3 = try Tensor.normal([3, 2], type: .float64, from: generator)
    return FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"],
      layers: ["hidden", "y"]
    ) { values in
      let x = try values["x"]
      let hidden = try values.mark("hidden", x.matrixProduct(w1).hyperbolicTangent())
      try values.mark("y", hidden.matrixProduct(w2) + x.matrixProduct(w3))
    }
  }

  /// A smooth network without a bypass: x W₁ → tanh → W₂ → tanh → W₃, `[rows, features]` to
  /// `[rows, 3]`, in any element type.
  public static func smooth(
    features: Int = 4, type: ElementType = .float64, seed: UInt64 = 2
  ) throws -> FunctionModel {
    let generator = try Generator(seed: seed)
    let w1 = try Tensor.normal([features, 6], type: type, from: generator)
    let w2 = try Tensor.normal([6, 5], type: type, from: generator)
    let w3 = try Tensor.normal([5, 3], type: type, from: generator)
    return FunctionModel(
      inputs: [ModelInput("x", elementType: type)], outputs: ["y"],
      layers: ["first", "second", "y"]
    ) { values in
      let first = try values.mark(
        "first", values["x"].matrixProduct(w1).hyperbolicTangent())
      let second = try values.mark("second", first.matrixProduct(w2).hyperbolicTangent())
      try values.mark("y", second.matrixProduct(w3))
    }
  }

  /// Random rows, `[rows, features]`.
  public static func rows(
    _ count: Int, features: Int = 4, type: ElementType = .float64, seed: UInt64 = 3
  ) throws -> Tensor {
    try Tensor.normal([count, features], type: type, from: Generator(seed: seed))
  }
}
