// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// What `attribute explain` has found.
public struct Explanation: Sendable {
  public let plan: ExplainPlan
  public let model: ONNXModel
  public let inputs: LoadedInputs
  /// What made the attributions.
  public let configuration: Configuration
  /// What all instances took together.
  public let cost: Cost
  /// What is shown and written: the attributions, or their sizes where those are wanted.
  ///
  /// Texts that were explained one by one are of different length: behind the shorter ones there are
  /// zeros.
  public let activation: Activation
  /// Of every attribution; `nil` where samples are no random draws.
  public let standardError: Activation?
  public let rows: [ExplainedRow]
  /// The gradient at the input, where a picture is wanted.
  public let gradient: Tensor?
  /// The texts, if that is what the instances are.
  public let texts: [ExplainedText]
  /// How series and regions are drawn, and what is to be told.
  public let maps: ExplainedMaps
}

/// What is told of one instance.
public struct ExplainedRow: Sendable, Equatable {
  public let name: String
  /// The class that the model predicts; `nil` where its first output has no classes.
  public let label: Int?
  /// What that class is called, where it is a token.
  public var labelName: String?
  /// What its first output says for that class; `nil` where it is not one number a class.
  public let score: Double?
  /// The quantity at the instance, at the path's end and start.
  public let quantity: Double
  public let end: Double?
  public let start: Double?
  /// Σ of its attributions.
  public let sum: Double
  public let gap: Double?
  /// The estimated error as a share of the attributions' sizes.
  public let errorEstimate: Double?
  public let standardError: StandardError?
  /// What the automatic rule took.
  public let effort: Effort?

  /// The gap as a share of the quantity's change; `nil` where nothing changes.
  public var relativeGap: Double? {
    guard let gap, let start, let end, end != start else { return nil }
    return abs(gap / (end - start))
  }
}

/// The standard errors of an instance's attributions, in units of the quantity.
public struct StandardError: Sendable, Equatable {
  public let sum: Double
  public let greatest: Double
}
