// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Pictures of one, two or three shapes, of which every pixel's class is known: for networks that
/// segment, and for networks that say which shapes are there.
///
/// Each shape occurs once at most; places, sizes and colours are drawn at random, and no two touch. The
/// ground is a faint texture that has no part in the answer.
public struct ShapePictures: Sendable {
  /// `[pictures, 3, side, side]`, float32, from 0 to 1.
  public let images: Tensor
  /// The class of each pixel, `[pictures, side, side]`, int64: 0 for the ground, then as ``shapes``.
  public let pixelLabels: Tensor

  /// What classes 1, 2 and 3 of pixels are; 0, 1 and 2 of networks that say what is there.
  public static let shapes: [PastedShape] = [.disc, .square, .triangle]

  /// Length and height of a picture.
  public static let side = 32

  /// - Parameters:
  ///   - count: Pictures; the first ones are the same for every count.
  ///   - seed: Another one for other pictures.
  public init(count: Int, seed: UInt64) throws {
    let drawings = (0..<count).map { Self.drawing($0, seed: seed) }
    images = try Canvas.tensor(drawings.map(\.image))
    pixelLabels = try Tensor(
      drawings.flatMap(\.labels), shape: [count, Self.side, Self.side])
  }

  /// 1 where a shape is, `[pictures, 1, side, side]`, float32; nowhere where it is not in the picture.
  ///
  /// - Parameter shape: Its place in ``shapes``.
  /// - Precondition: There is such a shape.
  public func masks(of shape: Int) throws -> Tensor {
    precondition(
      Self.shapes.indices.contains(shape), "there is no shape \(shape) in \(Self.shapes)")
    return try (pixelLabels .== Double(shape + 1)).converted(to: .float32).unsqueezed(axis: 1)
  }

  /// 1 for the shapes that are there, `[pictures, shapes]`, float32.
  public var presence: Tensor {
    get throws {
      try .concatenated(
        Self.shapes.indices.map { try masks(of: $0).max(axes: [2, 3]) }, axis: 1)
    }
  }

  private static func drawing(_ index: Int, seed: UInt64) -> (image: Canvas, labels: [Int64]) {
    var random = PortableRandom(seed: seed, stream: index)
    var image = Canvas(side: side)
    let ground = Ink.random(40...215, from: &random)
    var second = ground
    for channel in 0..<3 { second.samples[channel] += random.integer(-30, 30) }
    let period = 2 * random.integer(3, 5)
    let phase = (row: random.integer(0, period), column: random.integer(0, period))
    let texture = PastedScene.allCases[random.integer(below: PastedScene.allCases.count)]
    image.paint(ground) { _, _ in true }
    image.paint(second) { texture.covers(row: $0, column: $1, period: period, phase: phase) }
    var labels = [Int64](repeating: 0, count: side * side)
    let chosen = random.permutation(shapes.count).prefix(1 + random.integer(below: shapes.count))
    var placed: [(row: Int, column: Int, radius: Int)] = []
    for kind in chosen {
      guard let (row, column, radius) = room(beside: placed, from: &random) else { continue }
      placed.append((row, column, radius))
      var ink = ground.contrasting(by: 150, from: &random)
      while ink.distance(to: second) < 150 { ink = ground.contrasting(by: 150, from: &random) }
      func covers(_ y: Int, _ x: Int) -> Bool {
        shapes[kind].covers(row: y - row, column: x - column, radius: radius)
      }
      image.paint(ink, where: covers)
      for place in labels.indices where covers(place / side, place % side) {
        labels[place] = Int64(kind + 1)
      }
    }
    image.roughen(by: 12, from: &random)
    return (image, labels)
  }

  /// Where another shape touches none; nil where a hundred places do not fit.
  private static func room(
    beside placed: [(row: Int, column: Int, radius: Int)], from random: inout PortableRandom
  ) -> (row: Int, column: Int, radius: Int)? {
    for _ in 0..<100 {
      let radius = random.integer(4, 6)
      let row = random.integer(radius, side - 1 - radius)
      let column = random.integer(radius, side - 1 - radius)
      let isFree = placed.allSatisfy {
        max(abs($0.row - row), abs($0.column - column)) > $0.radius + radius + 1
      }
      if isFree { return (row, column, radius) }
    }
    return nil
  }
}
