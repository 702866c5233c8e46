// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Every operator on several units at once: each unit gets what it gets alone.
@Suite struct OperatorRowTests {
  private static func bytes(_ name: String, _ attribute: Attribute) -> [UInt8] {
    typealias Bytes = ModelBytes
    func fixed(_ number: Float) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
    let (value, kind): ([UInt8], Int64) =
      switch attribute {
      case .float(let number): (Bytes.varint(2 << 3 | 5) + fixed(number), 1)
      case .int(let number): (Bytes.field(3, integer: number), 2)
      case .text(let text): (Bytes.field(4, text), 3)
      case .floats(let numbers): (Bytes.field(7, numbers.flatMap(fixed)), 6)
      case .ints(let numbers): (numbers.flatMap { Bytes.field(8, integer: $0) }, 7)
      case .texts(let texts): (texts.flatMap { Bytes.field(9, $0) }, 8)
      case .tensor, .other: ([], 0)
      }
    return Bytes.field(1, name) + value + Bytes.field(20, integer: kind)
  }

  /// A model of one node: what moves are its inputs, the rest are initializers.
  private static func model(
    _ test: GradientCase, _ definition: OperatorDefinition, _ version: Int
  ) throws -> ONNXModel {
    let moving = test.movingPlaces
    let types: [ElementType: Int64] = [.float64: 11, .int64: 7, .bool: 9, .int32: 6]
    var initializers: [[UInt8]] = []
    for (place, tensor) in test.inputs.enumerated() where !moving.contains(place) {
      guard let tensor else { continue }
      initializers.append(
        ModelBytes.tensor(
          "x\(place)", tensor.shape.map(Int64.init), type: types[tensor.elementType] ?? 0,
          rest: ModelBytes.field(9, try tensor.bytes())))
    }
    let node =
      ModelBytes.node(
        definition.name, test.inputs.enumerated().map { $1 == nil ? "" : "x\($0)" },
        (0..<test.outputs).map { "y\($0)" },
        attributes: test.attributes.sorted { $0.key < $1.key }.map { bytes($0.key, $0.value) })
      + (definition.domain.isEmpty ? [] : ModelBytes.field(7, definition.domain))
    let set =
      ModelBytes.field(1, definition.domain)
      + ModelBytes.field(2, integer: Int64(definition.domain.isEmpty ? version : 1))
    let graph =
      ModelBytes.field(1, node) + initializers.flatMap { ModelBytes.field(5, $0) }
      + moving.flatMap { place in
        ModelBytes.field(
          11, ModelBytes.value("x\(place)", test.inputs[place]?.shape.map { Int64($0) }))
      }
      + (0..<test.outputs).flatMap { ModelBytes.field(12, ModelBytes.value("y\($0)")) }
    return try ONNXModel(
      bytes: ModelBytes.field(1, integer: 8) + ModelBytes.field(8, set)
        + ModelBytes.field(7, graph),
      elementType: .float64)
  }

  @Test func `several units get what each gets alone`() throws {
    let units = 3
    var (compared, atOnce) = (0, 0)
    var proved: Set<String> = []
    for definition in OperatorRegistry.all where definition.versions.upperBound > 6 {
      let key = GradientTests.key(definition)
      for (kind, make) in (GradientCases.all[key] ?? []).enumerated() {
        for round in 0..<6 {
          var s = GradientSampler(
            seed: key.unicodeScalars.reduce(UInt64(kind * 16 + round)) {
              $0 &* 37 &+ UInt64($1.value)
            })
          let test = try make(&s, definition.versions.upperBound)
          let moving = test.movingPlaces
          guard let first = moving.first.flatMap({ test.inputs[$0] }), first.rank > 0 else {
            continue
          }
          do {
            let model = try Self.model(test, definition, definition.versions.upperBound)
            var together: [Place: Tensor] = [:]
            var alone = [[Place: Tensor]](repeating: [:], count: units)
            for (input, place) in zip(model.inputs, moving) {
              guard let example = test.inputs[place] else { continue }
              let tensors =
                input.hasRows
                ? try [example] + (1..<units).map { _ in try s.distinct(example.shape) + 2 }
                : [Tensor](repeating: example, count: units)
              together[input.place] = input.hasRows ? try .concatenated(tensors) : example
              for unit in 0..<units { alone[unit][input.place] = tensors[unit] }
            }
            // What has no rows is refused for several units: nothing to compare.
            guard let results = try? model.evaluate(model.outputs, given: together) else {
              continue
            }
            compared += 1
            if model.network.analysis()?.oneByOne.isEmpty == true {
              atOnce += 1
              proved.insert(key)
            }
            let expected = try alone.map { try model.evaluate(model.outputs, given: $0) }
            for (place, result) in results.enumerated() {
              let complaint = try difference(
                result, .concatenated(expected.map { $0[place] }), relative: 1e-9, absolute: 1e-11)
              #expect(complaint == nil, "\(key), kind \(kind), round \(round), output \(place)")
            }
          } catch {
            Issue.record("\(key), kind \(kind), round \(round): \(error)")
          }
        }
      }
    }
    print("\(compared) compared, \(atOnce) at once; operators: \(proved.count)")
    #expect(compared > 300 && proved.count > 100)
  }
}
