// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Torch

extension ComparePlan {
  static func data(_ data: ExperimentFile.DataSet) throws -> ExperimentData {
    let scaling = ImageScaling(
      mean: data.imageMean?.values ?? [0], deviation: data.imageDeviation?.values ?? [1])
    guard scaling.deviation.allSatisfy({ $0 > 0 }) else {
      throw ToolError.usage("imageDeviation takes numbers above 0")
    }
    let files = try data.inputs.values.map(InputPart.init)
    let first = files.filter { $0.input == files.first?.input }
    let count = first.reduce(0) { $0 + $1.count }
    guard count > 0 else { throw ToolError.data("inputs: there are no instances") }
    let labels = try data.labels.map { try Self.labels($0, count: count) }
    let known = try [data.mask, data.truth].map { try $0.map { try KnownRows($0, count: count) } }
    var hash = SHA256()
    for file in files { hash.update("\(file.input ?? "") \(try file.digest())\n".utf8) }
    for file in known {
      hash.update("\(try file.map { try SHA256.digest(ofFile: $0.file) } ?? "")\n".utf8)
    }
    hash.update("\(labels ?? []) \(scaling.mean) \(scaling.deviation)".utf8)
    return ExperimentData(
      data.name, hash: hash.finished(), count: count, models: data.models?.values
    ) { rows, model in
      let loader = InputLoader(model: model, scaling: scaling)
      var tensors: [String: Tensor] = [:]
      for input in model.inputs {
        let own = files.filter {
          $0.input == input.name || $0.input == nil && model.inputs.count == 1
        }
        guard !own.isEmpty else {
          throw ToolError.data(
            "the model's input '\(input.name)' is not given: add \(input.name)=FILE")
        }
        tensors[input.name] = try InputPart.tensor(of: own, rows, for: input, loader)
      }
      return ExperimentBatch(
        inputs: Inputs(tensors), labels: labels.map { Array($0[rows]) },
        truth: Truth(
          mask: try known[0]?.rows(rows),
          attributions: try known[1].map { Activation(try $0.rows(rows)) }))
    }
  }

  private static func labels(_ labels: ExperimentFile.Labels, count: Int) throws -> [Int] {
    let numbers: [Int]
    switch labels {
    case .numbers(let own): numbers = own
    case .file(let file):
      numbers = try Tensor(contentsOfNPY: file).numbers().map { number in
        guard let label = Int(exactly: number) else {
          throw ToolError.data("labels: \(file) has \(number), which is no class")
        }
        return label
      }
    }
    guard numbers.count == count, numbers.allSatisfy({ $0 >= 0 }) else {
      throw ToolError.data(
        "labels: there are \(numbers.count), and \(count) instances: give a class, from 0, for each"
      )
    }
    return numbers
  }
}

extension ExperimentFile.DataSet {
  /// Whether edges could be found in it: images, or arrays of the shape of some.
  func holdsPictures() throws -> Bool {
    try inputs.values.contains { argument in
      let part = try InputPart(argument)
      return try part.isImage || NPYFile(path: part.file).shape.count == 4
    }
  }
}

/// A file of inputs, `FILE` or `NAME=FILE`, read by rows.
private struct InputPart: Sendable {
  let input: String?
  let file: String
  let count: Int

  var isImage: Bool { file.fileExtension != "npy" }

  init(_ argument: String) throws {
    let mark = SystemFile.exists(argument) ? nil : argument.firstIndex(of: "=")
    input = mark.map { String(argument[..<$0]) }
    file = mark.map { String(argument[argument.index(after: $0)...]) } ?? argument
    switch file.fileExtension {
    case "png", "jpg", "jpeg":
      guard SystemFile.exists(file) else {
        throw ToolError.data("inputs: \(file): there is no such file")
      }
      count = 1
    case "npy":
      let shape = try NPYFile(path: file).shape
      guard shape.count > 1 else {
        throw ToolError.data(
          "inputs: \(file) has shape \(shape): its first axis must be the instances")
      }
      count = shape[0]
    default:
      throw ToolError.data(
        "inputs: \(file) is not known by its name: .npy, .png, .jpg and .jpeg are")
    }
  }

  func digest() throws -> String { try SHA256.digest(ofFile: file) }

  /// Some rows of several files, one behind another; all of them where rows share the input.
  static func tensor(
    of parts: [InputPart], _ rows: Range<Int>, for input: ModelInput, _ loader: InputLoader
  ) throws -> Tensor {
    guard input.hasRows else { return try loader.tensor(of: parts[0].file, for: input) }
    var tensors: [Tensor] = []
    var start = 0
    for part in parts {
      let own = rows.clamped(to: start..<start + part.count)
      if !own.isEmpty {
        let range = own.lowerBound - start..<own.upperBound - start
        tensors.append(
          part.isImage
            ? try loader.tensor(of: part.file, for: input)
            : try loader.instances(NPYFile(path: part.file).rows(range), of: part.file, for: input))
      }
      start += part.count
    }
    guard start >= rows.upperBound else {
      throw ToolError.data(
        "the input '\(input.name)' has \(start) instances, and another one more: give as many of each"
      )
    }
    return tensors.count == 1 ? tensors[0] : try .concatenated(tensors)
  }
}

/// An array with a row for each instance, or one for all.
private struct KnownRows: Sendable {
  let file: String
  private let array: NPYFile

  init(_ file: String, count: Int) throws {
    self.file = file
    array = try NPYFile(path: file)
    guard let rows = array.shape.first, rows == count || rows == 1 else {
      throw ToolError.data(
        "\(file) has shape \(array.shape), and there are \(count) instances: give a row for each, "
          + "or one for all")
    }
  }

  func rows(_ range: Range<Int>) throws -> Tensor {
    try array.rows(array.shape[0] == 1 ? 0..<1 : range)
  }
}
