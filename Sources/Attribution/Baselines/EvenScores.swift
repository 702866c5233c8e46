// SPDX-License-Identifier: Apache-2.0

import Glibc
import Torch

/// How far scores are from even ones, and which way they become even.
struct EvenScores {
  /// Whether each score is even at 0; else they are where they are equal.
  let areLabels: Bool

  init(_ scale: OutputScale) { areLabels = scale == .logits(.sigmoid) }

  /// What is seen from points.
  struct View {
    /// KL(even ‖ p), `[instances]`, float64.
    let divergences: Tensor
    /// What is to become 0, `[instances, classes]`, float64.
    let excess: Tensor
    /// Of each class's score, `[classes · instances, …]`, all instances of a class after another.
    let gradients: Activation
    /// Takes scores to their excess, `[classes, classes]`, float64.
    let projection: Tensor
  }

  func view(of points: Activation, through probe: Probe) throws -> View {
    let count = probe.count
    let classes = try probe.explained.output.shape[1]
    let response = try probe.response(at: points.repeated(classes)) { output, _, rows in
      let own = rows.map { Int64($0 / count) }
      return try output.gathered(
        Tensor(own).reshaped(to: [own.count, 1]).moved(to: output.device), axis: 1
      ).squeezed(axis: 1)
    }
    let scores = try response.output[0..<count].converted(to: .float64)
    var projection = try Tensor.identity(classes, type: .float64, on: scores.device)
    let divergences: Tensor
    if areLabels {
      let both = try scores.logSigmoid() + (-scores).logSigmoid()
      divergences = try both.mean(axes: [1]) * -0.5 - log(2)
    } else {
      projection = try projection - 1 / Double(classes)
      divergences = try -scores.logSoftmax(axis: 1).mean(axes: [1]) - log(Double(classes))
    }
    return View(
      divergences: divergences, excess: try scores.matrixProduct(projection),
      gradients: response.gradients, projection: projection)
  }
}

extension EvenScores.View {
  /// The least way that makes the excess 0 where scores are linear, shortened by the damping, along
  /// features that may still go where it leads.
  func wayToEven(
    damping: Tensor, of point: Activation, in range: ClosedRange<Double>?
  ) throws -> Activation {
    guard let range else { return try way(damping, along: gradients, of: point) }
    var gradients = gradients
    var way = try way(damping, along: gradients, of: point)
    // Without those features others have to go farther, which may lead them out in turn.
    for _ in 0..<4 {
      let isFree = try point.combined(with: way) { at, way in
        try
          .!(((at .<= range.lowerBound) .& (way .< 0)) .| ((at .>= range.upperBound) .& (way .> 0)))
      }
      gradients = try gradients.combined(with: isFree.repeated(excess.shape[1])) {
        try $0.filled(with: 0, where: .!$1)
      }
      way = try self.way(damping, along: gradients, of: point)
    }
    return way
  }

  /// With gradients J, `[classes, elements]`, and the projection P:
  /// −JᵀP (P J Jᵀ P + damping · trace · 1)⁻¹ excess.
  private func way(
    _ damping: Tensor, along gradients: Activation, of point: Activation
  ) throws -> Activation {
    let (instances, classes) = (excess.shape[0], excess.shape[1])
    // [instances, classes, elements] each.
    let parts = try gradients.tensors.map {
      try $0.reshaped(to: [classes, instances, -1]).transposed(0, 1)
    }
    let products = try parts.map {
      try $0.matrixProduct($0.transposed(1, 2)).converted(to: .float64)
    }
    let all = try products.dropFirst().reduce(products[0]) { try $0 + $1 }
    let seen = try projection.matrixProduct(all).matrixProduct(projection)
    let identity = try Tensor.identity(classes, type: .float64, on: excess.device)
    let trace = try (seen * identity).sum(axes: [1, 2])
    // Where nothing moves the scores, the way is 0 whatever is divided by.
    let weight = try (trace * damping).filled(with: 1, where: trace .<= 0)
    let factors = try (seen + weight.alignedToRows(rank: 3) * identity)
      .solving(excess.unsqueezed(axis: 2))
    let shares = try projection.matrixProduct(factors).transposed(1, 2)
    return Activation(
      try zip(parts, point.tensors).map { part, tensor in
        try -shares.converted(like: part).matrixProduct(part).reshaped(to: tensor.shape)
      })
  }

  func choosingInstances(where mask: Tensor, else other: Self) throws -> Self {
    let (count, classes) = (excess.shape[0], excess.shape[1])
    return Self(
      divergences: try divergences.chosen(where: mask, else: other.divergences),
      excess: try excess.chosen(where: mask.alignedToRows(rank: 2), else: other.excess),
      gradients: try gradients.choosingRows(
        where: mask.broadcast(to: [classes, count]).reshaped(to: [-1]), else: other.gradients),
      projection: projection)
  }
}
