// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

/// Guided backpropagation and deconvolution: what goes back through ReLU, and which laws that breaks.
@Suite struct RectifierMethodTests {
  private static func methods(
    _ model: any Model, _ quantity: any QuantityOfInterest = .classScore(0)
  ) -> [any AttributionMethod] {
    [GuidedBackpropagation(model, quantity: quantity), Deconvolution(model, quantity: quantity)]
  }

  private func values(_ method: any AttributionMethod, _ x: [Double]) throws -> [Double] {
    try method.attributions(for: Tensor(x, shape: [1, x.count])).values.numbers()
  }

  @Test func `only what is positive goes back through ReLU`() throws {
    // w · ReLU(x): gradients w where x > 0.
    let model = ToyModels.function { x in
      try (x.relu() * Tensor([2, -3, 5, -7] as [Double])).sum(axes: [1], keepingAxes: true)
    }
    let x = [1.0, 1, -1, -1]
    #expect(try values(Saliency(model, quantity: .classScore(0)), x) == [2, -3, 0, 0])
    #expect(try values(GuidedBackpropagation(model, quantity: .classScore(0)), x) == [2, 0, 0, 0])
    #expect(try values(Deconvolution(model, quantity: .classScore(0)), x) == [2, 0, 5, 0])
  }

  @Test func `where all is positive both are the gradient`() throws {
    let model = ToyModels.function { x in
      let hidden = try (x * 2).relu() + 1
      return try hidden.relu().sum(axes: [1], keepingAxes: true)
    }
    for method in Self.methods(model) { #expect(try values(method, [1, 2]) == [2, 2]) }
  }

  @Test func `neither is linear in the quantity`() throws {
    let model = ToyModels.function { x in
      let unit = try x.relu()
      return try .concatenated([unit, -unit], axis: 1)
    }
    for make in [0, 1] {
      func attribution(_ quantity: any QuantityOfInterest) throws -> Double {
        try values(Self.methods(model, quantity)[make], [1])[0]
      }
      // The classes' sum is 0 everywhere, and so is its gradient.
      #expect(try attribution(.classScore(0)) + attribution(.classScore(1)) == 1)
      #expect(try attribution(.classScore(0) + .classScore(1)) == 0)
    }
  }

  @Test func `one function in two forms gets two answers`() throws {
    let one = ToyModels.function { try -$0.relu() }
    let other = ToyModels.function { try $0.relu() - $0.relu() * 2 }
    let x = try Tensor([1] as [Double], shape: [1, 1])
    #expect(
      try one.evaluate([Place("y")], given: [Place("x"): x])[0].numbers()
        == other.evaluate([Place("y")], given: [Place("x"): x])[0].numbers())
    for make in [0, 1] {
      #expect(try values(Self.methods(one)[make], [1]) == [0])
      #expect(try values(Self.methods(other)[make], [1]) == [1])
    }
    #expect(try values(Saliency(one, quantity: .classScore(0)), [1]) == [-1])
    #expect(try values(Saliency(other, quantity: .classScore(0)), [1]) == [-1])
  }

  @Test func `an input without influence is named`() throws {
    let model = ToyModels.function { x in
      let (used, unused) = try (x[.all, 0..<1].relu(), x[.all, 1..<2])
      return try used + unused.relu() - unused.relu()
    }
    #expect(try values(Saliency(model, quantity: .classScore(0)), [1, 1]) == [1, 0])
    for method in Self.methods(model) { #expect(try values(method, [1, 1]) == [1, 1]) }
  }

  @Test func `times the way they do not sum to the change`() throws {
    // ReLU(x₀ − x₁) is positively homogeneous: gradient times input sums to it exactly.
    let model = ToyModels.function { x in
      let (a, b) = try (x[.all, 0..<1].relu(), x[.all, 1..<2].relu())
      return try (a - b).relu()
    }
    let x = [3.0, 1]
    let gradient = try values(GradientTimesInput(model, quantity: .classScore(0)), x)
    #expect(gradient.reduce(0, +) == 2)
    for method in Self.methods(model) {
      let influence = try values(method, x)
      #expect(zip(influence, x).reduce(0) { $0 + $1.0 * $1.1 } == 3)
    }
  }

  @Test func `through linear layers and ReLU deconvolution does not see the instance`() throws {
    let model = try ToyModels.wrapperNetwork()
    let x = try ToyModels.rows(5, features: 2)
    let deconvolution = try Deconvolution(model, quantity: .classScore(0)).attributions(for: x)
    let first = try deconvolution.values[0..<1]
    for row in 1..<5 {
      try expectClose(deconvolution.values[row..<row + 1], first, absolute: 0, relative: 0)
    }
    let guided = try GuidedBackpropagation(model, quantity: .classScore(0)).attributions(for: x)
    #expect(Set(try guided.values.numbers()).count > 2)
  }

  @Test func `without ReLU there is nothing to change`() throws {
    let smooth = try ToyModels.smooth()
    #expect(throws: ComparatorError.noRectifier(method: "guided backpropagation")) {
      try GuidedBackpropagation(smooth).attributions(for: ToyModels.rows(1))
    }
    #expect(throws: ComparatorError.noRectifier(method: "deconvolution")) {
      try Deconvolution(smooth).attributions(for: ToyModels.rows(1))
    }
  }

  @Test func `it says that it is an influence, and of what`() throws {
    let model = try ToyModels.wrapperNetwork()
    let result = try GuidedBackpropagation(
      model, quantity: .classScore(0), slice: NetworkSlice(from: .layer("hidden"), to: .output)
    ).attributions(for: ToyModels.rows(2, features: 2))
    #expect(result.configuration.measure == .influence && result.completenessGap == nil)
    #expect(result.configuration.distribution == "guided backpropagation")
    #expect(result.configuration.from == "hidden" && result.cost.backwardRows == 2)
  }
}
