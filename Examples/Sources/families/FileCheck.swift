// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import ONNX
import Torch

/// Holds one file to what is expected of it.
struct FileCheck {
  private let expectation: Expectation

  init(_ expectation: Expectation) { self.expectation = expectation }

  /// What is wrong, each as `check: reason` on one line; empty where all is well.
  func faults() -> [String] {
    let model: ONNXModel
    do { model = try ONNXModel(path: expectation.model) } catch {
      return [Self.fault("load", "\(error)")]
    }
    let checks: [(String, (ONNXModel) throws -> String?)] = [
      ("inspect", inspection), ("rows", rows), ("gradient", gradients), ("cut", halfwayCut),
    ]
    return checks.compactMap { name, check in
      do { return try check(model).map { Self.fault(name, $0) } } catch {
        return Self.fault(name, "\(error)")
      }
    }
  }

  private static func fault(_ check: String, _ reason: String) -> String {
    let line = reason.map { $0.isNewline || $0 == "\t" ? " " : $0 }
    return "\(check): " + String(line.prefix(400))
  }

  // MARK: Checks

  /// `attribute inspect` names inputs, outputs, and where the logits are.
  private func inspection(_ model: ONNXModel) throws -> String? {
    let found =
      switch model.head?.function {
      case .softmax: "softmax"
      case .logSoftmax: "log-softmax"
      case .sigmoid: "sigmoid"
      case nil: "none"
      }
    guard found == expectation.head else { return "the head is \(found), not \(expectation.head)" }
    let text = try Inspection(path: expectation.model).text
    let logits = try LogitCut().places(in: model)[0]
    for name in expectation.inputs + expectation.outputs + [logits.value]
    where !text.contains("  \(name)") { return "it does not name '\(name)'" }
    let layers = model.layers
    guard !layers.isEmpty else { return "there are no layers" }
    let unknown = layers.filter { $0.shape == nil }
    guard unknown.isEmpty else {
      let names = unknown.prefix(3).map(\.name)
      return "the shapes of \(unknown.count) of \(layers.count) layers are unknown, as \(names)"
    }
    return nil
  }

  /// Outputs and logits agree with the reference, for three rows at once and for one alone.
  private func rows(_ model: ONNXModel) throws -> String? {
    let all = try inputs(model)
    let first = try all.mapValues { try $0.sliced(axis: 0, to: 1) }
    let logits = try LogitCut().places(in: model)[0]
    for name in expectation.outputs + ["logits"] {
      let place = name == "logits" ? logits : Place(name)
      let wanted = try expectation.tensor(name == "logits" ? name : "output.\(name)")
      for (given, count) in [(first, 1), (all, 3)] {
        let computed = try model.evaluate([place], given: given)[0]
        let expected = try wanted.sliced(axis: 0, to: count)
        if let difference = try difference(computed, expected, 1e-4) {
          return "\(name), \(count) rows: \(difference)"
        }
      }
    }
    return nil
  }

  /// The gradient of one logit agrees with automatic differentiation of the original.
  private func gradients(_ model: ONNXModel) throws -> String? {
    let expected = expectation.gradients
    guard !expected.isEmpty else { return nil }
    var given = try inputs(model)
    let logits = try LogitCut().places(in: model)[0]
    let places = expected.map(\.place)
    for (place, value) in zip(places, try model.evaluate(places, given: given)) {
      given[place] = try value.tracked()
    }
    let output = try model.evaluate([logits], given: given)[0]
    let points = places.compactMap { given[$0] }
    let quantity = try Element(index: expectation.element).values(of: output).sum()
    for ((place, path), gradient) in zip(expected, try gradient(of: quantity, at: points)) {
      let wanted = try Tensor(contentsOfNPY: path)
      if let difference = try difference(gradient, wanted, 1e-3) {
        return "with respect to '\(place)': \(difference)"
      }
    }
    return nil
  }

  /// A layer about halfway can be cut: evaluation from there equals the whole, and integrated
  /// gradients sum to the quantity's change.
  private func halfwayCut(_ model: ONNXModel) throws -> String? {
    let inputs = try inputs(model)
    let logits = try LogitCut().places(in: model)[0]
    // A single linear layer has nothing between inputs and logits.
    let layer = try halfwayLayer(model, inputs, logits)
    let cut: any Cut = layer.map { LayerCut($0) } ?? InputCut()
    let places = try cut.places(in: model)
    let needed = model.requirements(of: [logits], given: places)
    let values = try model.evaluate([logits] + places + needed, given: inputs)
    let given = Dictionary(
      zip(places + needed, values.dropFirst()), uniquingKeysWith: { first, _ in first })
    let again = try model.evaluate([logits], given: given)[0]
    if let difference = try difference(again, values[0], 1e-5) {
      return "evaluation from '\(cut.name)': \(difference)"
    }
    let method = LayerIntegratedGradients(
      model, at: cut, from: PartBaseline(share: 0.6),
      quantity: Element(index: expectation.element), to: .logits, steps: 100)
    let named = inputs.map { ($0.key.value, $0.value) }
    let result = try method.attributions(
      for: Inputs(Dictionary(named, uniquingKeysWith: { first, _ in first })))
    guard let gap = try result.completenessGap?.numbers(),
      let start = try result.quantity.start?.numbers(),
      let end = try result.quantity.end?.numbers()
    else { return "integrated gradients from '\(cut.name)' tell no gap" }
    for (row, gap) in gap.enumerated() {
      let change = abs(end[row] - start[row])
      let allowed = 0.02 * change + 1e-4 * max(abs(end[row]), abs(start[row]))
      guard abs(gap) <= allowed else {
        return "integrated gradients from '\(cut.name)', row \(row): the gap is \(gap) of \(change)"
      }
    }
    return nil
  }

  // MARK: Parts

  private func inputs(_ model: ONNXModel) throws -> [Place: Tensor] {
    var given: [Place: Tensor] = [:]
    for input in model.inputs {
      given[input.place] = try expectation.tensor("input.\(input.name)")
        .converted(to: input.elementType)
    }
    return given
  }

  /// The layer nearest to the middle that has one floating-point output, a row for each of the
  /// instances, and an influence on the logits.
  private func halfwayLayer(
    _ model: ONNXModel, _ inputs: [Place: Tensor], _ logits: Place
  ) throws -> String? {
    let layers = model.layers
    let byDistance = layers.indices.sorted {
      (abs(2 * $0 - layers.count), $0) < (abs(2 * $1 - layers.count), $1)
    }
    for layer in byDistance.map({ layers[$0] }) where (layer.shape?.count ?? 0) > 1 {
      let places = try model.places(of: layer.name, anchor: .output)
      guard places.count == 1, places[0] != logits,
        let value = try? model.evaluate(places, given: inputs)[0],
        value.elementType.isFloatingPoint, value.shape[0] == 3, value.count > 3,
        try value.absolute().max().number() > 0
      else { continue }
      let tracked = try value.tracked()
      var given = inputs
      given[places[0]] = tracked
      let output = try model.evaluate([logits], given: given)[0]
      guard output.isTracked else { continue }
      let quantity = try Element(index: expectation.element).values(of: output).sum()
      let slope = try gradient(of: quantity, at: [tracked])[0]
      if try slope.absolute().max().number() > 0 { return layer.name }
    }
    return nil
  }

  private func gradient(of quantity: Tensor, at points: [Tensor]) throws -> [Tensor] {
    guard quantity.isTracked else {
      throw FaultError(reason: "the logits do not depend on it")
    }
    return try Torch.gradient(of: quantity, withRespectTo: points)
  }

  /// Where the largest difference exceeds `relative` of the largest number, in words.
  private func difference(_ a: Tensor, _ b: Tensor, _ relative: Double) throws -> String? {
    guard a.shape == b.shape else { return "shape \(a.shape), not \(b.shape)" }
    let (left, right) = (try a.numbers(), try b.numbers())
    let scale = right.map(abs).max() ?? 0
    let largest = zip(left, right).map { abs($0 - $1) }.max() ?? 0
    guard left.allSatisfy(\.isFinite), largest <= relative * scale + 1e-7 else {
      return "off by \(largest) where the largest number is \(scale)"
    }
    return nil
  }
}

struct FaultError: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}
