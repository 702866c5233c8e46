// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

/// The networks and sets in `Examples`: they are what the generators give, and as good as is said.
@Suite struct ExampleSetTests {
  private func labels(_ labels: [Int]) throws -> Tensor { try Tensor(labels.map { Int64($0) }) }

  @Test func `pictures are the same on every machine, bit for bit`() throws {
    let objects = try PastedObjects(count: 16, seed: 2)
    try ExampleFiles.expectSame(objects.images, "objects")
    try ExampleFiles.expectSame(objects.masks.converted(to: .uint8), "objects-masks")
    try ExampleFiles.expectSame(labels(objects.objectLabels), "objects-labels")
    try ExampleFiles.expectSame(labels(objects.sceneLabels), "scenes-labels")
    let mosaics = try Mosaics(count: 16, seed: 2).groundTruth
    try ExampleFiles.expectSame(mosaics.inputs, "mosaic")
    try ExampleFiles.expectSame(#require(mosaics.truth.mask).converted(to: .uint8), "mosaic-masks")
    try ExampleFiles.expectSame(labels(mosaics.labels), "mosaic-labels")
  }

  /// The C library's logarithm and cosine may differ in the last digit.
  @Test func `rows are the same to float precision`() throws {
    let clusters = try GaussianClusters(count: 16, seed: 2)
    try expectClose(clusters.inputs, ExampleFiles.data("gaussian"), absolute: 1e-6, relative: 1e-6)
    try ExampleFiles.expectSame(clusters.masks.converted(to: .uint8), "gaussian-masks")
    try ExampleFiles.expectSame(labels(clusters.labels), "gaussian-labels")
  }

  @Test func `networks answer fresh instances as often as is said`() throws {
    let objects = try PastedObjects(count: 800, seed: 1234)
    #expect(try objects.byObject.accuracy(of: ExampleFiles.model("objects")) >= 0.955)
    #expect(try objects.byScene.accuracy(of: ExampleFiles.model("scenes")) >= 0.975)
    let clusters = try GaussianClusters(count: 2000, seed: 1234)
    #expect(try clusters.groundTruth.accuracy(of: ExampleFiles.model("gaussian")) >= 0.925)
    let mosaics = try Mosaics(count: 800, seed: 1234)
    #expect(try mosaics.accuracy(of: ExampleFiles.model("mosaic")) >= 0.955)
  }

  @Test func `the object network does not need scenes, nor the scene network objects`() throws {
    // Scenes alone: nothing is lost for their network, and the other one can but guess among four.
    let set = try PastedObjects(count: 400, seed: 99)
    let scene = try ExampleFiles.model("scenes")
    let bare = GroundTruth(inputs: set.scenes, labels: set.sceneLabels, truth: Truth())
    #expect(try bare.accuracy(of: scene) >= 0.97)
    let guess = GroundTruth(inputs: set.scenes, labels: set.objectLabels, truth: Truth())
    #expect(try guess.accuracy(of: ExampleFiles.model("objects")) < 0.4)
  }

  @Test func `rows decide by the features in their mask`() throws {
    let clusters = try GaussianClusters(count: 2000, seed: 7)
    let model = try ExampleFiles.model("gaussian")
    func accuracy(movingOutside moves: Bool) throws -> Double {
      let kept = try moves ? clusters.masks : 1 - clusters.masks
      let inputs = try clusters.centers + (clusters.inputs - clusters.centers) * kept
      return try GroundTruth(inputs: inputs, labels: clusters.labels, truth: Truth())
        .accuracy(of: model)
    }
    // Without the moves of the other features nothing is lost; without those in the mask everything.
    #expect(try accuracy(movingOutside: true) > 0.9)
    #expect(try accuracy(movingOutside: false) < 0.6)
  }

  @Test func `clusters are normal around their centres, in halves`() throws {
    let clusters = try GaussianClusters(count: 4000, seed: 8)
    let moves = try clusters.inputs - clusters.centers
    #expect(abs(try moves.mean().number()) < 4 / 80_000.0.squareRoot())
    #expect(abs(try moves.squared().mean().number() - 1) < 4 * (2 / 80_000.0).squareRoot())
    #expect(try clusters.masks.sum(axes: [1]).numbers().allSatisfy { $0 == 10 })
    let share = Double(clusters.labels.reduce(0, +)) / 4000
    #expect(abs(share - 0.5) < 4 * 0.5 / 4000.0.squareRoot())
    try expectClose(
      (clusters.weights .!= 0).converted(to: .float32), clusters.masks, absolute: 0)
  }
}
