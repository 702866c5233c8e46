// SPDX-License-Identifier: Apache-2.0

import Torch

/// Checks the laws of ``ParameterizedModel``.
public enum ParameterLaws {
  /// - Parameter inputs: Any number of rows.
  public static func violations(
    of model: some ParameterizedModel, on inputs: Inputs, tolerance: Double = 1e-6
  ) throws -> [LawViolation] {
    var check = LawCheck()
    let (given, _) = try inputs.resolved(for: model)
    let plain = try model.evaluate(model.outputs, given: given)
    let parameters = model.parameters
    let own = Dictionary(parameters.map { ($0.name, $0.tensor) }, uniquingKeysWith: { a, _ in a })
    check.require(
      own.count == parameters.count, "each parameter once", "\(parameters.map(\.name).list)")

    let same = try model.replacing(own)
    for (output, expected) in zip(try same.evaluate(model.outputs, given: given), plain) {
      try check.requireEqual(
        output, expected, tolerance: tolerance, "replacing by what is there changes nothing",
        "the output")
    }
    for parameter in parameters {
      let other = try model.replacing([parameter.name: parameter.tensor * 2 + 1])
      let told = Dictionary(
        other.parameters.map { ($0.name, $0.tensor) }, uniquingKeysWith: { a, _ in a })
      check.require(
        told.keys.sorted() == own.keys.sorted(), "the parameters stay the same ones",
        "\(told.keys.sorted().list) with '\(parameter.name)' replaced")
      for (name, tensor) in told.sorted(by: { $0.key < $1.key }) {
        guard let before = own[name] else { continue }
        try check.requireEqual(
          tensor, name == parameter.name ? before * 2 + 1 : before, tolerance: tolerance,
          "what is put in is told, and the others stay", "'\(name)'")
      }
    }
    for (output, expected) in zip(try model.evaluate(model.outputs, given: given), plain) {
      try check.requireEqual(
        output, expected, tolerance: 0, "the network asked stays as it is", "the output")
    }
    return check.violations
  }
}
