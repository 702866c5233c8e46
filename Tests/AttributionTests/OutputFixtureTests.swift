// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

/// Agreement with Captum 0.9 where the output is more than one class; `make_output_fixtures.py` tells
/// how the numbers were made.
@Suite struct OutputFixtureTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  private static let examples = folder.deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Examples")

  private func expectAgreement(
    _ name: String, _ model: String, _ inputs: Tensor, _ quantity: any QuantityOfInterest,
    to end: any Cut = OutputCut()
  ) throws {
    let model = try ONNXModel(path: Self.examples.appending(path: "Models/\(model).onnx").path)
    let ours = try IntegratedGradients(
      model, quantity: quantity, slice: NetworkSlice(to: end), from: .zeros, steps: 50,
      rule: RiemannRule(.middle)
    ).attributions(for: inputs)
    let theirs = try Tensor(
      contentsOfNPY: Self.folder.appending(path: "Fixtures/outputs/\(name).npy").path)
    #expect(ours.values.shape == theirs.shape)
    let difference = try relativeL1(ours.values, theirs)
    #expect(difference < 1e-4, "\(name): \(difference)")
  }

  private static func data(_ name: String) throws -> Tensor {
    try Tensor(contentsOfNPY: examples.appending(path: "Data/\(name).npy").path)
  }

  @Test func `the class of a series, and a class over its steps`() throws {
    let rows = try Tensor([1, 2, 4] as [Int64])
    let series = try Self.data("heartbeats").selecting(rows)
    let labels = try Self.data("heartbeats-labels").selecting(rows).integers()
    try expectAgreement(
      "heartbeats-class", "heartbeats", series, .labels(labels), to: .output("logits"))
    try expectAgreement(
      "heartbeats-steps", "heartbeats", series, .classScore(1, over: .predicted(as: nil)),
      to: .output("steps"))
  }

  @Test func `a class over pixels, against another, and in a box`() throws {
    let pictures = try Self.data("shapes")[0..<4]
    func square(_ class: Int) -> RegionScore { .classScore(`class`, over: .predicted(as: 2)) }
    try expectAgreement("shapes-predicted", "shapes-segmented", pictures, square(2))
    try expectAgreement("shapes-against", "shapes-segmented", pictures, square(2) - square(0))
    try expectAgreement(
      "shapes-box", "shapes-segmented", pictures,
      RegionScore(.index(1), over: .box([4...16, 8...24])))
  }
}
