// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// What is known of a file: one line of the manifest.
struct Expectation {
  let model: String
  let folder: String
  private var values: [String: String] = [:]

  init?(line: String) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard fields.count > 2 else { return nil }
    (model, folder) = (fields[0], fields[1])
    for field in fields[2...] {
      guard let equals = field.firstIndex(of: "=") else { continue }
      values[String(field[..<equals])] = String(field[field.index(after: equals)...])
    }
  }

  /// The element of a row's logits that is explained.
  var element: Int { values["element"].flatMap { Int($0) } ?? 0 }

  /// What the network does with the logits: `softmax`, `log-softmax`, `sigmoid` or `none`.
  var head: String { values["head"] ?? "none" }

  var inputs: [String] { names("inputs") }
  var outputs: [String] { names("outputs") }

  /// With respect to what gradients are known, and the files that hold them.
  var gradients: [(place: Place, path: String)] {
    names("gradients").compactMap { entry in
      guard let equals = entry.lastIndex(of: "="), let colon = entry.firstIndex(of: ":") else {
        return nil
      }
      let name = entry[entry.index(after: colon)..<equals]
      return (Place(String(name)), String(entry[entry.index(after: equals)...]))
    }
  }

  func tensor(_ name: String) throws -> Tensor {
    try Tensor(contentsOfNPY: "\(folder)/\(name).npy")
  }

  private func names(_ key: String) -> [String] {
    (values[key] ?? "").split(separator: ",").map(String.init)
  }
}
