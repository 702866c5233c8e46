// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// A network whose mechanism was written by hand, so that its integrated gradients on the straight path
/// from zeros are known in closed form.
///
/// The truth is that of this path and this baseline: Shapley values, and other paths, share out what
/// features do together in other ways. They agree where nothing is done together.
public struct KnownMechanism: Sendable {
  public let name: String
  /// `x`, `[rows, features]`, to `y`, `[rows, 1]`, in float64.
  public let model: FunctionModel
  /// Whether the output depends on each feature at all.
  public let depends: [Bool]
  /// Where its instances are drawn.
  let range: ClosedRange<Double>
  /// The attributions of a row.
  private let formula: @Sendable ([Double]) -> [Double]

  /// - Parameters:
  ///   - range: Where instances are drawn.
  ///   - formula: The attributions of a row: integrated gradients from zeros.
  ///   - output: Of `[rows, features]`, `[rows, 1]`.
  init(
    _ name: String, depends: [Bool], range: ClosedRange<Double> = 0...2,
    formula: @escaping @Sendable ([Double]) -> [Double],
    output: @escaping @Sendable (Tensor) throws -> Tensor
  ) {
    self.name = name
    self.depends = depends
    self.range = range
    self.formula = formula
    model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64, shape: [nil, depends.count])],
      outputs: ["y"]
    ) { values in
      try values.mark("y", output(values["x"]))
    }
  }

  /// What is explained.
  public var quantity: any QuantityOfInterest { ClassScore(.index(0)) }

  /// Where the paths start to which the truth belongs.
  public var baseline: any Baseline { ZeroBaseline() }

  /// The attributions of one row.
  ///
  /// - Precondition: As many numbers as features.
  public func attributions(of row: [Double]) -> [Double] {
    precondition(row.count == depends.count, "\(row.count) numbers for \(depends.count) features")
    return formula(row)
  }

  /// Random instances with their attributions, and what their output depends on.
  public func groundTruth(count: Int, seed: UInt64) throws -> GroundTruth {
    let rows = (0..<count).map { index -> [Double] in
      var random = PortableRandom(seed: seed, stream: index)
      return depends.map { _ in random.uniform(range.lowerBound, range.upperBound) }
    }
    return try groundTruth(of: rows)
  }

  /// Given instances with their attributions.
  public func groundTruth(of rows: [[Double]]) throws -> GroundTruth {
    let shape = [rows.count, depends.count]
    let mask = rows.flatMap { _ in depends.map { $0 ? 1.0 : 0 } }
    return GroundTruth(
      inputs: try Tensor(rows.flatMap { $0 }, shape: shape),
      labels: [Int](repeating: 0, count: rows.count),
      truth: Truth(
        mask: try Tensor(mask, shape: shape),
        attributions: Activation(try Tensor(rows.flatMap { attributions(of: $0) }, shape: shape))))
  }
}
