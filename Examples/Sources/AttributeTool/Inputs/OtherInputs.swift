// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// What a model reads besides texts: `NAME=FILE`, a row for each text or one for all.
struct OtherInputs {
  private(set) var files: [String] = []
  private var tensors: [ModelInput: Tensor] = [:]

  /// - Throws: ``ToolError/data(_:)`` where the model has no such input.
  init(_ arguments: [String], _ loader: InputLoader) throws {
    var parts: [ModelInput: [Tensor]] = [:]
    for argument in arguments {
      let (input, file) = try loader.split(argument)
      parts[input, default: []].append(try loader.tensor(of: file, for: input))
      files.append(file)
    }
    for (input, all) in parts { tensors[input] = try loader.joined(all, of: input) }
  }

  /// Makes sure that there is a row for each text, or one for all.
  ///
  /// - Throws: ``ToolError/data(_:)``.
  func check(rows count: Int) throws {
    for (input, tensor) in tensors where input.hasRows && ![1, count].contains(tensor.shape[0]) {
      throw ToolError.data(
        "there are \(tensor.shape[0]) rows of the input '\(input.name)' and \(count) "
          + "text\(count == 1 ? "" : "s"): give one for each, or one for all")
    }
  }

  /// Those of some texts, by input name.
  func tensors(rows: Range<Int>) throws -> [String: Tensor] {
    var own: [String: Tensor] = [:]
    for (input, tensor) in tensors {
      if !input.hasRows {
        own[input.name] = tensor
      } else if tensor.shape[0] == 1 {
        own[input.name] = try tensor.tiled([rows.count] + tensor.shape.dropFirst().map { _ in 1 })
      } else {
        own[input.name] = try tensor.sliced(axis: 0, from: rows.lowerBound, to: rows.upperBound)
      }
    }
    return own
  }
}
