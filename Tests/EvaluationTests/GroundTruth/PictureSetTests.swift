// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

/// Pasted objects and mosaics: what is where.
@Suite struct PictureSetTests {
  @Test func `off its object a picture is its scene`() throws {
    let set = try PastedObjects(count: 32, seed: 3)
    #expect(set.images.shape == [32, 3, 32, 32] && set.masks.shape == [32, 1, 32, 32])
    let outside = try 1 - set.masks
    try expectClose(set.images * outside, set.scenes * outside, absolute: 0, relative: 0)
    let inside = try ((set.images - set.scenes).absolute() * set.masks).sum(axes: [1, 2, 3])
    let pixels = try set.masks.sum(axes: [1, 2, 3])
    for (change, count) in try zip(inside.numbers(), pixels.numbers()) {
      // Colours lie 120/255 and more apart, less the noise of both.
      #expect(change > count * (120.0 - 6 * 12) / 255)
      #expect(count >= 27 && count <= 225)
    }
  }

  @Test func `samples are whole 255ths, and classes go round`() throws {
    let set = try PastedObjects(count: 16, seed: 4)
    let scaled = try set.images.converted(to: .float64) * 255
    let rest = try (scaled - scaled.rounded()).absolute().max().number()
    #expect(rest < 1e-4)
    #expect(try set.images.min().number() >= 0 && set.images.max().number() <= 1)
    #expect(Set(zip(set.objectLabels, set.sceneLabels).map { $0 * 4 + $1 }) == Set(0..<16))
    #expect(set.byObject.labels == set.objectLabels)
    #expect(try set.byScene.labels == set.sceneLabels)
    let (object, scene) = try (
      #require(set.byObject.truth.mask), #require(set.byScene.truth.mask)
    )
    try expectClose(object + scene, object.filled(with: 1), absolute: 0)
  }

  @Test func `pictures depend on seed and place alone`() throws {
    let (few, many) = try (PastedObjects(count: 2, seed: 5), PastedObjects(count: 7, seed: 5))
    try expectClose(many.images[0..<2], few.images, absolute: 0, relative: 0)
    let other = try PastedObjects(count: 2, seed: 6)
    #expect(try relativeL1(other.images, few.images) > 0.1)
    let mosaics = try (Mosaics(count: 2, seed: 5), Mosaics(count: 7, seed: 5))
    try expectClose(mosaics.1.images[0..<2], mosaics.0.images, absolute: 0, relative: 0)
    #expect(mosaics.1.asked.prefix(2) == mosaics.0.asked[...])
  }

  @Test func `shapes are what they are called`() throws {
    // Of each class the widest: a square fills its box, a ring has a hole, a cross is mostly empty.
    let set = try PastedObjects(count: 160, seed: 7)
    var shares = [[Double]](repeating: [], count: 4)
    for (row, label) in set.objectLabels.enumerated() {
      let mask = try set.masks[row, 0]
      let rows = try mask.max(axes: [1]).sum().number()
      let columns = try mask.max(axes: [0]).sum().number()
      shares[label].append(try mask.sum().number() / (rows * columns))
    }
    let means = shares.map { $0.reduce(0, +) / Double($0.count) }
    #expect(abs(means[0] - .pi / 4) < 0.03 && means[1] == 1)
    #expect(abs(means[2] - 0.5) < 0.1 && means[3] < 0.45)
  }

  @Test func `a mosaic has four classes, and one tile that is asked for`() throws {
    let mosaics = try Mosaics(count: 50, seed: 8)
    let truth = try mosaics.groundTruth
    #expect(mosaics.images.shape == [50, 3, 32, 32])
    #expect(mosaics.classes.allSatisfy { Set($0).count == 4 })
    #expect(Set(mosaics.asked) == [0, 1, 2, 3])
    #expect(zip(truth.labels, mosaics.classes).allSatisfy { $1.contains($0) })
    let mask = try #require(truth.truth.mask)
    for (row, tile) in mosaics.asked.enumerated() {
      let part = try mask[
        row, 0, tile / 2 * 16..<tile / 2 * 16 + 16, tile % 2 * 16..<tile % 2 * 16 + 16]
      #expect(try part.sum().number() == 256 && mask[row].sum().number() == 256)
    }
    #expect(try mosaics.presence.sum(axes: [1]).numbers() == [Double](repeating: 4, count: 50))
  }

  @Test func `importance is relative to the rest, and scale does not matter`() throws {
    let mask = try Tensor([1, 1, 0, 0] as [Float], shape: [1, 1, 2, 2])
    let all = try Tensor([1, -3, 2, 2, 1, 1, 0, 0] as [Float], shape: [2, 1, 2, 2])
    #expect(try RelativeImportance.of(all, in: mask) == [1, 2])
    #expect(try RelativeImportance.of(all * 7, in: mask) == [1, 2])
    #expect(try RelativeImportance.of(all.filled(with: 0), in: mask) == [1, 1])
    // Channels of a pixel are added first.
    let channels = try Tensor([1, 1, 1, 1, -1, 0, 0, 0] as [Float], shape: [1, 2, 2, 2])
    try expectClose(Tensor(RelativeImportance.of(channels, in: mask)), [0.5 / 0.75])
    #expect(throws: MetricError.self) {
      try RelativeImportance.of(all, in: mask.filled(with: 0))
    }
  }

  @Test func `BAM's scores of maps that are as they should be, and of maps that are not`() throws {
    let mask = try Tensor([1, 1, 0, 0] as [Float], shape: [1, 1, 2, 2])
    let inside = try Tensor([1, 1, 0, 0, 2, 1, 0, 0] as [Float], shape: [2, 1, 2, 2])
    let outside = try 3 - inside
    let even = try inside.filled(with: 1)
    #expect(try RelativeImportance.modelContrast(inside, without: even, in: mask) == [1, 1])
    #expect(try RelativeImportance.modelContrast(even, without: even, in: mask) == [0, 0])
    #expect(
      try RelativeImportance.inputDependenceRate(outside, original: even, in: mask) == 1)
    #expect(try RelativeImportance.inputDependenceRate(inside, original: even, in: mask) == 0)
    let half = try Tensor.concatenated([even[0..<1], inside[0..<1]])
    #expect(
      try RelativeImportance.inputIndependenceRate(half, original: even, in: mask) == 0.5)
    #expect(
      try RelativeImportance.inputIndependenceRate(
        half, original: even, in: mask, tolerance: 1.1) == 1)
  }
}
