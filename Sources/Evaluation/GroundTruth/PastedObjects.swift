// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Objects pasted on scenes, in the manner of BAM (Yang and Kim 2019, arXiv:1907.09701): one network
/// learns the objects, another the scenes, from the same pictures.
///
/// A picture is a texture in two colours with a shape of a third one, all drawn at random: place, size,
/// colours, phase and period. What must matter is known, because nothing else tells the classes apart:
/// the shape's pixels and its border to a network for objects, the rest of the picture to one for
/// scenes. Every pair of object and scene is equally frequent.
///
/// Unlike BAM's, which are photographs, scenes hold no objects of their own, and networks of seconds of
/// training learn both.
public struct PastedObjects: Sendable {
  /// `[pictures, 3, side, side]`, float32, from 0 to 1.
  public let images: Tensor
  /// The same pictures without their objects.
  public let scenes: Tensor
  /// 1 where the object is, `[pictures, 1, side, side]`, float32.
  public let masks: Tensor
  public let objectLabels: [Int]
  public let sceneLabels: [Int]

  /// The classes of objects and of scenes.
  public static let objects: [PastedShape] = [.disc, .square, .triangle, .cross]
  public static let sceneKinds = PastedScene.allCases

  /// Length and height of a picture.
  public static let side = 32

  /// - Parameters:
  ///   - count: Pictures; the first ones are the same for every count.
  ///   - seed: Another one for other pictures.
  public init(count: Int, seed: UInt64) throws {
    let drawings = (0..<count).map { Drawing(index: $0, seed: seed) }
    images = try Canvas.tensor(drawings.map(\.image))
    scenes = try Canvas.tensor(drawings.map(\.scene))
    masks = try Tensor(drawings.flatMap(\.mask), shape: [count, 1, Self.side, Self.side])
    objectLabels = drawings.map(\.object)
    sceneLabels = drawings.map(\.kind)
  }

  /// What a network for objects should look at: the object.
  public var byObject: GroundTruth {
    GroundTruth(inputs: images, labels: objectLabels, truth: Truth(mask: masks))
  }

  /// What a network for scenes should look at: all but the object.
  public var byScene: GroundTruth {
    get throws {
      GroundTruth(inputs: images, labels: sceneLabels, truth: Truth(mask: try 1 - masks))
    }
  }

  private struct Drawing {
    let image: Canvas
    let scene: Canvas
    let mask: [Float]
    let object: Int
    let kind: Int

    init(index: Int, seed: UInt64) {
      var random = PortableRandom(seed: seed, stream: index)
      let (objects, kinds, side) = (
        PastedObjects.objects, PastedObjects.sceneKinds, PastedObjects.side
      )
      (object, kind) = (index % objects.count, index / objects.count % kinds.count)
      var scene = Canvas(side: side)
      let base = Ink.random(30...225, from: &random)
      let second = base.contrasting(by: 90, from: &random)
      let period = 2 * random.integer(3, 5)
      let phase = (row: random.integer(0, period), column: random.integer(0, period))
      let texture = kinds[kind]
      scene.paint(base) { _, _ in true }
      scene.paint(second) { texture.covers(row: $0, column: $1, period: period, phase: phase) }
      // The noise is the same with and without the object.
      let radius = random.integer(5, 8)
      let row = random.integer(radius, side - 1 - radius)
      let column = random.integer(radius, side - 1 - radius)
      var ink = base.contrasting(by: 120, from: &random)
      while ink.distance(to: second) < 120 { ink = base.contrasting(by: 120, from: &random) }
      let shape = objects[object]
      func covers(_ y: Int, _ x: Int) -> Bool {
        shape.covers(row: y - row, column: x - column, radius: radius)
      }
      var image = scene
      image.paint(ink, where: covers)
      var noise = random
      scene.roughen(by: 12, from: &noise)
      image.roughen(by: 12, from: &random)
      self.image = image
      self.scene = scene
      mask = (0..<side * side).map { covers($0 / side, $0 % side) ? 1 : 0 }
    }
  }
}

extension Ink {
  /// Another colour, at least so far away.
  func contrasting(by distance: Int, from random: inout PortableRandom) -> Ink {
    var other = Ink.random(0...255, from: &random)
    while self.distance(to: other) < distance { other = .random(0...255, from: &random) }
    return other
  }
}
