// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import Foundation
import Testing
import Torch
import Visualization

@Suite struct InputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A model of inputs alone.
  private func model(_ inputs: ModelInput...) -> FunctionModel {
    FunctionModel(inputs: inputs, outputs: []) { _ in }
  }

  private func write(_ image: Image) throws -> String {
    let path = folder.path("\(UUID().uuidString).png")
    try image.write(to: URL(fileURLWithPath: path))
    return path
  }

  private func write(_ shape: [Int], name: String = "array") throws -> String {
    let path = folder.path(name + ".npy")
    try Tensor.ones(shape).writeNPY(to: path)
    return path
  }

  @Test func `Gray becomes color and color gray, as the model wants`() throws {
    let gray = try write(Image(width: 2, height: 1, format: .gray, samples: [0, 1]))
    let red = try write(Image(filledWith: Color(red: 1, green: 0, blue: 0), width: 2, height: 1))
    let color = InputLoader(model: model(ModelInput("x", shape: [nil, 3, 1, 2])))
    let loaded = try color.load([gray, red])
    #expect(loaded.tensors["x"]?.shape == [2, 3, 1, 2])
    #expect(try loaded.tensors["x"]?.numbers() == [0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0])
    let black = InputLoader(model: model(ModelInput("x", shape: [nil, 1, nil, nil])))
    let luma = try #require(try black.load([red]).tensors["x"]?.numbers())
    #expect(luma.allSatisfy { abs($0 - 0.299) < 1e-3 })
  }

  @Test func `Channels may come last, and be scaled`() throws {
    let image = try write(
      Image(width: 2, height: 1, format: .rgb, samples: [1, 0, 0, 0, 1, 0]))
    let scaling = ImageScaling(mean: [0.5, 0, 0], deviation: [0.5])
    let loader = InputLoader(
      model: model(ModelInput("x", shape: [nil, 1 + 0, 2, 3])), scaling: scaling)
    // An axis of one channel first is taken for the channels: 2 × 3 pixels, which this is not.
    #expect(throws: ToolError.self) { try loader.load([image]) }
    let last = InputLoader(
      model: model(ModelInput("x", shape: [nil, nil, nil, 3])), scaling: scaling)
    #expect(throws: ToolError.self) { try last.load([image]) }
    let tall = try write(Image(filledWith: .white, width: 2, height: 5))
    let fixed = InputLoader(model: model(ModelInput("x", shape: [nil, 5, 2, 3])), scaling: scaling)
    let tensor = try #require(try fixed.load([tall]).tensors["x"])
    #expect(tensor.shape == [1, 5, 2, 3])
    #expect(try Array(tensor.numbers().prefix(3)) == [1, 2, 2])
  }

  @Test func `An array may come without the axis of instances`() throws {
    let loader = InputLoader(model: model(ModelInput("x", shape: [nil, 4])))
    let loaded = try loader.load([write([4], name: "one"), write([2, 4], name: "two")])
    #expect(loaded.tensors["x"]?.shape == [3, 4])
    #expect(loaded.instances.map(\.name) == ["one.npy", "two.npy[0]", "two.npy[1]"])
  }

  @Test func `Inputs go by name, and one without rows is shared`() throws {
    let loader = InputLoader(
      model: model(
        ModelInput("x", shape: [nil, 4]), ModelInput("grid", shape: [5], hasRows: false)))
    let x = try write([2, 4], name: "x")
    let grid = try write([5], name: "grid")
    let loaded = try loader.load(["grid=" + grid, "x=" + x])
    #expect(loaded.instances.count == 2)
    #expect(loaded.tensors["grid"]?.shape == [5])
    #expect(throws: ToolError.data("the model's input 'grid' is not given: add grid=FILE")) {
      try loader.load(["x=" + x])
    }
    let unnamed = #expect(throws: ToolError.self) { try loader.load([x]) }
    #expect(unnamed?.description.contains("x=\(x)") == true)
    let shared = #expect(throws: ToolError.self) {
      try loader.load(["x=" + x, "grid=" + grid, "grid=" + grid])
    }
    #expect(shared?.description.contains("shared by all instances") == true)
  }

  @Test func `As many rows of each input are wanted`() throws {
    let loader = InputLoader(
      model: model(ModelInput("a", shape: [nil, 4]), ModelInput("b", shape: [nil, 4])))
    let error = #expect(throws: ToolError.self) {
      try loader.load(["a=" + write([2, 4], name: "a"), "b=" + write([3, 4], name: "b")])
    }
    #expect(error?.description.contains("2 instances of the input 'a' and 3 of 'b'") == true)
  }

  @Test func `No rows are nothing to explain`() throws {
    let loader = InputLoader(model: model(ModelInput("x", shape: [nil, 4])))
    #expect(throws: ToolError.self) { try loader.load([write([0, 4])]) }
  }
}
