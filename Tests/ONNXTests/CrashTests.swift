// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Damaged models that once ended the process.
@Suite struct CrashTests {
  private typealias Bytes = ModelBytes

  @Test(arguments: ["Conv", "ConvTranspose"])
  func `more groups than can be counted`(operation: String) throws {
    let group = Bytes.Named.int("group", 1 << 62).bytes
    let bytes = Bytes.model(
      nodes: [Bytes.node(operation, ["x", "w"], ["y"], attributes: [group])],
      initializers: [Bytes.tensor("w", [4, 4, 1], floats: [Float](repeating: 1, count: 16))],
      inputs: [Bytes.value("x", [1, 4, 4])])
    #expect(throws: ONNXError.self) { try ONNXModel(bytes: bytes) }
  }

  // MARK: Heads

  private func head(axis: Int, before: [Int], after: [Int]) throws -> OutputHead? {
    try ONNXModel(
      bytes: Bytes.model(
        nodes: [
          Bytes.node(
            "Transpose", ["x"], ["a"], attributes: [Bytes.Named.ints("perm", before).bytes]),
          Bytes.node("Softmax", ["a"], ["b"], attributes: [Bytes.Named.int("axis", axis).bytes]),
          Bytes.node(
            "Transpose", ["b"], ["y"], attributes: [Bytes.Named.ints("perm", after).bytes]),
        ], inputs: [Bytes.value("x")])
    ).head
  }

  @Test func `a softmax between transpositions, over an axis that is not there`() throws {
    let found = try head(axis: 2, before: [0, 2, 1], after: [0, 2, 1])
    #expect(found?.function == .softmax(axis: 1) && found?.logits == Place("x"))
    for axis in [3, 1 << 40] {
      #expect(try head(axis: axis, before: [0, 2, 1], after: [0, 2, 1]) == nil)
    }
    #expect(try head(axis: 0, before: [], after: []) == nil)
    for order in [[0, 1, 3], [1 << 40, 0, 1], [0, 0, 1], [-1, 0, 1]] {
      #expect(try head(axis: 2, before: order, after: [0, 2, 1]) == nil)
      #expect(try head(axis: 2, before: [0, 2, 1], after: order) == nil)
    }
  }

  // MARK: Recurrent layers

  /// Over 3 steps of 2 sequences with 4 features each, to 2 hidden features.
  private struct Layer: CustomStringConvertible {
    let operation: String
    /// By input: shapes other than those that fit.
    var others: [Int: [Int]] = [:]

    static let all = ["RNN", "GRU", "LSTM"]
    var gates: Int { operation == "LSTM" ? 4 : operation == "GRU" ? 3 : 1 }
    var description: String { "\(operation) with inputs of the shapes \(others)" }

    func outputs(constants: Bool) throws -> [Tensor] {
      // The input, its weights, the state's weights, biases, no lengths, the states.
      var shapes: [[Int]?] = [
        [3, 2, 4], [1, gates * 2, 4], [1, gates * 2, 2], [1, gates * 4], nil, [1, 2, 2],
      ]
      if operation == "LSTM" { shapes.append([1, 2, 2]) }
      for (place, shape) in others { shapes[place] = shape }
      let inputs = try shapes.map { try $0.map { try Tensor.ones($0, type: .float64) } }
      var test = GradientCase(inputs: inputs, outputs: 2)
      test.frozen = Set(inputs.indices.dropFirst())
      // The form that libtorch has as one operator.
      if operation == "GRU" { test.attributes["linear_before_reset"] = .int(1) }
      let definition = try #require(OperatorRegistry.all.first { $0.name == operation })
      return try test.function(of: definition, version: 14, constants: constants)(
        NodeInputs(tensors: inputs))
    }
  }

  @Test(arguments: Layer.all) func `recurrent layers with shapes that do not fit`(
    operation: String
  ) throws {
    var layer = Layer(operation: operation)
    let size = layer.gates * 2
    var wrong: [(Int, [Int])] = [
      (0, [3, 2, 5]), (0, [3, 2, 400_000]), (0, [3, 2]), (1, [1, size, 400_000]), (1, [1, size]),
      (1, [1, 1, 4]), (1, [2, size, 4]), (1, [0, size, 4]), (2, [1, size, 3]), (2, [1, size, 1]),
      (2, [1, layer.gates * 3, 3]), (2, [1, 1, 1]), (2, [2, size, 2]), (2, [size, 2]), (3, [1, 1]),
      (3, [2 * size]), (3, [1, 0]), (3, [2, 2 * size]), (5, [1, 2, 1]), (5, [1, 1, 2]),
      (5, [1, 4000, 2]), (5, [2, 2]), (5, [2, 2, 2]), (5, [1, 0, 2]),
    ]
    if operation == "LSTM" {
      wrong += [(6, [1, 2, 1]), (6, [1, 1, 2]), (6, [2, 2]), (6, [1, 0, 2])]
    }
    for constants in [true, false] {
      layer.others = [:]
      #expect(try layer.outputs(constants: constants)[0].shape == [3, 1, 2, 2])
      for (place, shape) in wrong {
        layer.others = [place: shape]
        #expect(throws: (any Error).self, "\(layer)") { try layer.outputs(constants: constants) }
      }
    }
  }

  @Test(arguments: Layer.all) func `recurrent layers with nothing to run along`(
    operation: String
  ) throws {
    var layer = Layer(operation: operation)
    let size = layer.gates * 2
    let states = operation == "LSTM" ? [5, 6] : [5]
    func with(states shape: [Int], _ others: [Int: [Int]]) -> [Int: [Int]] {
      others.merging(states.map { ($0, shape) }) { own, _ in own }
    }
    let empty = [
      with(states: [1, 0, 2], [0: [3, 0, 4]]), [0: [3, 2, 0], 1: [1, size, 0]],
      with(states: [1, 2, 0], [1: [1, 0, 4], 2: [1, 0, 0], 3: [1, 0]]),
    ]
    for constants in [true, false] {
      for others in empty {
        layer.others = others
        #expect {
          try layer.outputs(constants: constants)
        } throws: { error in "\(error)".contains("nothing to run along") }
      }
      // No step at all leaves the states as they are.
      layer.others = [0: [0, 2, 4]]
      let still = try layer.outputs(constants: constants)
      #expect(still[0].shape == [0, 1, 2, 2])
      #expect(try still[1].numbers() == [1, 1, 1, 1])
    }
  }

  // MARK: Regions

  private func pooledRegions(_ operation: String, scale: Float, box: [Double]) throws -> [Tensor] {
    var inputs = [try Tensor.ones([1, 2, 5, 6], type: .float64)]
    if operation == "MaxRoiPool" {
      inputs.append(try Tensor([0] + box, shape: [1, 5]))
    } else {
      inputs += [try Tensor(box, shape: [1, 4]), try Tensor([0])]
    }
    let definition = try #require(OperatorRegistry.all.first { $0.name == operation })
    let test = GradientCase(
      inputs: inputs,
      attributes: ["spatial_scale": .float(scale), "pooled_shape": .ints([2, 2])])
    return try test.function(of: definition, version: 16, constants: true)(
      NodeInputs(tensors: inputs))
  }

  @Test(arguments: ["MaxRoiPool", "RoiAlign"]) func `regions of any scale`(
    operation: String
  ) throws {
    for scale in [Float.infinity, -.infinity, .nan] {
      for box in [[0, 0, 4, 4], [1, 1, 0, 0], [-3, -2, 1, 1]] as [[Double]] {
        #expect {
          try pooledRegions(operation, scale: scale, box: box)
        } throws: { error in "\(error)".contains("spatial_scale") }
      }
    }
    // Edges beyond the numbers that an integer has; those in the wrong order make no region.
    for scale: Float in [3e38, -3e38] {
      let turned: [Double] = scale > 0 ? [1e9, 1e9, -1e9, -1e9] : [-1e9, -1e9, 1e9, 1e9]
      #expect(try pooledRegions(operation, scale: scale, box: turned)[0].shape[..<2] == [1, 2])
    }
    #expect(throws: NodeFault.self) {
      if operation == "RoiAlign" {
        _ = try pooledRegions(operation, scale: 3e38, box: [-1e9, -1e9, 1e9, 1e9])
      } else {
        _ = try pooledRegions(operation, scale: 1, box: [0, 0, 2e9, 2e9])
      }
    }
  }
}
