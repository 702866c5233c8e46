// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

/// Agreement with Captum's layer integrated gradients at the embeddings of a transformer and of a
/// recurrent network; `Fixtures/make_captum_embeddings.py` made the numbers.
@Suite struct CaptumEmbeddingTests {
  private func array(_ name: String) throws -> Tensor {
    try Tensor(contentsOfNPY: fixture("embeddings/\(name).npy"))
  }

  @Test(arguments: ["bert", "lstm"])
  func `attributions at the embeddings are Captum's`(network: String) throws {
    let model = try ONNXModel(path: fixture("embeddings/\(network).onnx"))
    let words = try EmbeddingCut().embedding(in: model)
    let inputs = Inputs(
      Dictionary(
        uniqueKeysWithValues: try model.inputs.map { ($0.name, try array("\(network)-\($0.name)")) }
      ))
    let result = try IntegratedGradients(
      model, quantity: .labels(try array("\(network)-classes").integers()),
      slice: NetworkSlice(from: .embeddings, to: .logits),
      from: try words.baseline(of: 0).moving(array("\(network)-moves")), steps: 20,
      rule: .gaussLegendre
    ).attributions(for: inputs)
    let expected = try array("\(network)-attributions")
    #expect(result.values.elementType == .float32)
    #expect(try relativeL1(result.values, expected) < 1e-5)
    // What is held has no part in it.
    let held = try result.values * (1 - array("\(network)-moves")).unsqueezed(axis: 2)
    #expect(try held.absolute().max().number() == 0)
  }

  @Test func `texts that are looked up in one table are kept apart, which Captum does not`() throws
  {
    let model = try ONNXModel(path: fixture("embeddings/pair.onnx"))
    #expect(model.embeddings.map(\.input).sorted() == ["first", "second"])
    let words = try EmbeddingCut("first").embedding(in: model)
    let result = try IntegratedGradients(
      model, quantity: .classScore(0),
      slice: NetworkSlice(from: .embeddings(of: "first"), to: .output), from: words.baseline(of: 0),
      steps: 20, rule: .gaussLegendre
    ).attributions(for: Inputs(["first": array("pair-first"), "second": array("pair-second")]))
    let expected = try array("pair-attributions")
    #expect(try relativeL1(result.values, expected) < 1e-5)
    let captum = try array("pair-captum")
    #expect(try captum.shape == expected.shape && relativeL1(captum, expected) > 0.5)
  }
}
