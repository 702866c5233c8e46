// SPDX-License-Identifier: Apache-2.0

/// Where a path is looked at, and how much each place counts, to integrate over its time.
///
/// Laws, which ``QuadratureLaws`` checks: positions lie in 0…1 and rise; weights sum to 1;
/// polynomials up to the rule's degree are integrated exactly.
public protocol QuadratureRule: PathRule {
  /// The nodes of the rule with `count` evaluations.
  ///
  /// - Throws: ``QuadratureError`` where the rule needs more.
  func nodes(_ count: Int) throws -> [QuadratureNode]

  /// The highest degree of polynomials that `count` nodes integrate exactly.
  func degree(_ count: Int) -> Int
}

extension QuadratureRule {
  public var standardSteps: Int { 50 }
}

/// A place in 0…1 and its weight.
public struct QuadratureNode: Sendable, Hashable {
  public let position: Double
  public let weight: Double

  public init(position: Double, weight: Double) {
    self.position = position
    self.weight = weight
  }
}

/// Why a rule has no nodes.
public enum QuadratureError: Error, Sendable, Equatable, CustomStringConvertible {
  case tooFew(rule: String, count: Int, least: Int)

  public var description: String {
    switch self {
    case .tooFew(let rule, let count, let least):
      return "the \(rule) rule needs at least \(least) step\(least == 1 ? "" : "s"), not \(count)"
    }
  }
}

/// Even cells, one evaluation in each: at its left end, middle, or right end.
public struct RiemannRule: QuadratureRule {
  public enum Side: String, Sendable, CaseIterable {
    case left
    case middle
    case right
  }

  public let side: Side

  public init(_ side: Side) { self.side = side }

  public var name: String { side == .middle ? "midpoint" : side.rawValue }

  public func nodes(_ count: Int) throws -> [QuadratureNode] {
    guard count >= 1 else { throw QuadratureError.tooFew(rule: name, count: count, least: 1) }
    let offset =
      switch side {
      case .left: 0.0
      case .middle: 0.5
      case .right: 1.0
      }
    return (0..<count).map {
      QuadratureNode(position: (Double($0) + offset) / Double(count), weight: 1 / Double(count))
    }
  }

  public func degree(_ count: Int) -> Int { side == .middle ? 1 : 0 }
}

/// Both ends of even cells, with half weight at the ends of the whole.
public struct TrapezoidRule: QuadratureRule {
  public init() {}

  public var name: String { "trapezoid" }

  public func nodes(_ count: Int) throws -> [QuadratureNode] {
    guard count >= 2 else { throw QuadratureError.tooFew(rule: name, count: count, least: 2) }
    let cells = Double(count - 1)
    return (0..<count).map { index in
      let isEnd = index == 0 || index == count - 1
      return QuadratureNode(position: Double(index) / cells, weight: (isEnd ? 0.5 : 1) / cells)
    }
  }

  public func degree(_ count: Int) -> Int { 1 }
}

extension PathRule where Self == RiemannRule {
  /// The left end of even cells.
  public static var left: RiemannRule { RiemannRule(.left) }
  /// The middle of even cells.
  public static var midpoint: RiemannRule { RiemannRule(.middle) }
  /// The right end of even cells: the sum of Sundararajan and others 2017, eq.
  ///
  /// 3.
  public static var right: RiemannRule { RiemannRule(.right) }
}

extension PathRule where Self == TrapezoidRule {
  public static var trapezoid: TrapezoidRule { TrapezoidRule() }
}
