// SPDX-License-Identifier: Apache-2.0

import Torch

/// Which class of `[rows, classes]` a quantity is about.
public enum ClassChoice: Sendable, Hashable {
  /// The class of that index, counted from 0.
  case index(Int)
  /// The class predicted for the instance, and held along the path.
  case predicted
  /// A class for each instance of the batch.
  case labels([Int])

  /// The class of each row, `[rows, 1]`, int64.
  func indices(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let shape = output.shape
    switch self {
    case .index(let index):
      try Self.check(index, in: shape)
      return try Tensor.full([shape[0], 1], Double(index), type: .int64, on: output.device)
    case .predicted:
      return try explained.output.indexOfMaximum(axis: 1, keepingAxis: true)
    case .labels(let labels):
      for label in labels { try Self.check(label, in: shape) }
      let instances = Int(try explained.instance.max().number()) + 1
      guard instances <= labels.count else {
        throw QuantityError.labelCount(labels.count, instances: instances)
      }
      return try Tensor(labels).moved(to: output.device).selecting(explained.instance)
        .unsqueezed(axis: 1)
    }
  }

  /// The class's entry of each row, `[rows]`; one number a row, `[rows]`, is a class by itself.
  func entries(
    of output: Tensor, explaining explained: ExplainedOutput, for quantity: String
  ) throws -> Tensor {
    if output.rank == 1 {
      return try entries(
        of: output.unsqueezed(axis: 1),
        explaining: ExplainedOutput(
          output: explained.output.unsqueezed(axis: 1), instance: explained.instance,
          scale: explained.scale), for: quantity)
    }
    guard output.rank == 2 else {
      throw QuantityError.noClasses(shape: output.shape, quantity: quantity)
    }
    if case .index(let index) = self {
      try Self.check(index, in: output.shape)
      return try output.selected(index, axis: 1)
    }
    return try output.gathered(indices(of: output, explaining: explained), axis: 1)
      .squeezed(axis: 1)
  }

  private static func check(_ index: Int, in shape: [Int]) throws {
    guard index >= 0, index < shape[1] else { throw QuantityError.noClass(index, shape: shape) }
  }

  var label: String {
    switch self {
    case .index(let index): "\(index)"
    case .predicted: "predicted"
    case .labels: "label of each instance"
    }
  }
}

/// A class's number as the slice's end gives it: a logit or a probability.
public struct ClassScore: QuantityOfInterest {
  public let choice: ClassChoice

  public init(_ choice: ClassChoice) { self.choice = choice }

  public var name: String { "score of class \(choice.label)" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    try choice.entries(of: output, explaining: explained, for: name)
  }
}

/// The greatest class score at each point: the class may change along a path.
///
/// To hold the class that is predicted for the instance, use ``ClassScore`` with `.predicted`.
public struct WinningClassScore: QuantityOfInterest {
  public init() {}

  public var name: String { "score of the winning class" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    guard output.rank == 2 else {
      throw QuantityError.noClasses(shape: output.shape, quantity: name)
    }
    return try output.max(axes: [1])
  }
}

/// A class's probability, its logarithm, or its logit, whichever the slice's end gives.
public struct ClassProbability: QuantityOfInterest {
  public enum Form: String, Sendable, CaseIterable {
    case probability
    case logProbability = "log-probability"
    case logit
  }

  public let choice: ClassChoice
  public let form: Form

  public init(_ choice: ClassChoice, as form: Form = .probability) {
    self.choice = choice
    self.form = form
  }

  public var name: String { "\(form.rawValue) of class \(choice.label)" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let isOne = output.rank == 1 || output.rank == 2 && output.shape[1] == 1
    if form != .logit, isOne, explained.scale.isSoftmaxToBe {
      throw QuantityError.oneClass(quantity: name)
    }
    let scaled =
      switch form {
      case .probability: try probabilities(of: output, scale: explained.scale)
      case .logProbability: try logProbabilities(of: output, scale: explained.scale)
      case .logit: try logits(of: output, scale: explained.scale)
      }
    return try choice.entries(of: scaled, explaining: explained, for: name)
  }

  private func probabilities(of output: Tensor, scale: OutputScale) throws -> Tensor {
    switch scale {
    case .logits(.sigmoid): try output.sigmoid()
    case .logits, .unknown: try output.softmax(axis: 1)
    case .normalized(.logSoftmax): try output.exponential()
    case .normalized: output
    }
  }

  private func logProbabilities(of output: Tensor, scale: OutputScale) throws -> Tensor {
    switch scale {
    case .logits(.sigmoid): try output.logSigmoid()
    case .logits, .unknown: try output.logSoftmax(axis: 1)
    case .normalized(.logSoftmax): output
    case .normalized: try output.logarithm()
    }
  }

  private func logits(of output: Tensor, scale: OutputScale) throws -> Tensor {
    if case .normalized = scale { throw QuantityError.notLogits(quantity: name) }
    return output
  }
}

extension QuantityOfInterest where Self == ClassScore {
  /// The score of a class as the slice's end gives it.
  public static func classScore(_ index: Int) -> ClassScore { ClassScore(.index(index)) }
  /// The score of the class predicted for the instance, held along the path.
  public static var predictedClass: ClassScore { ClassScore(.predicted) }
  /// The score of a class for each instance of the batch.
  public static func labels(_ labels: [Int]) -> ClassScore { ClassScore(.labels(labels)) }
}

extension QuantityOfInterest where Self == WinningClassScore {
  /// The greatest class score at each point.
  public static var winningClass: WinningClassScore { WinningClassScore() }
}

extension QuantityOfInterest where Self == ClassProbability {
  public static func probability(of choice: ClassChoice) -> ClassProbability {
    ClassProbability(choice)
  }
  public static func probability(of index: Int) -> ClassProbability {
    ClassProbability(.index(index))
  }
  public static func logProbability(of choice: ClassChoice) -> ClassProbability {
    ClassProbability(choice, as: .logProbability)
  }
  public static func logProbability(of index: Int) -> ClassProbability {
    ClassProbability(.index(index), as: .logProbability)
  }
  public static func logit(of choice: ClassChoice) -> ClassProbability {
    ClassProbability(choice, as: .logit)
  }
  public static func logit(of index: Int) -> ClassProbability {
    ClassProbability(.index(index), as: .logit)
  }
}
