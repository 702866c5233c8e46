// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

@Suite struct ControlFlowTests {
  private typealias Bytes = ModelBytes

  @Test func `branches, loops and scans give what the reference gives`() throws {
    let cases = try Case.all("controlflow.cases")
    #expect(cases.count > 50)
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

  /// The derivative along a random direction, by libtorch and by central differences, in all
  /// floating-point inputs at once.
  @Test func `gradients flow through every body`() throws {
    var checked = 0
    for test in try Case.all("controlflow.cases") {
      do {
        let model = try ONNXModel(bytes: test.model, elementType: .float64)
        let inputs = try test.inputs.map { try Case.tensor($0, .float64) }
        var generator = SeededGenerator(seed: UInt64(checked))
        let directions = try inputs.map { input in
          input.elementType.isFloatingPoint
            ? try Tensor(generator.numbers(input.count), shape: input.shape) : nil
        }
        func quantity(_ inputs: [Tensor]) throws -> Tensor {
          let results = try test.run(model, inputs).filter {
            $0.computed.elementType == .float64 && $0.computed.count > 0
          }
          let sums = try results.map { try $0.computed.sine().sum() }
          return try sums.dropFirst().reduce(sums[0]) { try $0 + $1 }
        }
        func moved(_ step: Double) throws -> Double {
          try quantity(
            zip(inputs, directions).map { input, direction in
              guard let direction else { return input }
              return try input + direction * step
            }
          ).number()
        }
        let tracked = try zip(inputs, directions).map { $1 == nil ? $0 : try $0.tracked() }
        guard directions.contains(where: { $0 != nil }) else { continue }
        checked += 1
        let y = try quantity(tracked)
        guard y.isTracked else {
          Issue.record("\(test.name): no gradient")
          continue
        }
        let slopes = try gradient(of: y, withRespectTo: tracked.filter(\.isTracked))
        let slope = try zip(slopes, directions.compactMap { $0 }).reduce(0) {
          try $0 + ($1.0 * $1.1).sum().number()
        }
        let difference = try (moved(1e-6) - moved(-1e-6)) / 2e-6
        #expect(abs(slope - difference) <= 1e-6 * (1 + abs(slope)), "\(test.name)")
      } catch {
        Issue.record("\(test.name): \(error)")
      }
    }
    #expect(checked > 50)
  }
}
