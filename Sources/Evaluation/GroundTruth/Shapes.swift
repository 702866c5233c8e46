// SPDX-License-Identifier: Apache-2.0

/// What is pasted: shapes in a square.
public enum PastedShape: Int, Sendable, CaseIterable {
  case disc, square, triangle, cross, ring, bars

  /// Whether a place is in the shape of that radius around the origin.
  func covers(row: Int, column: Int, radius: Int) -> Bool {
    let (down, across) = (abs(row), abs(column))
    guard down <= radius, across <= radius else { return false }
    let squared = row * row + column * column
    switch self {
    case .disc: return squared <= radius * (radius + 1)
    case .square: return max(down, across) <= radius - 1
    case .triangle: return 2 * across <= row + radius
    case .cross: return min(down, across) <= radius / 4
    case .ring: return squared <= radius * (radius + 1) && 4 * squared > radius * radius
    case .bars: return across > radius / 3 && across <= radius - 1
    }
  }
}

/// What shapes are pasted on: textures.
public enum PastedScene: Int, Sendable, CaseIterable {
  case stripes, checks, dots, zigzag

  /// Whether a place is painted in the scene's second colour.
  func covers(row: Int, column: Int, period: Int, phase: (row: Int, column: Int)) -> Bool {
    let (down, across) = (row + phase.row, column + phase.column)
    let half = period / 2
    switch self {
    case .stripes: return (down + across) % period < half
    case .checks: return (down / half + across / half).isMultiple(of: 2)
    case .dots:
      let (y, x) = (2 * (down % period) - period + 1, 2 * (across % period) - period + 1)
      return y * y + x * x <= period * period / 3
    case .zigzag:
      let fold = across % (2 * period)
      return (down + min(fold, 2 * period - fold)) % period < half
    }
  }
}
