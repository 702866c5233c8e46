// SPDX-License-Identifier: Apache-2.0

import Torch

/// Which number of the network is explained.
///
/// Laws, which ``QuantityLaws`` checks: one number a row; a row's number depends on that row alone;
/// it is differentiable in the output.
public protocol QuantityOfInterest: Sendable {
  /// The quantity of each row.
  ///
  /// - Parameters:
  ///   - output: The value at the slice's end, `[rows, …]`, at the points of the distribution.
  ///   - explained: What the rows belong to: the instance's own output, row by row.
  /// - Returns: `[rows]`.
  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor

  /// How the quantity is called in results.
  var name: String { get }
}

extension QuantityOfInterest {
  public var name: String { String(describing: Self.self) }
}

/// The explained instances, seen from the slice's end, one entry for each row.
public struct ExplainedOutput: Sendable {
  /// The network's output for the instance itself, `[rows, …]`.
  public let output: Tensor
  /// Which instance of the batch a row belongs to, `[rows]`, int64.
  public let instance: Tensor
  /// What the numbers at the slice's end are.
  public let scale: OutputScale

  public init(output: Tensor, instance: Tensor, scale: OutputScale = .unknown) {
    self.output = output
    self.instance = instance
    self.scale = scale
  }
}

/// What the numbers at the end of a slice are.
public enum OutputScale: Sendable, Hashable {
  /// Numbers that the given function will turn into probabilities.
  case logits(OutputHead.Function)
  /// What the given function gave.
  case normalized(OutputHead.Function)
  /// Not known: an internal value, or a model that ends in neither softmax nor sigmoid. Taken for
  /// logits where a quantity has to know.
  case unknown

  /// Whether a probability is still to be made by a softmax.
  var isSoftmaxToBe: Bool {
    switch self {
    case .logits(.sigmoid), .normalized: false
    case .logits, .unknown: true
    }
  }
}

/// What is wrong with a quantity, or with what it is asked of.
public enum QuantityError: Error, Sendable, Equatable, CustomStringConvertible {
  case noClass(Int, shape: [Int])
  case noClasses(shape: [Int], quantity: String)
  case labelCount(Int, instances: Int)
  case shape(quantity: String, result: [Int], rows: Int)
  case notLogits(quantity: String)
  case oneClass(quantity: String)
  case channel(Int, shape: [Int])
  case vector(quantity: String, [Int], output: [Int])
  case position(Int, length: Int, quantity: String)
  case positionCount(Int, instances: Int)
  case noPositions(quantity: String)
  case noPositionAxis(Int, shape: [Int], quantity: String)
  case noSpans(shape: [Int], quantity: String)
  case spanTokens([Int], length: Int, quantity: String)

  public var description: String {
    switch self {
    case .noClass(let index, let shape):
      return "there is no class \(index) in an output of shape \(shape): classes lie on axis 1, "
        + "counted from 0"
    case .noClasses(let shape, let quantity):
      return "'\(quantity)' reads [rows, classes], and the slice ends in \(shape): choose another "
        + "end, or a quantity for channels, units or, of a map of classes, a region"
    case .labelCount(let labels, let instances):
      return "\(labels) labels for \(instances) instances: give one for each"
    case .shape(let quantity, let result, let rows):
      return "'\(quantity)' gave shape \(result) for \(rows) rows: a quantity gives one number a "
        + "row, [\(rows)]"
    case .notLogits(let quantity):
      return "'\(quantity)' reads logits, and the slice ends behind a softmax or sigmoid: let it "
        + "end at `.logits`"
    case .oneClass(let quantity):
      return "'\(quantity)' takes a softmax, and over a single class that is always 1: explain "
        + "`.logit(of: 0)`, or a custom quantity with a sigmoid"
    case .vector(let quantity, let shape, let output):
      return
        "'\(quantity)' compares the output, of shape \(output), with a vector of shape \(shape): "
        + "both are as wide, and the output is [rows, width]"
    case .channel(let channel, let shape):
      return "there is no channel \(channel) on axis 1 of an activation of shape \(shape)"
    case .position(let position, let length, let quantity):
      return
        "'\(quantity)' asks for position \(position) of \(length): they are counted from 0, or "
        + "from −1 at the end to −\(length)"
    case .positionCount(let lists, let instances):
      return
        "there are positions for \(lists) instances, and \(instances) instances: give each its own"
    case .noPositions(let quantity):
      return "'\(quantity)' has no position to be read at: name one at least"
    case .noPositionAxis(let axis, let shape, let quantity):
      return "'\(quantity)' reads positions on axis \(axis) of [rows, positions, classes], and the "
        + "slice ends in \(shape): choose another end, or leave the position out"
    case .noSpans(let shape, let quantity):
      return
        "'\(quantity)' reads the starts and ends of spans, [rows, positions, 2], and the slice "
        + "ends in \(shape): two outputs [rows, positions] are made one by StackedCut, or on the "
        + "command line by --to output:START+output:END"
    case .spanTokens(let shape, let length, let quantity):
      return
        "'\(quantity)' is predicted among tokens of shape \(shape): give [instances, \(length)]"
    }
  }
}
