// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Torch

/// How a method that is none of the engine's is written in an experiment.
public enum ComparatorGrammar: Sendable, Equatable {
  case occlusion(side: Int, stride: Int)
  case shapley(permutations: Int)
  case kernelSHAP(coalitions: Int?)
  case guidedBackpropagation
  case deconvolution
  case gradCAM(layer: String)

  public static let help = """
    COMPARATORS (methods[].comparator): what is none of the engine's methods. What
    stands in [ ] may be left out.

      occlusion[:3[:1]]       a window of 3 elements a side, moved by 1; of 1, by
                              1, where nothing is written
      shapley[:25]            Shapley values from 25 orders
      kernel-shap[:500]       Shapley values by regression on 500 coalitions
      guided-backpropagation
      deconvolution
      grad-cam:LAYER          channels of a layer, weighted by mean gradients
    """

  /// Reads a comparator.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  public init(_ text: String) throws {
    let form = NamedForm(text)
    switch form.name {
    case "occlusion":
      let parts = form.rest == nil ? [] : try form.parts(1...2, as: "occlusion:3 or occlusion:3:1")
      self = .occlusion(
        side: try form.count(parts.first, of: "elements a side") ?? 1,
        stride: try form.count(parts.dropFirst().first, of: "elements a move") ?? 1)
    case "shapley":
      let parts = form.rest == nil ? [] : try form.parts(1...1, as: "shapley or shapley:25")
      self = .shapley(permutations: try form.count(parts.first, of: "orders") ?? 25)
    case "kernel-shap":
      let parts =
        form.rest == nil ? [] : try form.parts(1...1, as: "kernel-shap or kernel-shap:500")
      self = .kernelSHAP(coalitions: try form.count(parts.first, of: "coalitions"))
    case "guided-backpropagation" where form.rest == nil: self = .guidedBackpropagation
    case "deconvolution" where form.rest == nil: self = .deconvolution
    case "grad-cam": self = .gradCAM(layer: try form.file(as: "grad-cam:LAYER"))
    default:
      throw ToolError.usage(
        "'\(text)' is no comparator: write occlusion, shapley, kernel-shap, guided-backpropagation, "
          + "deconvolution or grad-cam:LAYER")
    }
  }

  /// Whether it takes features away, and so has a baseline.
  var hasBaseline: Bool {
    switch self {
    case .occlusion, .shapley, .kernelSHAP: true
    default: false
    }
  }

  /// Whether features can be taken away in groups.
  var hasFeatures: Bool {
    switch self {
    case .shapley, .kernelSHAP: true
    default: false
    }
  }

  /// `elements`, `pixels` or `patches:2:2`.
  static func features(_ text: String) throws -> FeatureGroups {
    let form = NamedForm(text)
    switch form.name {
    case "elements" where form.rest == nil: return .elements
    case "pixels" where form.rest == nil: return .pixels
    case "patches":
      return .patches(
        try form.parts(1...8, as: "patches:2:2").map {
          try form.count($0, of: "elements a side") ?? 1
        })
    default:
      throw ToolError.usage("'\(text)' is no grouping: write elements, pixels or patches:2:2")
    }
  }

  /// Makes the method.
  func method(
    in setting: ExperimentMethod.Setting, features: FeatureGroups,
    from baseline: () throws -> any Baseline
  ) throws -> any AttributionMethod {
    let (model, quantity, slice) = (setting.model, setting.quantity, setting.slice)
    switch self {
    case .occlusion(let side, let stride):
      let instances = try Instances(of: setting.inputs, in: model, at: slice.start, to: slice.end)
      let shape = instances.activation.tensors.first?.shape ?? []
      // Of pictures all channels together, of others single features.
      let axes = max(1, min(2, shape.count - 2))
      var method = Occlusion(
        model, quantity: quantity, slice: slice, from: try baseline(),
        window: [Int](repeating: side, count: axes), stride: [Int](repeating: stride, count: axes))
      method.rowLimit = .rows(setting.rows)
      return method
    case .shapley(let permutations):
      var method = ShapleyValueSampling(
        model, quantity: quantity, slice: slice, from: try baseline(), features: features,
        permutations: permutations, seed: setting.seed)
      method.rowLimit = .rows(setting.rows)
      return method
    case .kernelSHAP(let coalitions):
      var method = KernelSHAP(
        model, quantity: quantity, slice: slice, from: try baseline(), features: features,
        coalitions: coalitions, seed: setting.seed)
      method.rowLimit = .rows(setting.rows)
      return method
    case .guidedBackpropagation:
      var method = GuidedBackpropagation(model, quantity: quantity, slice: slice)
      method.engine.rowLimit = .rows(setting.rows)
      return method
    case .deconvolution:
      var method = Deconvolution(model, quantity: quantity, slice: slice)
      method.engine.rowLimit = .rows(setting.rows)
      return method
    case .gradCAM(let layer):
      var method = GradCAM(
        model, of: try CutGrammar.cut(layer), quantity: quantity, slice: slice)
      method.rowLimit = .rows(setting.rows)
      return method
    }
  }
}
