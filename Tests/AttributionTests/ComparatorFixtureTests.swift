// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

/// Agreement with Captum 0.9's methods outside the gradient family, in float64;
/// `Fixtures/make_comparator_fixtures.py` wrote the numbers.
@Suite struct ComparatorFixtureTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func fixture(_ name: String) throws -> Tensor {
    try Tensor(
      contentsOfNPY: root.appending(path: "Tests/AttributionTests/Fixtures/comparators/\(name).npy")
        .path)
  }

  private static func model(_ path: String) throws -> ONNXModel {
    try ONNXModel(path: root.appending(path: path).path, elementType: .float64)
  }

  /// A network, instances, and the classes that are explained.
  private struct Setting {
    let model: ONNXModel
    let inputs: Tensor
    let quantity: any QuantityOfInterest
    let slice = NetworkSlice(to: .logits)
  }

  private static func digits() throws -> Setting {
    let all = try Tensor(contentsOfNPY: root.appending(path: "Examples/Data/ten-digits.npy").path)
    return Setting(
      model: try model("Examples/Models/digits.onnx"),
      inputs: try Tensor.concatenated([all[8..<9], all[3..<4]]).converted(to: .float64),
      quantity: ClassScore(.labels([8, 3])))
  }

  private static func residual() throws -> Setting {
    Setting(
      model: try model("Tests/AttributionTests/Fixtures/residual-small.onnx"),
      inputs: try fixture("residual-inputs"), quantity: ClassScore(.labels([1, 4])))
  }

  private func expect(
    _ method: any AttributionMethod, of setting: Setting, gives name: String,
    times factor: Double = 1,
    within tolerance: Double = 1e-10
  ) throws {
    let result = try method.attributions(for: setting.inputs)
    let difference = try relativeL1(result.values * factor, Self.fixture(name))
    #expect(difference < tolerance, "\(name)")
  }

  @Test func `occlusion`() throws {
    let digits = try Self.digits()
    func occlusion(_ baseline: any Baseline, _ window: [Int], _ stride: [Int]?) -> Occlusion {
      Occlusion(
        digits.model, quantity: digits.quantity, slice: digits.slice, from: baseline,
        window: window, stride: stride)
    }
    try expect(occlusion(.zeros, [3, 3], nil), of: digits, gives: "occlusion-digits-3x3")
    try expect(
      occlusion(.constant(0.5), [3, 4], [2, 3]), of: digits, gives: "occlusion-digits-3x4-2x3-gray")

    let residual = try Self.residual()
    try expect(
      Occlusion(
        residual.model, quantity: residual.quantity, window: [2, 5, 5], stride: [1, 4, 4]),
      of: residual, gives: "occlusion-residual-channels")

    let all = try Tensor(
      contentsOfNPY: Self.root.appending(path: "Examples/Data/breast-cancer.npy").path)
    let patients = Setting(
      model: try Self.model("Examples/Models/tabular.onnx"),
      inputs: try Tensor.concatenated([all[0..<2], all[3..<4]]).converted(to: .float64),
      quantity: ClassScore(.index(0)))
    try expect(
      Occlusion(
        patients.model, quantity: patients.quantity, slice: patients.slice, window: [1]),
      of: patients, gives: "occlusion-tabular")
  }

  @Test func `what goes back through ReLU`() throws {
    for (name, setting) in [("digits", try Self.digits()), ("residual", try Self.residual())] {
      let (model, quantity, slice) = (setting.model, setting.quantity, setting.slice)
      try expect(
        GuidedBackpropagation(model, quantity: quantity, slice: slice), of: setting,
        gives: "guided-\(name)")
      try expect(
        Deconvolution(model, quantity: quantity, slice: slice), of: setting,
        gives: "deconvolution-\(name)")
    }
  }

  @Test(arguments: ["relu1", "relu2"])
  func `Grad-CAM`(layer: String) throws {
    let digits = try Self.digits()
    func map(_ slice: NetworkSlice, isRectified: Bool) throws -> Tensor {
      try GradCAM(
        digits.model, of: .layer(layer), quantity: digits.quantity, slice: slice,
        isRectified: isRectified
      ).attributions(for: digits.inputs).values.sum(axes: [1], keepingAxes: true)
    }
    let here = NetworkSlice(from: .layer(layer), to: .logits)
    let name = "gradcam-digits-\(layer)"
    #expect(try relativeL1(map(here, isRectified: true), Self.fixture(name)) < 1e-10)
    #expect(try relativeL1(map(here, isRectified: false), Self.fixture(name + "-plain")) < 1e-10)
    #expect(
      try relativeL1(
        map(NetworkSlice(to: .logits), isRectified: false), Self.fixture(name + "-bilinear"))
        < 1e-10)
  }

  @Test func `Grad-CAM of a residual block`() throws {
    let residual = try Self.residual()
    let result = try GradCAM(
      residual.model, of: .layer("block2.relu2"), quantity: residual.quantity,
      slice: NetworkSlice(from: .layer("block2.relu2"), to: .output)
    ).attributions(for: residual.inputs)
    #expect(
      try relativeL1(
        result.values.sum(axes: [1], keepingAxes: true), Self.fixture("gradcam-residual")) < 1e-10)
  }

  @Test func `Shapley values of quadrants, by every way`() throws {
    let digits = try Self.digits()
    let (model, quantity, slice) = (digits.model, digits.quantity, digits.slice)
    let quadrants = FeatureGroups.patches([4, 4])
    // Captum writes a group's value to each of its 16 elements, rounded to float32.
    try expect(
      ShapleyValues(model, quantity: quantity, slice: slice, features: quadrants), of: digits,
      gives: "shapley-digits-quadrants", times: 16, within: 1e-6)
    try expect(
      KernelSHAP(model, quantity: quantity, slice: slice, features: quadrants), of: digits,
      gives: "shapley-digits-quadrants", times: 16, within: 1e-6)
    try expect(
      ShapleyValueSampling(
        model, quantity: quantity, slice: slice, features: quadrants, permutations: 2000),
      of: digits, gives: "shapley-digits-quadrants", times: 16, within: 0.03)
  }

  @Test func `Captum's KernelSHAP comes near in 20,000 draws to what 14 coalitions tell`() throws {
    let theirs = try Self.fixture("kernelshap-digits-quadrants")
    let exact = try Self.fixture("shapley-digits-quadrants")
    let difference = try relativeL1(theirs, exact)
    #expect(difference > 1e-6 && difference < 0.02)
    let digits = try Self.digits()
    let ours = try KernelSHAP(
      digits.model, quantity: digits.quantity, slice: digits.slice, features: .patches([4, 4])
    ).attributions(for: digits.inputs)
    #expect(ours.cost.samples == 15)
  }
}
