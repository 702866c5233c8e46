// SPDX-License-Identifier: Apache-2.0

import Torch

/// A network written as a Swift function, for small models and for tests.
///
/// The function names the values at which it can be cut:
///
/// ```
/// let model = FunctionModel(inputs: [ModelInput("x")], outputs: ["y"]) { values in
///   let hidden = try values.mark("hidden", try values["x"].linear(weight: w).relu())
///   try values.mark("y", try hidden.linear(weight: v))
/// }
/// ```
///
/// It runs whole at each evaluation, since nothing is known of it but its marks.
public struct FunctionModel: Model {
  public let inputs: [ModelInput]
  public let outputs: [Place]
  public let head: OutputHead?
  public let layers: [ModelLayer]
  private let function: @Sendable (Values) throws -> Void

  /// The values of one run.
  public final class Values {
    private let given: [Place: Tensor]
    fileprivate private(set) var marked: [String: Tensor] = [:]
    fileprivate private(set) var operations: [String] = []

    fileprivate init(given: [Place: Tensor]) { self.given = given }

    /// The input of that name.
    public subscript(input: String) -> Tensor {
      get throws {
        guard let tensor = given[Place(input)] else {
          throw InputError.missing(input, known: given.keys.map(\.value).sorted())
        }
        return tensor
      }
    }

    /// Names a value, and gives back what the rest of the function has to work with: the value, or
    /// what an explanation puts in its stead.
    ///
    /// - Throws: ``CutError`` where the name is marked twice in one run, so that a shared layer is
    ///   never half replaced.
    @discardableResult
    public func mark(_ name: String, _ value: Tensor) throws -> Tensor {
      guard marked[name] == nil else { throw FunctionModelError.markedTwice(name) }
      let result = given[Place(name)] ?? value
      marked[name] = result
      operations.append(name)
      return result
    }
  }

  /// - Parameters:
  ///   - inputs: What is fed.
  ///   - outputs: Marked names.
  ///   - layers: All marked names, for listing; the outputs alone where not given.
  ///   - head: The final softmax or sigmoid, where there is one.
  ///   - function: Reads inputs and marks values.
  public init(
    inputs: [ModelInput], outputs: [String], layers: [String]? = nil, head: OutputHead? = nil,
    _ function: @escaping @Sendable (Values) throws -> Void
  ) {
    self.inputs = inputs
    self.outputs = outputs.map { Place($0) }
    self.head = head
    self.layers = (layers ?? outputs).map { ModelLayer($0, operation: "mark") }
    self.function = function
  }

  /// The place of a marked value.
  ///
  /// Its in-anchor is the same place: a mark is no operation.
  public func places(of layer: String, anchor: Anchor) throws -> [Place] { [Place(layer)] }

  public func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
    let values = Values(given: given)
    try function(values)
    return try wanted.map { place in
      if let tensor = given[place] ?? values.marked[place.value] { return tensor }
      throw CutError.unknown(layer: place.value, among: values.operations)
    }
  }
}

/// What is wrong with a function that describes a model.
public enum FunctionModelError: Error, Sendable, Equatable, CustomStringConvertible {
  case markedTwice(String)

  public var description: String {
    switch self {
    case .markedTwice(let name):
      return "the value '\(name)' is marked twice in one run: give each use a name of its own"
    }
  }
}
