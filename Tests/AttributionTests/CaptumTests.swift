// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

/// Agreement with what Captum 0.9 answers on the same weights; `Fixtures/README.md` tells how the
/// numbers were made.
@Suite struct CaptumTests {
  struct Index: Decodable {
    struct Model: Decodable {
      let onnx: String
      let inputs: String
      let baselines: [String: String?]
    }
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
      let model: String
      let method: String
      let to: String
      let layer: String?
      let neuron: [Int]?
      let baseline: String?
      let rule: String?
      let steps: Int?
      let target: [Int]?
      let dtype: String
      let file: String

      var testDescription: String { file }
    }
    let models: [String: Model]
    let cases: [Case]
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/captum")
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let index: Index? = try? JSONDecoder().decode(
    Index.self, from: Data(contentsOf: folder.appending(path: "index.json")))
  static let cases: [Index.Case] = index?.cases ?? []

  /// One case made ready: the model, its inputs and baseline in the case's element type.
  struct Setup {
    let model: ONNXModel
    let inputs: Tensor
    let baseline: Tensor

    init(_ item: Index.Case) throws {
      let entry = try #require(CaptumTests.index?.models[item.model])
      let type: ElementType = item.dtype == "float64" ? .float64 : .float32
      model = try ONNXModel(
        path: CaptumTests.root.appending(path: entry.onnx).path, elementType: type)
      func load(_ file: String) throws -> Tensor {
        try Tensor(contentsOfNPY: CaptumTests.folder.appending(path: file).path)
          .converted(to: type)
      }
      inputs = try load(entry.inputs)
      if let name = item.baseline, let file = entry.baselines[name] ?? nil {
        baseline = try load(file)
      } else {
        baseline = try inputs[0..<1].filled(with: 0)
      }
    }
  }

  static func rule(_ name: String?) throws -> any QuadratureRule {
    switch name {
    case "riemann_left": RiemannRule(.left)
    case "riemann_right": RiemannRule(.right)
    case "riemann_middle": RiemannRule(.middle)
    case "riemann_trapezoid": TrapezoidRule()
    case "gausslegendre": GaussLegendreRule()
    default: throw QuadratureError.tooFew(rule: name ?? "none", count: 0, least: 1)
    }
  }

  /// Our configuration of the engine for one of Captum's methods.
  static func engine(_ item: Index.Case, _ setup: Setup) throws -> InternalInfluence {
    let model = setup.model
    let steps = item.steps ?? 50
    let end: any Cut = item.to == "probabilities" ? OutputCut() : LogitCut()
    let labels: any QuantityOfInterest = ClassScore(.labels(item.target ?? []))
    let baseline = TensorBaseline(setup.baseline)
    func layer() throws -> LayerCut { LayerCut(try #require(item.layer)) }
    switch item.method {
    case "saliency":
      return Saliency(model, quantity: labels, slice: NetworkSlice(to: end)).engine
    case "input_x_gradient":
      return GradientTimesInput(model, quantity: labels, slice: NetworkSlice(to: end)).engine
    case "integrated_gradients":
      return IntegratedGradients(
        model, quantity: labels, slice: NetworkSlice(to: end), from: baseline, steps: steps,
        rule: try rule(item.rule)
      ).engine
    case "layer_integrated_gradients":
      return LayerIntegratedGradients(
        model, at: try layer(), from: Inputs(setup.baseline), quantity: labels, to: end,
        steps: steps, rule: try rule(item.rule)
      ).engine
    case "internal_influence":
      return LayerInfluence(
        model, of: try layer(), quantity: labels, to: end, from: baseline, steps: steps,
        rule: try rule(item.rule)
      ).engine
    case "layer_conductance":
      return Conductance(
        model, of: try layer(), quantity: labels, to: end, from: baseline, steps: steps,
        rule: try rule(item.rule), progression: .moves
      ).engine
    case "neuron_integrated_gradients":
      return NeuronIntegratedGradients(
        model, at: .layer(item.to), of: UnitActivation(try #require(item.neuron)), from: baseline,
        steps: steps, rule: try rule(item.rule)
      ).engine
    default:
      throw CutError.unknownLayer(item.method, similar: [])
    }
  }

  @Test func `the fixtures are there`() {
    #expect(Self.cases.count > 200)
  }

  @Test(
    arguments: cases.filter {
      $0.method != "neuron_conductance" && $0.rule != "riemann_trapezoid"
    })
  func `gradients, paths and layers agree with Captum`(item: Index.Case) throws {
    let setup = try Setup(item)
    let expected = try Tensor(contentsOfNPY: Self.folder.appending(path: item.file).path)
    let result = try Self.engine(item, setup).attributions(for: setup.inputs)
    #expect(result.values.shape == expected.shape)
    let difference = try relativeL1(result.values, expected)
    #expect(difference < (item.dtype == "float64" ? 1e-10 : 1e-5))
  }

  @Test(
    arguments: cases.filter { $0.rule == "riemann_trapezoid" && $0.method == "layer_conductance" })
  func `conductance by moves between evenly spaced points agrees`(item: Index.Case) throws {
    let setup = try Setup(item)
    let expected = try Tensor(contentsOfNPY: Self.folder.appending(path: item.file).path)
    let result = try Self.engine(item, setup).attributions(for: setup.inputs)
    #expect(try relativeL1(result.values, expected) < (item.dtype == "float64" ? 1e-10 : 1e-5))
  }

  @Test(
    arguments: cases.filter {
      $0.rule == "riemann_trapezoid" && $0.method == "integrated_gradients"
    })
  func `Captum's trapezoid is too small by 1 in n, and ours is not`(item: Index.Case) throws {
    let setup = try Setup(item)
    let theirs = try Tensor(contentsOfNPY: Self.folder.appending(path: item.file).path)
    let ours = try Self.engine(item, setup).attributions(for: setup.inputs)
    let steps = Double(item.steps ?? 50)
    // The same points: theirs with weights 1/n, ours with 1/(n − 1), so that weights sum to 1.
    #expect(
      try relativeL1(ours.values * ((steps - 1) / steps), theirs)
        < (item.dtype == "float64" ? 1e-10 : 1e-5))
    #expect(try relativeL1(ours.values, theirs) > 0.01)
  }
}
