// SPDX-License-Identifier: Apache-2.0

import Torch

/// What is fed to a model: the instances to explain.
public struct Inputs: Sendable {
  /// Tensors by input name; the empty name stands for a model's only input.
  public let tensors: [String: Tensor]

  /// For a model with one input: `[rows, …]`.
  public init(_ tensor: Tensor) { tensors = ["": tensor] }

  /// A tensor for each input, by name.
  public init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  /// The tensors by place, in the model's types, and the number of rows.
  ///
  /// - Throws: ``InputError`` where an input is missing, unknown, of another shape or row count.
  func resolved(for model: any Model) throws -> (given: [Place: Tensor], rows: Int) {
    let named = try byName(for: model)
    var given: [Place: Tensor] = [:]
    var rows: (count: Int, input: String)?
    for input in model.inputs {
      guard let tensor = named[input.name] else {
        throw InputError.missing(input.name, known: model.inputs.map(\.name))
      }
      try Self.checkShape(of: tensor, for: input)
      if input.hasRows {
        if let rows, rows.count != tensor.shape[0] {
          throw InputError.rowCounts(
            rows.input, rows.count, input.name, tensor.shape[0])
        }
        rows = (tensor.shape[0], input.name)
      }
      given[input.place] = try tensor.converted(to: input.elementType)
    }
    guard let rows, rows.count > 0 else { throw InputError.noRows }
    return (given, rows.count)
  }

  private func byName(for model: any Model) throws -> [String: Tensor] {
    let known = Set(model.inputs.map(\.name))
    if let tensor = tensors[""], tensors.count == 1, !known.contains("") {
      guard model.inputs.count == 1 else {
        throw InputError.severalInputs(model.inputs.map(\.name))
      }
      return [model.inputs[0].name: tensor]
    }
    if let stranger = tensors.keys.sorted().first(where: { !known.contains($0) }) {
      throw InputError.unknown(stranger, known: model.inputs.map(\.name))
    }
    return tensors
  }

  private static func checkShape(of tensor: Tensor, for input: ModelInput) throws {
    let shape = tensor.shape
    if input.hasRows, shape.isEmpty { throw InputError.shape(input, shape) }
    guard let wanted = input.shape else { return }
    // The row axis may have any length: a batch fixed in the file is the model's own affair.
    let fits =
      wanted.count == shape.count
      && zip(wanted, shape).enumerated().allSatisfy { axis, lengths in
        (axis == 0 && input.hasRows) || lengths.0 == nil || lengths.0 == lengths.1
      }
    guard fits else { throw InputError.shape(input, shape) }
    guard input.elementType.isFloatingPoint || !tensor.elementType.isFloatingPoint else {
      throw InputError.elementType(input, tensor.elementType)
    }
  }
}

/// What is wrong with the tensors fed to a model.
public enum InputError: Error, Sendable, Equatable, CustomStringConvertible {
  case missing(String, known: [String])
  case unknown(String, known: [String])
  case severalInputs([String])
  case shape(ModelInput, [Int])
  case elementType(ModelInput, ElementType)
  case rowCounts(String, Int, String, Int)
  case noRows

  public var description: String {
    switch self {
    case .missing(let name, let known):
      return "the model's input '\(name)' is not given; it has the inputs \(known.list)"
    case .unknown(let name, let known):
      return "the model has no input '\(name)'; it has the inputs \(known.list)"
    case .severalInputs(let names):
      return "the model has several inputs, \(names.list): give each by its name"
    case .shape(let input, let shape):
      let wanted = (input.shape ?? []).map { $0.map(String.init) ?? "any" }
      return "input '\(input.name)' has shape \(shape), and the model wants "
        + "[\(wanted.joined(separator: ", "))]"
        + (input.hasRows ? ", the first axis being the rows" : "")
    case .elementType(let input, let type):
      return "input '\(input.name)' has \(type.rawValue) elements, and the model wants "
        + "\(input.elementType.rawValue): convert them, so that no fraction is lost unseen"
    case .rowCounts(let first, let firstCount, let second, let secondCount):
      return "input '\(first)' has \(firstCount) rows and '\(second)' has \(secondCount): "
        + "give as many of each"
    case .noRows:
      return "there is nothing to explain: the inputs have no rows"
    }
  }
}

extension [String] {
  /// The names in quotes, for messages.
  var list: String { map { "'\($0)'" }.joined(separator: ", ") }
}
