// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct ExplanationTests {
  /// The first feature decides between two classes, the others do nothing.
  private let model = FunctionModel(
    inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
  ) { values in
    let first = try values["x"].sliced(axis: 1, from: 0, to: 1)
    try values.mark("y", .concatenated([first, 1 - first], axis: 1))
  }
  private let instances: Inputs

  init() throws {
    instances = Inputs(try Tensor([2, 5, -1, 5] as [Double], shape: [2, 2]))
  }

  @Test func valuesKeepTheClassOfTheInstance() throws {
    let explanation = try Explainer("gradient × input") { model, slice, quantity in
      GradientTimesInput(model, quantity: quantity, slice: slice)
    }.explanation(of: instances, in: model)
    #expect(try explanation.ownValues().numbers() == [2, 2])
    // At 0 the second class wins, and the first instance is still explained for the first.
    let values = try explanation.values(at: Activation(Tensor.zeros([4, 2], type: .float64)))
    #expect(try values.numbers() == [0, 1, 0, 1])
  }

  @Test func aHeldQuantityKeepsTheClassOnOtherInstances() throws {
    let explainer = Explainer("gradient") { model, slice, quantity in
      Saliency(model, quantity: quantity, slice: slice)
    }
    let explanation = try explainer.explanation(of: instances, in: model)
    let method = try explainer.method(for: model, quantity: explanation.heldQuantity())
    let swapped = try Tensor([-3, 0, 4, 0, -3, 0, 4, 0] as [Double], shape: [4, 2])
    #expect(
      try method.attributions(for: swapped).values.numbers() == [1, 0, -1, 0, 1, 0, -1, 0])
  }

  @Test func randomChoicesDoNotDependOnTheBatch() throws {
    let explainer = Explainer("gradient") { model, slice, quantity in
      Saliency(model, quantity: quantity, slice: slice)
    }
    let whole = try explainer.explanation(of: instances, in: model)
    let second = try explainer.explanation(
      of: Inputs(try Tensor([-1, 5] as [Double], shape: [1, 2])), in: model, indices: 1..<2)
    let draws = try [whole.generator(for: 1, seed: 7), second.generator(for: 0, seed: 7)].map {
      try Tensor.uniform([3], type: .float64, from: $0).numbers()
    }
    #expect(draws[0] == draws[1])
    #expect(
      try draws[0]
        != Tensor.uniform([3], type: .float64, from: whole.generator(for: 0, seed: 7)).numbers())
  }

  @Test func neighbouringSeedsShareNoDraws() throws {
    let explainer = Explainer("gradient") { model, slice, quantity in
      Saliency(model, quantity: quantity, slice: slice)
    }
    let whole = try explainer.explanation(of: instances, in: model)
    // Of a seed above 2³² the upper half counts too.
    let draws = try [7, 8, 7 + 1 << 32, 8 + 1 << 63].flatMap { seed in
      try (0..<2).map { row in
        try Tensor.uniform([1], type: .float64, from: whole.generator(for: row, seed: seed))
          .number()
      }
    }
    #expect(Set(draws).count == 8)
  }

  @Test func pixelsAddTheirChannels() throws {
    let attribution = try Tensor((0..<12).map(Double.init), shape: [1, 3, 2, 2])
    #expect(Features.standard(for: [1, 3, 2, 2]) == .pixels)
    #expect(try Features.pixels.scores(of: attribution).numbers() == [12, 15, 18, 21])
    #expect(Features.pixels.count(in: [1, 3, 2, 2]) == 4)
    let spread = try Features.pixels.spread(
      Tensor([1, 2, 3, 4] as [Double], shape: [1, 4]), over: [1, 3, 2, 2])
    #expect(spread.shape == [1, 1, 2, 2])
  }
}
