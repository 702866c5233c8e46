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

  /// Attention with two heads over four tokens, in a block as transformers have it: `x` → `normal`
  /// (layer normalization) → attention → `mixed` (added to what came in, GELU) → mean over tokens →
  /// `y`, `[rows, 4, 6]` to `[rows, 3]`.
  public static func attention(seed: UInt64 = 4) throws -> FunctionModel {
    let generator = try Generator(seed: seed)
    let maps = try (0..<4).map { _ in
      try Tensor.normal([6, 6], type: .float64, from: generator) * 0.6
    }
    let last = try Tensor.normal([6, 3], type: .float64, from: generator)
    return FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"],
      layers: ["normal", "mixed", "y"]
    ) { values in
      let x = try values["x"]
      let rows = x.shape[0]
      let normal = try values.mark("normal", x.layerNormalized(shape: [6]))
      func heads(_ map: Tensor) throws -> Tensor {
        try normal.matrixProduct(map).reshaped(to: [rows, 4, 2, 3]).transposed(1, 2)
      }
      let (query, key, value) = try (heads(maps[0]), heads(maps[1]), heads(maps[2]))
      let shares = try (query.matrixProduct(key.transposed()) / 3.0.squareRoot()).softmax(axis: -1)
      let seen = try shares.matrixProduct(value).transposed(1, 2).reshaped(to: [rows, 4, 6])
      // Without a way around `normal`, so that all of it flows through each layer.
      let mixed = try values.mark("mixed", (normal + seen.matrixProduct(maps[3])).gelu())
      try values.mark("y", mixed.mean(axes: [1]).matrixProduct(last))
    }
  }

  /// A gated recurrent unit over four tokens: `x` → `embedded` (linear, tanh) → `last` (the state
  /// after the last token) → `y`, `[rows, 4, 6]` to `[rows, 3]`.
  public static func recurrence(seed: UInt64 = 5) throws -> FunctionModel {
    let generator = try Generator(seed: seed)
    func weights(_ rows: Int, _ columns: Int) throws -> Tensor {
      try Tensor.normal([rows, columns], type: .float64, from: generator) * 0.7
    }
    let embed = try weights(6, 5)
    let (reads, keeps) = try (
      (0..<3).map { _ in try weights(5, 4) }, (0..<3).map { _ in try weights(4, 4) }
    )
    let last = try weights(4, 3)
    return FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"],
      layers: ["embedded", "last", "y"]
    ) { values in
      let embedded = try values.mark(
        "embedded", values["x"].matrixProduct(embed).hyperbolicTangent())
      var state = try embedded.selected(0, axis: 1).matrixProduct(reads[0]).hyperbolicTangent()
      for token in 1..<4 {
        let x = try embedded.selected(token, axis: 1)
        func gate(_ index: Int, _ state: Tensor) throws -> Tensor {
          try x.matrixProduct(reads[index]) + state.matrixProduct(keeps[index])
        }
        let reset = try gate(0, state).sigmoid()
        let update = try gate(1, state).sigmoid()
        let candidate = try gate(2, reset * state).hyperbolicTangent()
        state = try (1 - update) * candidate + update * state
      }
      let end = try values.mark("last", state)
      try values.mark("y", end.matrixProduct(last))
    }
  }

  /// Random tokens, `[3, 4, 6]`.
  public static func tokens(seed: UInt64 = 6) throws -> Tensor {
    try Tensor.normal([3, 4, 6], type: .float64, from: Generator(seed: seed))
  }

  /// Random rows, `[rows, features]`.
  public static func rows(
    _ count: Int, features: Int = 4, type: ElementType = .float64, seed: UInt64 = 3
  ) throws -> Tensor {
    try Tensor.normal([count, features], type: type, from: Generator(seed: seed))
  }
}
