// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

// snippet: features-cut
/// Chosen columns of a `[rows, features]` value; the others keep the instance's numbers.
struct FeaturesCut: Cut {
  let base: any Cut
  let columns: [Int]

  var name: String { "\(base.name)\(columns)" }

  func places(in model: any Model) throws -> [Place] { try base.places(in: model) }

  func read(_ values: [Tensor]) throws -> [Tensor] {
    try values.map { try $0.selecting(Tensor(columns), axis: 1) }
  }

  func write(_ part: [Tensor], into values: [Tensor]) throws -> [Tensor] {
    try zip(part, values).map { part, value in
      let places = try Tensor(columns).unsqueezed(axis: 0).broadcast(to: part.shape)
      return try value.scattered(part, at: places, axis: 1)
    }
  }
}
// end

@Suite struct CutSnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  @Test func `what can be cut`() throws {
    // snippet: layers
    for layer in model.layers {
      print(layer.name, layer.operation, layer.shape ?? [])
    }
    // end
    #expect(
      model.layers.map(\.name) == [
        "conv1", "relu1", "conv2", "relu2", "pool", "flatten", "dense", "relu3", "logits",
        "probabilities",
      ])
  }

  @Test func `cuts`() throws {
    // snippet: cuts
    let cuts: [any Cut] = [
      .input, .input("image"), .output, .logits,
      .layer("relu1"), .layer("conv2", anchor: .input),
      .channel(3, of: .layer("relu1")), .channels(0..<4, of: .layer("relu1")),
      .part(of: .input, axis: 2, range: 0..<4),  // the upper half of the picture
      .layers("relu1", "relu2"),
    ]
    for cut in cuts { print(cut.name, try cut.places(in: model)) }
    // end
    #expect(try cuts.map { try $0.places(in: model).count } == [1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
  }

  @Test func `from layer to layer`() throws {
    // snippet: layer-to-layer
    let result = try InternalInfluence(
      model, quantity: .channel(5), slice: NetworkSlice(from: .layer("relu1"), to: .layer("relu2"))
    ).attributions(for: digit)
    print(result.values.shape)  // [1, 16, 6, 6]: what relu1 does to channel 5 of relu2
    // end
    #expect(result.values.shape == [1, 16, 6, 6])
    #expect(try abs(#require(try result.completenessGap?.number())) < 0.1)
  }

  @Test func `three ways to ask about a layer`() throws {
    // snippet: three-ways
    // The path in the layer's own space: from zeros there to the layer's value.
    let own = try LayerIntegratedGradients(model, at: .layer("relu2"), to: .logits)
      .attributions(for: digit)
    // The path in the layer's space, from what a gray picture gives there.
    let gray = Inputs(try digit.filled(with: 0.5))
    let fromGray = try LayerIntegratedGradients(
      model, at: .layer("relu2"), from: gray, to: .logits
    ).attributions(for: digit)
    // The path among pictures, attributions at the layer: conductance.
    let conductance = try Conductance(model, of: .layer("relu2"), to: .logits)
      .attributions(for: digit)
    // end
    for result in [own, fromGray, conductance] {
      #expect(result.values.shape == [1, 32, 4, 4])
      #expect(try abs(#require(try result.completenessGap?.number())) < 0.5)
    }
    #expect(try relativeL1(own.values, conductance.values) > 0.05)
    #expect(own.configuration.at == "relu2" && conductance.configuration.at == "input")

    // snippet: engine-at
    let same = try InternalInfluence(
      model, distribution: .linear(from: .zeros, steps: 50), quantity: .predictedClass,
      slice: NetworkSlice(from: .layer("relu2"), to: .logits), at: .input
    ).attributions(for: digit)
    // end
    try expectClose(same.values, conductance.values, absolute: 0, relative: 0)
  }

  @Test func `a part moves and the rest is held`() throws {
    // snippet: part
    let upper = try IntegratedGradients(
      model, slice: NetworkSlice(from: .part(of: .input, axis: 2, range: 0..<4), to: .logits)
    ).attributions(for: digit)
    print(upper.values.shape)  // [1, 1, 4, 8]
    // end
    #expect(upper.values.shape == [1, 1, 4, 8])
    // The path starts at the picture without its upper half.
    let lower = try digit.replacingSlice(Tensor.zeros([1, 1, 4, 8]), axis: 2, from: 0, to: 4)
    let places = [Place("image"): lower]
    let logits = try model.evaluate([Place("logits")], given: places)[0]
    try expectClose(#require(upper.quantity.start), [logits[0, 8].number()], absolute: 1e-4)
  }

  @Test func `a cut of one's own`() throws {
    // snippet: use-features-cut
    let patients = try Tensor(contentsOfNPY: "Data/breast-cancer.npy")  // [5, 30]
    let tabular = try ONNXModel(path: "Models/tabular.onnx")
    let cut = FeaturesCut(base: .input, columns: [0, 3, 20])  // two radii and an area
    let result = try IntegratedGradients(
      tabular, slice: NetworkSlice(from: cut, to: .logits), from: .zeros
    ).attributions(for: patients)
    print(try CutLaws.violations(of: cut, on: [patients]))  // []
    // end
    #expect(result.values.shape == [5, 3])
    #expect(try CutLaws.violations(of: cut, on: [patients]) == [])
    #expect(try #require(result.completenessGap).absolute().max().number() < 0.2)
  }

  @Test func `an unknown layer is answered with those near it`() throws {
    // snippet: unknown-layer
    do {
      _ = try Saliency(model, slice: NetworkSlice(from: .layer("conv3"))).attributions(for: digit)
    } catch {
      print(error)  // the model has no layer 'conv3'; near it are 'conv1', 'conv2'. …
    }
    // end
    #expect(throws: CutError.unknownLayer("conv3", similar: ["conv1", "conv2"])) {
      try Saliency(model, slice: NetworkSlice(from: .layer("conv3"))).attributions(for: digit)
    }
  }
}
