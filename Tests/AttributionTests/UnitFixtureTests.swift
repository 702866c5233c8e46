// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

/// Units of the digits network as Captum sees them; `Fixtures/make_unit_fixtures.py` made the numbers.
@Suite struct UnitFixtureTests {
  struct Answer: Decodable {
    let activation: [[Double]]
    let conductance: [[Double]]
    let influence: [[Double]]
    let views: [String: [[Double]]]
  }

  private let answer: Answer
  private let model: ONNXModel
  private let inputs: Tensor
  private let quantity = WeightedSum.scoreDifference(8, minus: 3)

  init() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let examples = folder.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Examples")
    answer = try JSONDecoder().decode(
      Answer.self, from: Data(contentsOf: folder.appending(path: "Fixtures/units/captum.json")))
    model = try ONNXModel(
      path: examples.appending(path: "Models/digits.onnx").path, elementType: .float64)
    let digits = try Tensor(
      contentsOfNPY: examples.appending(path: "Data/ten-digits.npy").path)
    inputs = try digits.selecting(Tensor([8, 3] as [Int64])).converted(to: .float64)
  }

  private func expect(_ found: Tensor, _ rows: [[Double]]) throws {
    let expected = try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
    #expect(try relativeL1(found, expected) < 1e-9)
  }

  @Test func `conductance and influence of channels are Captum's, added over positions`() throws {
    let conductance = Conductance(
      model, of: .layer("relu2"), quantity: quantity, to: .logits, steps: 50,
      progression: .moves)
    try expect(
      UnitInfluence(conductance.engine).scores(for: Inputs(inputs)).values, answer.conductance)
    let influence = UnitInfluence(
      model, of: .layer("relu2"), quantity: quantity, steps: 50, measure: .influence)
    try expect(influence.scores(for: Inputs(inputs)).values, answer.influence)
  }

  @Test func `what a channel looks at is Captum's, and adds up to its activation`() throws {
    let view = UnitView(model, of: .layer("relu2"), steps: 50)
    let channels = answer.views.keys.compactMap { Int($0) }.sorted()
    #expect(channels == [4, 28])
    for (channel, found) in zip(channels, try view.attributions(of: channels, for: inputs)) {
      try expect(found.values.flattened(from: 1), #require(answer.views["\(channel)"]))
      // LayerActivation: biases are negative, so that nothing fires on black.
      let own = answer.activation.map { $0[channel] }
      try expectClose(found.quantity.instance, own)
    }
  }
}
