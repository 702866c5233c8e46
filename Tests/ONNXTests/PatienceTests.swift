// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Files of a few bytes that once took seconds to load and inspect.
@Suite struct PatienceTests {
  private typealias Bytes = ModelBytes

  /// Loads a model and looks at its layers, in less than a second of a release build.
  ///
  /// A build for debugging takes up to three times as long on a busy machine.
  ///
  /// - Returns: The shape of the last layer, nil where the model is refused.
  private func inspected(
    _ nodes: [[UInt8]], _ initializers: [[UInt8]] = [], inputs: [[UInt8]]
  ) -> [Int?]? {
    let bytes = Bytes.model(
      nodes: nodes, initializers: initializers, inputs: inputs, version: 18)
    var shape: [Int?]?
    let seconds = processorSeconds { shape = (try? ONNXModel(bytes: bytes))?.layers.last?.shape }
    #expect(seconds < 3)
    return shape
  }

  @Test(arguments: [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
  func `recurrent layers over a million steps`(operation: String, gates: Int64) throws {
    for attributes in [[], [Bytes.Named.float("clip", 1).bytes]] {
      func shape(steps: Int64) -> [Int?]? {
        inspected(
          [Bytes.node(operation, ["x", "w", "r"], ["y"], attributes: attributes)],
          [
            Bytes.tensor("w", [1, gates, 1], floats: [Float](repeating: 1, count: Int(gates))),
            Bytes.tensor("r", [1, gates, 1], floats: [Float](repeating: 1, count: Int(gates))),
          ], inputs: [Bytes.value("x", [steps, 1, 1])])
      }
      #expect(shape(steps: 1000) != nil)
      #expect(shape(steps: 1 << 20) == nil)
    }
  }

  @Test func `a list of a million axes`() throws {
    let axes = Bytes.input("axes", [.fixed(1 << 20)], type: 7)
    for operation in ["ReduceSum", "ReduceMax", "Squeeze", "Unsqueeze"] {
      #expect(
        inspected(
          [Bytes.node(operation, ["x", "axes"], ["y"])],
          inputs: [Bytes.value("x", [1, 3]), axes]) == nil)
    }
  }

  @Test func `regions of very many samples`() throws {
    func shape(_ mode: String, bins: Int, samples: Int, image: Int64) -> [Int?]? {
      inspected(
        [
          Bytes.node(
            "RoiAlign", ["x", "boxes", "images"], ["y"],
            attributes: [
              Bytes.Named.text("mode", mode).bytes,
              Bytes.Named.int("output_height", bins).bytes,
              Bytes.Named.int("output_width", bins).bytes,
              Bytes.Named.int("sampling_ratio", samples).bytes,
            ])
        ],
        [Bytes.tensor("boxes", [1, 4], floats: [0, 0, 2, 2]), Bytes.integers("images", [0])],
        inputs: [Bytes.value("x", [1, 1, image, 4])])
    }
    for mode in ["avg", "max"] {
      #expect(shape(mode, bins: 7, samples: 2, image: 4) != nil)
      #expect(shape(mode, bins: 5, samples: 4096, image: 4) == nil)
      #expect(shape(mode, bins: 4096, samples: 4096, image: 4) == nil)
    }
    // As many places as bins times elements would not fit any memory.
    #expect(shape("avg", bins: 4096, samples: 1, image: 1 << 20) != nil)
  }

  @Test func `pools of very many bins over regions`() throws {
    func shape(_ size: [Int]) -> [Int?]? {
      inspected(
        [
          Bytes.node(
            "MaxRoiPool", ["x", "boxes"], ["y"],
            attributes: [Bytes.Named.ints("pooled_shape", size).bytes])
        ], [Bytes.tensor("boxes", [1, 5], floats: [0, 0, 0, 2, 2])],
        inputs: [Bytes.value("x", [1, 1, 4, 4])])
    }
    #expect(shape([64, 64]) != nil)
    #expect(shape([4096, 4096]) == nil)
  }

  @Test func `padding that asks for a gibibyte has no shape`() throws {
    func shape(_ operation: String, pads: Int) -> [Int?]? {
      inspected(
        [
          Bytes.node(
            operation, ["x"], ["y"],
            attributes: [
              Bytes.Named.ints("kernel_shape", [2, 2]).bytes,
              Bytes.Named.ints("pads", [1, 1, pads, 1]).bytes,
            ])
        ], inputs: [Bytes.value("x", [2, 4, 7, 6])])
    }
    for operation in ["LpPool", "AveragePool", "MaxPool"] {
      #expect(shape(operation, pads: 3) != nil)
      #expect(shape(operation, pads: 1 << 22) == nil)
    }
  }
}
