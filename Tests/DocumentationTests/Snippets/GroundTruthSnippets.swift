// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct GroundTruthSnippets {
  init() throws { try Workplace.enter() }

  @Test func `networks with a known mechanism`() throws {
    // snippet: known-mechanisms
    for mechanism in KnownMechanism.all {
      let known = try mechanism.groundTruth(count: 50, seed: 1)
      let found = try IntegratedGradients(
        mechanism.model, quantity: mechanism.quantity, from: mechanism.baseline
      ).attributions(for: known.inputs)
      guard let truth = known.truth.attributions?.tensors[0] else { continue }
      let error = try (found.values - truth).absolute().sum() / truth.absolute().sum()
      print(mechanism.name, try error.number())
    }
    print(KnownMechanism.veto.attributions(of: [3, 1]))  // [1.5, -0.5]
    // end
    #expect(KnownMechanism.veto.attributions(of: [3, 1]) == [1.5, -0.5])
  }

  @Test func `objects on scenes`() throws {
    // snippet: pasted-objects
    let set = try PastedObjects(count: 32, seed: 7)
    let objects = try ONNXModel(path: "Models/objects.onnx")
    let scenes = try ONNXModel(path: "Models/scenes.onnx")
    print(try set.byObject.accuracy(of: objects), try set.byScene.accuracy(of: scenes))

    func explain(_ model: ONNXModel, _ images: Tensor) throws -> Tensor {
      try IntegratedGradients(model, from: .constant(0.5), steps: 16, rule: .secant)
        .attributions(for: images).values
    }
    let byObject = try explain(objects, set.images)
    let byScene = try explain(scenes, set.images)
    let contrast = try RelativeImportance.modelContrast(byObject, without: byScene, in: set.masks)
    let dependence = try RelativeImportance.inputDependenceRate(
      byScene, original: explain(scenes, set.scenes), in: set.masks)
    print(contrast.reduce(0, +) / 32, dependence)
    // end
    #expect(contrast.reduce(0, +) / 32 > 0.8)
    // What the guide says of it: below one half, as if objects were evidence.
    #expect(dependence < 0.5)
    let edges = try EdgeDetector(objects).attributions(for: set.images).values
    let same = try EdgeDetector(scenes).attributions(for: set.images).values
    #expect(
      try RelativeImportance.modelContrast(edges, without: same, in: set.masks)
        == [Double](repeating: 0, count: 32))
  }

  @Test func `mosaics`() throws {
    // snippet: mosaics
    let mosaics = try Mosaics(count: 32, seed: 7)
    let asked = try mosaics.groundTruth
    let network = try ONNXModel(path: "Models/mosaic.onnx")
    let maps = try IntegratedGradients(
      network, quantity: .labels(asked.labels), from: .constant(0.5), steps: 16, rule: .secant
    ).attributions(for: asked.inputs).values
    if let tile = asked.truth.mask {
      let importance = try RelativeImportance.of(maps, in: tile)
      print(importance.reduce(0, +) / 32)  // 1 by chance, 4 where nothing lies elsewhere
    }
    // end
    let mask = try #require(asked.truth.mask)
    #expect(try RelativeImportance.of(maps, in: mask).reduce(0, +) / 32 > 1.5)
  }

  @Test func `Gaussian clusters`() throws {
    // snippet: gaussian-clusters
    let clusters = try GaussianClusters(count: 200, seed: 7)
    let tabular = try ONNXModel(path: "Models/gaussian.onnx")
    let shares = try IntegratedGradients(tabular, from: .tensor(clusters.centers))
      .attributions(for: clusters.inputs).values
    let inMask = try RelativeImportance.of(shares, in: clusters.masks)
    print(inMask.reduce(0, +) / 200)  // 1 by chance, 2 where nothing lies on other features
    // end
    #expect(inMask.reduce(0, +) / 200 > 1.5)
  }
}
