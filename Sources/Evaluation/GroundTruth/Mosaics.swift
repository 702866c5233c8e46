// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Mosaics of four pictures of different classes, of which the class in question is one (as in the
/// Focus score of Arias-Duart and others 2022): what matters lies in its tile.
///
/// A tile shows one of six shapes on a plain ground. The network says of every class whether it is
/// there; the labels ask for one of the four that are.
public struct Mosaics: Sendable {
  /// `[mosaics, 3, 2 · tile, 2 · tile]`, float32, from 0 to 1.
  public let images: Tensor
  /// The classes of the tiles, row by row, `[mosaics][4]`.
  public let classes: [[Int]]
  /// Which tile is asked for: each in its turn.
  public let asked: [Int]

  public static let shapes = PastedShape.allCases

  /// Length and height of a tile.
  public static let tile = 16

  /// - Parameters:
  ///   - count: Mosaics; the first ones are the same for every count.
  ///   - seed: Another one for other mosaics.
  public init(count: Int, seed: UInt64) throws {
    var images: [Canvas] = []
    var classes: [[Int]] = []
    for index in 0..<count {
      var random = PortableRandom(seed: seed, stream: index)
      let own = Array(random.permutation(Self.shapes.count).prefix(4))
      var image = Canvas(side: 2 * Self.tile)
      for (place, kind) in own.enumerated() {
        image.paste(
          Self.drawing(Self.shapes[kind], from: &random), row: place / 2 * Self.tile,
          column: place % 2 * Self.tile)
      }
      images.append(image)
      classes.append(own)
    }
    self.images = try Canvas.tensor(images)
    self.classes = classes
    asked = (0..<count).map { $0 % 4 }
  }

  /// The class asked for, and its tile.
  public var groundTruth: GroundTruth {
    get throws {
      let side = 2 * Self.tile
      let mask = asked.flatMap { tile in
        (0..<side * side).map { place -> Float in
          place / side / Self.tile * 2 + place % side / Self.tile == tile ? 1 : 0
        }
      }
      return GroundTruth(
        inputs: images, labels: zip(classes, asked).map { $0[$1] },
        truth: Truth(mask: try Tensor(mask, shape: [asked.count, 1, side, side])))
    }
  }

  /// 1 for the classes that are there, `[mosaics, classes]`, float32.
  public var presence: Tensor {
    get throws {
      try Tensor(
        classes.flatMap { own in Self.shapes.indices.map { own.contains($0) ? Float(1) : 0 } },
        shape: [classes.count, Self.shapes.count])
    }
  }

  /// The share of answers, for each mosaic and class, that are right: a positive output where the class
  /// is there, a negative one where not.
  public func accuracy(of model: any Model) throws -> Double {
    let output = try Instances(of: Inputs(images), in: model, to: LogitCut()).probe.explained.output
    let presence = try presence
    guard output.shape == presence.shape else {
      throw MetricError.shape(what: "the output", output.shape, expected: presence.shape)
    }
    return try ((output .> 0) .== (presence .> 0)).converted(to: .float64).mean().number()
  }

  private static func drawing(_ shape: PastedShape, from random: inout PortableRandom) -> Canvas {
    var canvas = Canvas(side: tile)
    let ground = Ink.random(30...225, from: &random)
    let ink = ground.contrasting(by: 150, from: &random)
    let radius = random.integer(4, 6)
    let row = random.integer(radius + 1, tile - 2 - radius)
    let column = random.integer(radius + 1, tile - 2 - radius)
    canvas.paint(ground) { _, _ in true }
    canvas.paint(ink) { shape.covers(row: $0 - row, column: $1 - column, radius: radius) }
    canvas.roughen(by: 12, from: &random)
    return canvas
  }
}
