// SPDX-License-Identifier: Apache-2.0

/// Where a path is cut into cells.
///
/// Laws, which ``GridLaws`` checks: the time of 0 is 0, that of 1 is 1, and times rise.
public protocol Grid: Sendable {
  /// The time of the path at the share `u` of the cells, 0…1.
  func time(_ u: Double) -> Double

  /// How the grid is called in results and on the command line.
  var name: String { get }
}

extension Grid {
  /// The ends of `count` cells, `count + 1` times from 0 to 1.
  ///
  /// Those of `2 · count` cells contain them.
  public func times(_ count: Int) -> [Double] {
    (0...count).map { $0 == count ? 1 : time(Double($0) / Double(count)) }
  }
}

/// Cells of one length.
public struct UniformGrid: Grid {
  public init() {}

  public var name: String { "uniform" }

  public func time(_ u: Double) -> Double { u }
}

/// Cells that grow from the start on: t = u².
///
/// Where the path starts at zeros, only biases tell there which units are active, so that many of
/// them turn over close to the start.
public struct SquareGrid: Grid {
  public init() {}

  public var name: String { "square" }

  public func time(_ u: Double) -> Double { u * u }
}

/// Cells as a function says.
public struct CustomGrid: Grid {
  public let name: String
  private let function: @Sendable (Double) -> Double

  /// - Parameter time: Rises from 0 at 0 to 1 at 1.
  public init(_ name: String = "custom", _ time: @escaping @Sendable (Double) -> Double) {
    self.name = name
    function = time
  }

  public func time(_ u: Double) -> Double { function(u) }
}

extension Grid where Self == UniformGrid {
  public static var uniform: UniformGrid { UniformGrid() }
}

extension Grid where Self == SquareGrid {
  public static var square: SquareGrid { SquareGrid() }
}
