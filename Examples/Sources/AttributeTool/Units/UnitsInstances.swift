// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// The instances of a command line, read a few at a time: files may be larger than the memory.
struct UnitsInstances {
  let instances: [Instance]
  private let model: any Model
  private let parts: [String: [Part]]

  /// One file.
  private struct Part {
    let count: Int
    let rows: (Range<Int>) throws -> Tensor
  }

  /// - Throws: ``ToolError/data(_:)`` and the readers' errors, which name the file.
  init(_ arguments: [String], _ loader: InputLoader) throws {
    model = loader.model
    var parts: [String: [Part]] = [:]
    var origins: [String: [Instance]] = [:]
    for argument in arguments {
      let (input, file) = try loader.split(argument)
      let part = try Self.part(file, input, loader)
      parts[input.name, default: []].append(part)
      origins[input.name, default: []] += (0..<part.count).map {
        Instance(file: file, row: part.count == 1 ? nil : $0)
      }
    }
    let first = model.inputs.first { $0.hasRows && parts[$0.name] != nil }
    instances = first.flatMap { origins[$0.name] } ?? []
    guard !instances.isEmpty else {
      throw ToolError.data("there is nothing to explain: the files have no instances")
    }
    for input in model.inputs {
      guard let own = parts[input.name] else {
        throw ToolError.data(
          "the model's input '\(input.name)' is not given: add \(input.name)=FILE")
      }
      let count = own.reduce(0) { $0 + $1.count }
      guard !input.hasRows || count == instances.count else {
        throw ToolError.data(
          "there are \(instances.count) instances of the input '\(first?.name ?? "")' and \(count) "
            + "of '\(input.name)': give as many of each")
      }
    }
    self.parts = parts
  }

  var count: Int { instances.count }

  /// Some instances, one behind another.
  func loaded(_ range: Range<Int>) throws -> LoadedInputs {
    var tensors: [String: Tensor] = [:]
    for input in model.inputs {
      let own = parts[input.name] ?? []
      guard input.hasRows else {
        tensors[input.name] = try own.first?.rows(0..<1)
        continue
      }
      var pieces: [Tensor] = []
      var start = 0
      for part in own {
        let rows = range.clamped(to: start..<start + part.count)
        if !rows.isEmpty {
          pieces.append(
            try part.rows(rows.lowerBound - start..<rows.upperBound - start)
              .converted(to: input.elementType))
        }
        start += part.count
      }
      if let other = pieces.first(where: { $0.shape.dropFirst() != pieces[0].shape.dropFirst() }) {
        throw ToolError.data(
          "the instances of the input '\(input.name)' have different shapes, "
            + "\(Array(pieces[0].shape.dropFirst())) and \(Array(other.shape.dropFirst())): look at "
            + "them one after the other")
      }
      tensors[input.name] = try pieces.count == 1 ? pieces[0] : .concatenated(pieces)
    }
    return LoadedInputs(tensors: tensors, instances: Array(instances[range]))
  }

  /// Chosen instances, in that order.
  func loaded(_ rows: [Int]) throws -> LoadedInputs {
    let each = try rows.map { try loaded($0..<$0 + 1) }
    var tensors: [String: Tensor] = [:]
    for input in model.inputs {
      let own = each.compactMap { $0.tensors[input.name] }
      tensors[input.name] = try input.hasRows && own.count > 1 ? .concatenated(own) : own.first
    }
    return LoadedInputs(tensors: tensors, instances: rows.map { instances[$0] })
  }

  private static func part(
    _ file: String, _ input: ModelInput, _ loader: InputLoader
  ) throws -> Part {
    if file.fileExtension == "npy", input.hasRows {
      let array = try NPYFile(path: file)
      // One instance may come without the axis of instances: then it is read whole.
      if array.shape.count == input.shape?.count ?? array.shape.count, let count = array.shape.first
      {
        return Part(count: count) { try loader.instances(array.rows($0), of: file, for: input) }
      }
    }
    let tensor = try loader.tensor(of: file, for: input)
    guard input.hasRows else { return Part(count: 1) { _ in tensor } }
    return Part(count: tensor.shape[0]) {
      try tensor.sliced(axis: 0, from: $0.lowerBound, to: $0.upperBound)
    }
  }
}
