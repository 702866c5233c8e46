// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import ONNX

@Suite struct OperatorTests {
  @Test(arguments: ["standard.cases", "versions.cases", "optimized.cases"])
  func `every operator gives what the reference gives`(file: String) throws {
    let cases = try Case.all(file)
    #expect(cases.count > 40)
    for test in cases {
      do {
        let model = try ONNXModel(bytes: test.model)
        let results = try test.run(model, try test.inputs.map { try Case.tensor($0) })
        #expect(results.count == test.outputs.count, "\(test.name)")
        for (name, computed) in results {
          let expected = try test.output(name)
          #expect(computed.elementType == expected.elementType, "\(test.name)")
          let complaint = try difference(
            computed, expected, relative: test.relative, absolute: test.absolute)
          #expect(complaint == nil, "\(test.name), output \(name)")
        }
      } catch {
        Issue.record("\(test.name): \(error)")
      }
    }
  }

  /// The derivative along a random direction, by libtorch and by central differences.
  @Test func `gradients flow through every operator`() throws {
    var checked = 0
    for test in try Case.all("versions.cases") {
      do {
        let model = try ONNXModel(bytes: test.model, elementType: .float64)
        let inputs = try test.inputs.map { try Case.tensor($0, .float64) }
        // How many elements a range has depends on its bounds, and so with what is the same among
        // equals: there is no slope.
        guard let first = inputs.first, first.elementType == .float64,
          !test.name.hasPrefix("Range"), !test.name.hasPrefix("Unique")
        else { continue }
        let outputs = try test.run(model, inputs)
        guard outputs.first?.computed.elementType == .float64 else { continue }
        checked += 1
        var generator = SeededGenerator(seed: UInt64(checked))
        let weight = try Tensor(
          generator.numbers(outputs[0].computed.count), shape: outputs[0].computed.shape)
        func quantity(_ x: Tensor) throws -> Tensor {
          let results = try test.run(model, [x] + inputs.dropFirst())
          return try (results[0].computed * weight).sum()
        }
        // Off the corners on which hand-made inputs like to lie.
        let point =
          try first
          + Tensor(
            generator.numbers(first.count).map { 1e-3 * $0 }, shape: first.shape)
        let direction = try Tensor(generator.numbers(first.count), shape: first.shape)
        let tracked = try point.tracked()
        let slope = try (gradient(of: quantity(tracked), withRespectTo: tracked) * direction)
          .sum().number()
        let step = 1e-6
        let difference =
          try (quantity(point + direction * step) - quantity(point - direction * step)).number()
          / (2 * step)
        #expect(abs(slope - difference) <= 1e-6 * (1 + abs(slope)), "\(test.name)")
      } catch {
        Issue.record("\(test.name): \(error)")
      }
    }
    #expect(checked > 300)
  }

  @Test func `unsupported operators are all named, with all their nodes`() throws {
    let bytes = ModelBytes.model(
      nodes: [
        ModelBytes.node("Foo", ["x"], ["a"], name: "first"),
        ModelBytes.node("Relu", ["a"], ["b"], name: "fine"),
        ModelBytes.node("Bar", ["b"], ["c"]), ModelBytes.node("Foo", ["c"], ["y"], name: "last"),
      ], outputs: ["y"])
    #expect(
      throws: ONNXError.unsupportedOperators([
        UnsupportedOperator(name: "Foo", domain: "", version: 13, nodes: ["first", "last"]),
        UnsupportedOperator(name: "Bar", domain: "", version: 13, nodes: ["c"]),
      ])
    ) { try ONNXModel(bytes: bytes) }
  }

  @Test func `what is left out on purpose is refused with its reason`() throws {
    #expect(OperatorRefusals.names.isDisjoint(with: OperatorRegistry.all.map(\.name)))
    let bytes = ModelBytes.model(nodes: [ModelBytes.node("RandomNormalLike", ["x"], ["y"])])
    #expect {
      try ONNXModel(bytes: bytes)
    } throws: { error in
      "\(error)".contains("used by 'y': it draws random numbers")
    }
  }

  @Test func `definitions of one operator do not overlap`() {
    for (name, forms) in Dictionary(
      grouping: OperatorRegistry.all, by: { $0.domain + "." + $0.name })
    {
      let sorted = forms.sorted { $0.versions.lowerBound < $1.versions.lowerBound }
      for (one, next) in zip(sorted, sorted.dropFirst()) {
        #expect(one.versions.upperBound < next.versions.lowerBound, "\(name)")
      }
    }
  }
}
