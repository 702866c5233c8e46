// SPDX-License-Identifier: Apache-2.0

import Glibc
import Torch

/// The scores of all classes that are there for the instance, added: of networks that give several
/// labels, each with a probability of its own.
///
/// Which they are is seen at the instance, and held along a path. Where none is, the sum is 0, and so
/// are the attributions. For one label of several there is ``ClassScore``.
public struct PresentClasses: QuantityOfInterest {
  /// The probability above which a class is there.
  public let threshold: Double

  /// - Precondition: The threshold lies between 0 and 1.
  public init(above threshold: Double = 0.5) {
    precondition(threshold > 0 && threshold < 1, "a probability between 0 and 1, not \(threshold)")
    self.threshold = threshold
  }

  public var name: String {
    "score of the classes present" + (threshold == 0.5 ? "" : " above \(threshold)")
  }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    try (output * isPresent(explained).converted(like: output)).sum(axes: [1])
  }

  /// Which classes are there, `[rows, classes]`, boolean.
  ///
  /// Numbers that nothing is known of are taken for logits of a sigmoid.
  ///
  /// - Throws: ``PresentClassesError`` behind or ahead of a softmax, whose classes exclude each other.
  public func isPresent(_ explained: ExplainedOutput) throws -> Tensor {
    guard explained.output.rank == 2 else {
      throw QuantityError.noClasses(shape: explained.output.shape, quantity: name)
    }
    switch explained.scale {
    case .normalized(.sigmoid): return try explained.output .> threshold
    case .logits(.sigmoid), .unknown:
      return try explained.output .> log(threshold / (1 - threshold))
    case .logits, .normalized: throw PresentClassesError(quantity: name)
    }
  }
}

/// Why no classes are present beside each other.
public struct PresentClassesError: Error, Sendable, Equatable, CustomStringConvertible {
  public let quantity: String

  public var description: String {
    "'\(quantity)' is for labels that may be there together, each behind a sigmoid, and this model's "
      + "softmax chooses one: explain the predicted class"
  }
}

extension QuantityOfInterest where Self == PresentClasses {
  /// The scores of all classes with a probability above a half, added.
  public static var presentClasses: PresentClasses { PresentClasses() }
}
