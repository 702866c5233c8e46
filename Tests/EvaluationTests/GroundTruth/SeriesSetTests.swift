// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

/// Heartbeats and pictures of shapes: what is where.
@Suite struct SeriesSetTests {
  @Test func `a bump is where the mask is, in the channel of the class`() throws {
    let set = try Heartbeats(count: 60, seed: 3)
    #expect(set.series.shape == [60, 2, 250] && set.masks.shape == [60, 2, 250])
    let perChannel = try set.masks.sum(axes: [2]).numbers()
    for (row, label) in set.labels.enumerated() {
      for channel in 0..<2 {
        let length = perChannel[2 * row + channel]
        #expect(label == channel + 1 ? (11...15).contains(length) : length == 0)
      }
    }
    #expect(Set(set.labels) == [0, 1, 2])
    // Eleven steps or more of an arch of 0.22 mV or more, all else being drift, noise and tails.
    let inside = try (set.series * set.masks).sum(axes: [1, 2]) / set.masks.sum(axes: [1, 2])
    for (row, mean) in try inside.numbers().enumerated() where set.labels[row] > 0 {
      #expect(mean > 0.02 && mean < 0.7)
    }
    let steps = try set.stepLabels
    #expect(steps.shape == [60, 250])
    #expect(try Set(steps[1].integers()) == [0, 1] && Set(steps[0].integers()) == [0])
  }

  @Test func `series depend on seed and place alone`() throws {
    let (few, many) = try (Heartbeats(count: 2, seed: 5), Heartbeats(count: 7, seed: 5))
    try expectClose(many.series[0..<2], few.series, absolute: 0, relative: 0)
    #expect(try relativeL1(Heartbeats(count: 2, seed: 6).series, few.series) > 0.1)
    let pictures = try (ShapePictures(count: 2, seed: 5), ShapePictures(count: 7, seed: 5))
    try expectClose(pictures.1.images[0..<2], pictures.0.images, absolute: 0, relative: 0)
  }

  @Test func `pictures have one to three shapes, each once, and none touches another`() throws {
    let set = try ShapePictures(count: 200, seed: 6)
    #expect(set.images.shape == [200, 3, 32, 32] && set.pixelLabels.shape == [200, 32, 32])
    let presence = try set.presence
    let counts = try presence.sum(axes: [1]).numbers()
    #expect(Set(counts) == [1, 2, 3])
    let labels = try set.pixelLabels.integers()
    for row in 0..<200 {
      let own = labels[row * 1024..<(row + 1) * 1024]
      #expect(Set(own).subtracting([0]).count == Int(counts[row]))
      for place in 0..<1024 where own[own.startIndex + place] != 0 {
        let here = own[own.startIndex + place]
        if place % 32 < 31 {
          let right = own[own.startIndex + place + 1]
          #expect(right == 0 || right == here)
        }
        if place < 992 {
          let below = own[own.startIndex + place + 32]
          #expect(below == 0 || below == here)
        }
      }
    }
    let squares = try set.masks(of: 1)
    #expect(try squares.max(axes: [1, 2, 3]).numbers() == presence[0..., 1].numbers())
  }

  @Test func `shapes stand out from their ground`() throws {
    let set = try ShapePictures(count: 40, seed: 7)
    for shape in 0..<3 {
      let mask = try set.masks(of: shape)
      let size = try mask.sum(axes: [1, 2, 3])
      let ground = try (set.pixelLabels .== 0).converted(to: .float32).unsqueezed(axis: 1)
      let own = try (set.images * mask).sum(axes: [2, 3])
      let others =
        try (set.images * ground).sum(axes: [2, 3])
        / ground.sum(axes: [1, 2, 3]).unsqueezed(axis: 1)
      for (row, count) in try size.numbers().enumerated() where count > 0 {
        let color = try own[row] / count
        // Colours lie 150/255 and more from both of the ground's.
        #expect(try (color - others[row]).absolute().sum().number() > 100.0 / 255)
      }
    }
  }
}
