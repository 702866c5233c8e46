// SPDX-License-Identifier: Apache-2.0

import Foundation
import Torch

/// What is told of many numbers.
enum Statistics {
  /// Σ |a − b| / Σ |b| for each row.
  static func errors(_ a: Tensor, _ b: Tensor) throws -> [Double] {
    let rows = a.shape[0]
    func sizes(_ tensor: Tensor) throws -> [Double] {
      try tensor.reshaped(to: [rows, -1]).absolute().sum(axes: [1]).numbers()
    }
    return try zip(sizes(a - b), sizes(b)).map { $1 == 0 ? 0 : $0 / $1 }
  }

  static func median(_ numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    guard let last = sorted.indices.last else { return .nan }
    return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
  }

  static func share(_ numbers: [Double], _ holds: (Double) -> Bool) -> Double {
    numbers.isEmpty ? 1 : Double(numbers.filter(holds).count) / Double(numbers.count)
  }

  /// Of log error over log steps, by least squares, from 4 steps on and above rounding.
  static func slope(_ curve: [(steps: Int, error: Double)]) -> Double {
    let points = curve.filter { $0.steps >= 4 && $0.error > 1e-13 }
      .map { (x: log(Double($0.steps)), y: log($0.error)) }
    let x = points.map(\.x).reduce(0, +) / Double(points.count)
    let y = points.map(\.y).reduce(0, +) / Double(points.count)
    return points.map { ($0.x - x) * ($0.y - y) }.reduce(0, +)
      / points.map { ($0.x - x) * ($0.x - x) }.reduce(0, +)
  }

  /// The steps at which a curve reaches an error, between its points on straight lines of logarithms.
  static func steps(reaching goal: Double, in curve: [(steps: Int, error: Double)]) -> Double? {
    for (coarse, fine) in zip(curve, curve.dropFirst()) where fine.error <= goal {
      guard coarse.error > goal else { return Double(coarse.steps) }
      let share = log(coarse.error / goal) / log(coarse.error / fine.error)
      return Double(coarse.steps) * pow(Double(fine.steps) / Double(coarse.steps), share)
    }
    return nil
  }
}

func percent(_ number: Double) -> String { String(format: "%.3g %%", 100 * number) }
func short(_ number: Double) -> String { String(format: "%.2g", number) }
func decimal(_ number: Double) -> String { String(format: "%.2f", number) }
