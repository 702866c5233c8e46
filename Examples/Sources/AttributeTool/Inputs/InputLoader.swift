// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch
import Visualization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads what is fed to a model from files.
public struct InputLoader: Sendable {
  public let model: any Model
  public let scaling: ImageScaling

  public init(model: any Model, scaling: ImageScaling = ImageScaling()) {
    self.model = model
    self.scaling = scaling
  }

  /// Reads the inputs of a command line: `FILE`, or `NAME=FILE` where there are several inputs.
  ///
  /// Several files for one input are several instances, in that order.
  ///
  /// - Throws: ``ToolError/data(_:)`` and the readers' errors, which name the file.
  public func load(_ arguments: [String]) throws -> LoadedInputs {
    var tensors: [String: [Tensor]] = [:]
    var origins: [String: [Instance]] = [:]
    for argument in arguments {
      let (input, file) = try split(argument)
      let tensor = try tensor(of: file, for: input)
      tensors[input.name, default: []].append(tensor)
      guard input.hasRows else { continue }
      origins[input.name, default: []] += (0..<tensor.shape[0]).map {
        Instance(file: file, row: tensor.shape[0] == 1 ? nil : $0)
      }
    }
    var whole: [String: Tensor] = [:]
    for input in model.inputs {
      guard let parts = tensors[input.name] else {
        throw ToolError.data(
          "the model's input '\(input.name)' is not given: add \(input.name)=FILE")
      }
      whole[input.name] = try joined(parts, of: input)
    }
    let counts = model.inputs.filter(\.hasRows).map { ($0.name, whole[$0.name]?.shape[0] ?? 0) }
    if let first = counts.first, let other = counts.first(where: { $0.1 != first.1 }) {
      throw ToolError.data(
        "there are \(first.1) instances of the input '\(first.0)' and \(other.1) of "
          + "'\(other.0)': give as many of each")
    }
    let instances = model.inputs.lazy.compactMap { origins[$0.name] }.first ?? []
    guard !instances.isEmpty else {
      throw ToolError.data("there is nothing to explain: the files have no instances")
    }
    return LoadedInputs(tensors: whole, instances: instances)
  }

  /// `NAME=FILE`, or the file of a model with one input.
  func split(_ argument: String) throws -> (ModelInput, String) {
    if let mark = argument.firstIndex(of: "=") {
      let name = String(argument[..<mark])
      if let input = model.inputs.first(where: { $0.name == name }) {
        return (input, String(argument[argument.index(after: mark)...]))
      }
      guard SystemFile.exists(argument) else {
        throw ToolError.data("the model has no input '\(name)'; it has \(model.inputs.names)")
      }
    }
    guard model.inputs.count == 1 else {
      throw ToolError.data(
        "the model has the inputs \(model.inputs.names): say whose \(argument) is, as in "
          + "\(model.inputs.first?.name ?? "NAME")=\(argument)")
    }
    return (model.inputs[0], argument)
  }

  /// A file as instances of an input, `[rows, …]`.
  func tensor(of file: String, for input: ModelInput) throws -> Tensor {
    switch file.fileExtension {
    case "npy": return try instances(Tensor(contentsOfNPY: file), of: file, for: input)
    case "png", "jpg", "jpeg":
      guard let format = ImageFormat(input) else {
        throw ToolError.data(
          "\(file) is an image, and the input '\(input.name)' wants "
            + "\(input.shape.map(\.shapeText) ?? "another shape"), which is none: give a .npy file")
      }
      let image = try Image(contentsOf: URL(fileURLWithPath: file))
      return try format.tensor(of: image, file: file, scaling: scaling)
    default:
      throw ToolError.data("\(file) is not known by its name: .npy, .png, .jpg and .jpeg are")
    }
  }

  func instances(_ tensor: Tensor, of file: String, for input: ModelInput) throws -> Tensor {
    try Self.checkFinite(tensor, file: file)
    guard let wanted = input.shape else { return tensor }
    let shape = tensor.shape
    func fits(_ shape: [Int]) -> Bool {
      shape.count == wanted.count
        && zip(wanted, shape).enumerated().allSatisfy { axis, lengths in
          (axis == 0 && input.hasRows) || lengths.0 ?? lengths.1 == lengths.1
        }
    }
    if fits(shape) { return tensor }
    // One instance may come without the axis of instances.
    if input.hasRows, fits([1] + shape) { return try tensor.unsqueezed(axis: 0) }
    let note = input.hasRows ? ", the first axis being the instances" : ""
    throw ToolError.data(
      "\(file) has shape \(shape), and the input '\(input.name)' wants \(wanted.shapeText)\(note)")
  }

  static func checkFinite(_ tensor: Tensor, file: String) throws {
    guard tensor.elementType.isFloatingPoint, tensor.count > 0 else { return }
    // Finite numbers may add up to infinity; only then are they looked at one by one.
    if try tensor.converted(to: .float64).sum().number().isFinite { return }
    let strangers = try tensor.numbers().enumerated().filter { !$0.element.isFinite }
    guard let first = strangers.first else { return }
    throw ToolError.data(
      "\(file) has \(strangers.count) \(strangers.count == 1 ? "element that is" : "elements that are")"
        + " not finite, the first (\(first.element)) at index \(first.offset): nothing can be "
        + "explained there, so replace them")
  }

  func joined(_ parts: [Tensor], of input: ModelInput) throws -> Tensor {
    guard parts.count > 1 else { return parts[0] }
    guard input.hasRows else {
      throw ToolError.data(
        "the input '\(input.name)' is shared by all instances: give one file for it, not "
          + "\(parts.count)")
    }
    let shape = parts[0].shape.dropFirst()
    if let other = parts.first(where: { $0.shape.dropFirst() != shape }) {
      throw ToolError.data(
        "the files of the input '\(input.name)' have instances of different shapes, \(Array(shape)) "
          + "and \(Array(other.shape.dropFirst())): explain them one after the other")
    }
    return try .concatenated(parts.map { try $0.converted(to: input.elementType) })
  }
}

/// One row of what is explained, and where it came from.
public struct Instance: Sendable, Equatable {
  /// `nil` for what stands on the command line itself.
  public let file: String?
  /// Its row in a file with several, its line in one of texts, or its place on the command line.
  public let row: Int?

  /// The file's name, and the row where there are several.
  public var name: String { (file?.fileName ?? "text") + (row.map { "[\($0)]" } ?? "") }
}

/// What is fed to a model, and what its instances are called.
public struct LoadedInputs: Sendable {
  public let tensors: [String: Tensor]
  public let instances: [Instance]
  /// Where the instances are texts.
  public var texts: EncodedTexts?
  /// Files of what the model reads besides texts.
  var otherFiles: [String] = []

  public var inputs: Inputs { Inputs(tensors) }

  /// Some of the rows, by place and in the model's types.
  func given(for model: any Model, rows: Range<Int>) throws -> [Place: Tensor] {
    var given: [Place: Tensor] = [:]
    for input in model.inputs {
      guard let tensor = try tensors[input.name]?.converted(to: input.elementType) else { continue }
      given[input.place] =
        input.hasRows
        ? try tensor.sliced(axis: 0, from: rows.lowerBound, to: rows.upperBound) : tensor
    }
    return given
  }
}

extension [ModelInput] {
  /// The names in quotes, for messages.
  var names: String { map { "'\($0.name)'" }.joined(separator: ", ") }
}
