// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// Explains the digits, each for its predicted class, from the image to the logits.
struct Study {
  let model: ONNXModel
  let digits: Tensor
  let slice = NetworkSlice(from: .input, to: .logits)

  func attributions(
    _ distribution: any DistributionOfInterest, measure: Measure = .attribution
  ) throws -> Attributions {
    try InternalInfluence(model, distribution: distribution, slice: slice, measure: measure)
      .attributions(for: digits)
  }

  func row(
    for entry: Entry, comparedWith integrated: Tensor, _ perturbation: Perturbation
  ) throws -> Row {
    let result = try attributions(entry.distribution, measure: entry.measure)
    // Others on the machine only ever add time; what takes long is run once.
    let again = try (0..<(result.cost.seconds < 1 ? 4 : 0)).map { _ in
      try attributions(entry.distribution, measure: entry.measure).cost.seconds
    }
    let count = Double(digits.shape[0])
    let values = result.values
    return Row(
      name: entry.name, gradients: Double(result.cost.backwardRows) / count,
      milliseconds: (again.min() ?? result.cost.seconds) * 1000 / count,
      gap: try relativeGap(of: result),
      error: try entry.converged.map {
        try median(relativeErrors(of: values, from: attributions($0).values))
      },
      estimate: try result.errorEstimate.map { median(try $0.numbers()) },
      deletions: try perturbation.areas(of: values), onBlack: try shareOnBlack(of: values),
      agreement: try agreement(values, integrated))
  }

  /// The gap relative to what the quantity changes by, the median of the digits.
  private func relativeGap(of result: Attributions) throws -> Double? {
    guard let gap = result.completenessGap, let start = result.quantity.start,
      let end = result.quantity.end
    else { return nil }
    return median(try (gap.absolute() / (end - start).absolute()).numbers())
  }

  /// The share of attributions on pixels that are black, Σ |a| there / Σ |a|.
  func shareOnBlack(of values: Tensor) throws -> Double {
    let sizes = try values.absolute()
    return try (sizes * (digits .== 0).converted(like: sizes)).sum().number() / sizes.sum().number()
  }

  /// Σ |a − b| / Σ |b| of each digit.
  private func relativeErrors(of values: Tensor, from other: Tensor) throws -> [Double] {
    let difference = try (values - other).absolute().flattened(from: 1).sum(axes: [1])
    return try (difference / other.absolute().flattened(from: 1).sum(axes: [1])).numbers()
  }
}
