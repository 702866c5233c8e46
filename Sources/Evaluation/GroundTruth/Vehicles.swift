// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Vehicles of four kinds, drawn from a seed, in which the part that tells two kinds apart is known: the
/// roof is what a sedan has and a convertible has not.
///
/// Lower body, wheels and windscreen are the same for all kinds; colours, sizes, place, direction and
/// what lies behind are drawn at random and say nothing of the kind. A sedan and a convertible differ by
/// the cabin alone, a sedan and a pickup, or a van, by what stands on the rear alone: so the same sedan
/// has another answer to each "and why not a …?". An explanation that does not depend on the question
/// cannot be right about all of them.
///
/// After the question of Leino and others (2018, arXiv:1802.03788), why a sports car and not a
/// convertible, where the answer is known to people alone. `Examples/Models/vehicles.py` draws the same.
public struct Vehicles: Sendable {
  /// In the order of the classes.
  public enum Kind: Int, Sendable, CaseIterable {
    case sedan, convertible, pickup, van
  }

  /// `[pictures, 3, side, side]`, float32, from 0 to 1.
  public let images: Tensor
  /// The kinds go round.
  public let labels: [Int]
  private let drawings: [VehicleDrawing]

  /// Length and height of a picture.
  public static let side = 40

  /// - Parameters:
  ///   - count: Pictures; the first ones are the same for every count.
  ///   - seed: Another one for other pictures.
  ///   - kind: Whether all are of one kind; that of each picture otherwise.
  public init(count: Int, seed: UInt64, only kind: Kind? = nil) throws {
    let kinds = Kind.allCases.count
    let step = kind == nil ? 1 : kinds
    drawings = (0..<count).map {
      VehicleDrawing(index: $0 * step + (kind?.rawValue ?? 0), seed: seed)
    }
    labels = drawings.map(\.kind.rawValue)
    images = try Canvas.tensor(drawings.map { $0.picture(of: $0.kind) })
  }

  /// The same pictures with vehicles of another kind in the stead of their own: all else is equal, the
  /// noise too.
  public func counterparts(_ kind: Kind) throws -> Tensor {
    try Canvas.tensor(drawings.map { $0.picture(of: kind) })
  }

  /// Where a picture would be another if its vehicle were of that kind, `[pictures, 1, side, side]`,
  /// float32: 1 in the part that tells the kinds apart, nothing where it is of that kind itself.
  public func masks(against kind: Kind) throws -> Tensor {
    try Tensor(
      drawings.flatMap { $0.part(against: kind) }, shape: [drawings.count, 1, Self.side, Self.side])
  }

  /// What an explanation against another kind should say.
  public func groundTruth(against kind: Kind) throws -> GroundTruth {
    GroundTruth(inputs: images, labels: labels, truth: Truth(mask: try masks(against: kind)))
  }
}

/// All that is drawn at random for one picture, whatever its vehicle.
private struct VehicleDrawing {
  let kind: Vehicles.Kind
  private let backdrop: Canvas
  private let length: Int
  private let left: Int
  private let body: Int
  private let cabin: Int
  private let wheel: Int
  private let belt: Int
  private let facesRight: Bool
  private let paint: Ink
  private let glass: Ink
  private let tire: Ink
  private let hub: Ink
  private let wall: Int
  /// Where the noise starts.
  private let noise: PortableRandom

  init(index: Int, seed: UInt64) {
    var random = PortableRandom(seed: seed, stream: index)
    let side = Vehicles.side
    kind = Vehicles.Kind.allCases[index % Vehicles.Kind.allCases.count]
    let sky = Ink.random(90...235, from: &random)
    let road = sky.contrasting(by: 90, from: &random)
    let horizon = random.integer(16, 30)
    var backdrop = Canvas(side: side)
    backdrop.paint(sky) { _, _ in true }
    backdrop.paint(road) { row, _ in row >= horizon }
    for _ in 0..<5 {
      let ink = Ink.random(30...225, from: &random)
      let row = random.integer(0, side - 1)
      let column = random.integer(0, side - 1)
      let patch = Patch(
        row: row, column: column, height: random.integer(2, 6), width: random.integer(2, 6),
        isRound: random.integer(0, 1) == 1)
      backdrop.paint(ink, where: patch.covers)
    }
    self.backdrop = backdrop
    length = random.integer(26, 34)
    left = random.integer(1, side - 1 - length)
    body = random.integer(6, 8)
    cabin = random.integer(7, 9)
    wheel = random.integer(3, 4)
    belt = random.integer(cabin + 1, side - 1 - body - wheel)
    facesRight = random.integer(0, 1) == 1
    paint = sky.contrasting(by: 150, from: &random)
    glass = paint.contrasting(by: 120, from: &random)
    tire = .random(0...50, from: &random)
    hub = .random(120...230, from: &random)
    wall = random.integer(3, 4)
    noise = random
  }

  func picture(of kind: Vehicles.Kind) -> Canvas {
    var random = noise
    var canvas = drawn(kind)
    canvas.roughen(by: 12, from: &random)
    return canvas
  }

  /// 1 where the picture differs from that of another kind.
  func part(against other: Vehicles.Kind) -> [Float] {
    let (own, other) = (drawn(kind), drawn(other))
    return (0..<own.side * own.side).map { place in
      (0..<3).contains { own.samples[$0][place] != other.samples[$0][place] } ? 1 : 0
    }
  }

  /// Ahead of the noise.
  private func drawn(_ kind: Vehicles.Kind) -> Canvas {
    var canvas = backdrop
    let (hood, rear) = (length / 5, length * 5 / 8)
    func front(_ above: Int) -> Int { hood + above / 2 }
    func back(_ above: Int) -> Int { rear - above / 3 }
    /// Along: from the front to the rear. Above: from the belt line up.
    func fill(_ ink: Ink, where covers: (_ along: Int, _ above: Int) -> Bool) {
      canvas.paint(ink) { row, column in
        covers(facesRight ? left + length - 1 - column : column - left, belt - row)
      }
    }
    func stands(_ above: Int) -> Bool { above >= 1 && above <= cabin }
    if kind == .convertible {
      for seat in [hood + 5, rear - 4] {
        fill(tire) { along, above in (1...2).contains(above) && abs(along - seat) <= 1 }
      }
    } else {
      fill(paint) { along, above in
        stands(above) && along >= front(above) && along <= back(above)
      }
      fill(glass) { along, above in
        above >= 2 && above <= cabin - 2 && along >= front(above) + 2 && along <= back(above) - 2
          && along != (hood + rear) / 2 + 1
      }
    }
    if kind == .pickup {
      fill(paint) { along, above in
        above >= 1 && above <= wall && along > rear + 1 && along < length
      }
    }
    if kind == .van {
      fill(paint) { along, above in stands(above) && along > back(above) && along < length }
    }
    // The windscreen.
    fill(paint) { along, above in
      above >= 1 && above < cabin && along >= front(above) && along <= front(above) + 1
    }
    fill(paint) { along, above in
      along >= 0 && along < length && above <= 0 && above > -body && (along, above) != (0, 0)
    }
    for center in [length / 5, length - 1 - length / 5] {
      func squared(_ along: Int, _ above: Int) -> Int {
        (along - center) * (along - center) + (above + body) * (above + body)
      }
      fill(tire) { squared($0, $1) <= wheel * (wheel + 1) }
      fill(hub) { squared($0, $1) <= 2 }
    }
    return canvas
  }
}

/// Something behind the vehicle.
private struct Patch {
  let row: Int
  let column: Int
  let height: Int
  let width: Int
  let isRound: Bool

  func covers(_ y: Int, _ x: Int) -> Bool {
    let (down, across) = (y - row, x - column)
    guard abs(down) <= height, abs(across) <= width else { return false }
    let (high, wide) = (height * height, width * width)
    return !isRound || down * down * wide + across * across * high <= high * wide
  }
}
