// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import ONNX

/// Damaged nodes: each gives a result or an error, and nothing ends the process.
@Suite struct HostileOperatorTests {
  private static let integers: [Int64] = [-1, 0, -7, 3, 17, .max, .min, 1 << 40]
  private static let shapes: [[Int]] = [
    [], [0], [1], [3], [0, 3], [2, 0, 3], [1, 1], [2, 3, 4], [1, 2, 3, 4], [2, 1, 2, 1, 2],
    [1, 1, 1, 1, 1, 1],
  ]

  private static func tensor(_ s: inout GradientSampler) throws -> Tensor? {
    let shape = shapes[s.integer(0...shapes.count - 1)]
    switch s.integer(0...5) {
    case 0: return nil
    case 1: return try s.truths(shape)
    case 2: return try s.integers(shape, -3...3)
    case 3:
      let numbers = (0..<shape.reduce(1, *)).map { _ in
        integers[s.integer(0...integers.count - 1)]
      }
      return try Tensor(numbers, shape: shape)
    case 4:
      let numbers = (0..<shape.reduce(1, *)).map { _ in
        s.pick(0, -1, .nan, .infinity, 1e300, 0.5)
      }
      return try Tensor(numbers, shape: shape)
    default: return try s.tensor(shape)
    }
  }

  private static func damaged(_ attribute: Attribute, _ s: inout GradientSampler) -> Attribute {
    func integer() -> Int64 { integers[s.integer(0...integers.count - 1)] }
    if s.integer(0...5) == 0 {
      return s.pick(.other, .text("bogus"), .floats([]), .int(2), .float(.nan))
    }
    switch attribute {
    case .int: return .int(integer())
    case .ints(let numbers):
      var numbers = numbers
      switch s.integer(0...3) {
      case 0: numbers = []
      case 1: numbers.append(integer())
      case 2: numbers = numbers.map { _ in integer() }
      default: if !numbers.isEmpty { numbers[s.integer(0...numbers.count - 1)] = integer() }
      }
      return .ints(numbers)
    case .float: return .float(s.pick(.nan, .infinity, -1, 0, 1e30, -0.5))
    case .floats(let numbers):
      return .floats(s.pick([], numbers + [1], numbers.map { -$0 }, [.nan]))
    case .text: return .text(s.pick("", "bogus", "SAME_UPPER", "constant", "linear"))
    default: return .other
    }
  }

  /// Something to start from for operators without a gradient.
  private static let plain: GradientCase.Make = { s, _ in
    .of(
      try s.tensor([2, 3]), try s.integers([2, 3], 0...2), try s.tensor([3]),
      with: ["axis": .int(0), "direction": .text("LEFT"), "to": .int(6), "k": .int(1)])
  }

  private static func damage(_ test: inout GradientCase, _ s: inout GradientSampler) throws {
    for _ in 0..<s.integer(1...3) {
      switch s.integer(0...3) {
      case 0 where !test.inputs.isEmpty:
        test.inputs[s.integer(0...test.inputs.count - 1)] = try tensor(&s)
      case 1: test.inputs.append(try tensor(&s))
      case 2 where !test.inputs.isEmpty: test.inputs.removeLast()
      default:
        let names = test.attributes.keys.sorted()
        guard !names.isEmpty else { continue }
        let name = names[s.integer(0...names.count - 1)]
        test.attributes[name] = test.attributes[name].map { damaged($0, &s) }
      }
    }
  }

  @Test func `damaged nodes give a result or an error`() throws {
    var (results, errors) = (0, 0)
    for definition in OperatorRegistry.all {
      let key = GradientTests.key(definition)
      for (kind, make) in (GradientCases.all[key] ?? [Self.plain, Self.plain]).enumerated() {
        for version in [definition.versions.lowerBound, definition.versions.upperBound] {
          for round in 0..<24 {
            var s = GradientSampler(
              seed: key.unicodeScalars.reduce(UInt64(kind * 64 + round)) {
                $0 &* 33 &+ UInt64($1.value)
              })
            var test = try make(&s, version)
            try Self.damage(&test, &s)
            guard definition.arity.contains(test.inputs.count) else { continue }
            do {
              let function = try test.function(
                of: definition, version: version, constants: s.flag())
              // Reading them would take the memory that a view of one element does not.
              _ = try function(NodeInputs(tensors: test.inputs)).filter { $0.count < 1 << 20 }
                .map { try $0.numbers() }
              results += 1
            } catch {
              errors += 1
              #expect(!"\(error)".isEmpty)
            }
          }
        }
      }
    }
    #expect(results > 500 && errors > 500, "\(results) results, \(errors) errors")
  }
}
