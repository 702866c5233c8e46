// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Outputs that are no classes of which one is right: regressions, labels beside each other, several
/// outputs at once.
@Suite struct OutputKindTests {
  private let points: Tensor

  init() throws { points = try Tensor([1, 2, 3, -4] as [Double], shape: [2, 2]) }

  private func values(
    _ quantity: any QuantityOfInterest, _ model: any Model, to end: any Cut = OutputCut()
  ) throws -> [Double] {
    try Saliency(model, quantity: quantity, slice: NetworkSlice(to: end))
      .attributions(for: points).quantity.instance.numbers()
  }

  // MARK: Regression

  @Test func `a regression of one number is explained as it is, with or without an axis`() throws {
    let plain = ToyModels.function { try $0.squared().sum(axes: [1]) }
    let column = ToyModels.function { try $0.squared().sum(axes: [1], keepingAxes: true) }
    for quantity: any QuantityOfInterest in [
      OutputValue(), OutputValue(0), ClassScore(.predicted), ClassScore(.index(0)),
    ] {
      for model in [plain, column] {
        #expect(try values(quantity, model) == [5, 25])
        let result = try IntegratedGradients(model, quantity: quantity, steps: 8)
          .attributions(for: points)
        try expectClose(result.values, points.squared(), absolute: 1e-12)
      }
    }
  }

  @Test func `of several targets one is named`() throws {
    #expect(try values(.value(1), ToyModels.function { $0 }) == [2, -4])
    #expect(try values(.value, ToyModels.function { try $0[0..., 1..<2] }) == [2, -4])
    #expect(throws: OutputValueError.several(2)) { try values(.value, ToyModels.function { $0 }) }
    #expect(throws: OutputValueError.target(2, of: 2)) {
      try values(.value(2), ToyModels.function { $0 })
    }
    #expect(throws: OutputValueError.noTargets([2, 1, 2])) {
      try values(.value(0), ToyModels.function { try $0.unsqueezed(axis: 1) })
    }
  }

  @Test func `a single number has no probability by softmax`() throws {
    let plain = ToyModels.function { try $0.sum(axes: [1]) }
    #expect(throws: QuantityError.oneClass(quantity: "probability of class 0")) {
      try values(.probability(of: 0), plain)
    }
  }

  // MARK: Labels

  private func labels(_ scale: OutputScale, _ numbers: [Double]) throws -> Double {
    let output = try Tensor(numbers, shape: [1, numbers.count])
    return try PresentClasses().values(
      of: output,
      explaining: ExplainedOutput(output: output, instance: .range(to: 1), scale: scale)
    ).number()
  }

  @Test func `the scores of all labels that are there add up`() throws {
    #expect(try labels(.logits(.sigmoid), [2, -1, 0.5]) == 2.5)
    #expect(try labels(.unknown, [2, -1, 0.5]) == 2.5)
    #expect(try labels(.normalized(.sigmoid), [0.9, 0.2, 0.5]) == 0.9)
    #expect(try labels(.logits(.sigmoid), [-2, -1]) == 0)
    #expect(throws: PresentClassesError.self) { try labels(.logits(.softmax(axis: 1)), [1, 2]) }
    let output = try Tensor([1, 0.3, -1] as [Double], shape: [1, 3])
    let strict = try PresentClasses(above: 0.7).isPresent(
      ExplainedOutput(output: output, instance: .range(to: 1)))
    // A probability of 0.7 is a logit of 0.85.
    #expect(try strict.converted(to: .float64).numbers() == [1, 0, 0])
  }

  @Test func `labels that are there are those of the instance, along the whole path`() throws {
    let model = ToyModels.function { $0 }
    let result = try IntegratedGradients(
      model, quantity: PresentClasses(), from: ConstantBaseline(9), steps: 4
    ).attributions(for: points)
    // The second label of the second row is absent, although the path starts where it is there.
    try expectClose(
      result.values, Tensor([1 - 9, 2 - 9, 3 - 9, 0] as [Double], shape: [2, 2]), absolute: 1e-12)
  }

  @Test func `the laws of quantities hold`() throws {
    let output = try ToyModels.rows(3, features: 3)
    #expect(try QuantityLaws.violations(of: PresentClasses(), on: output) == [])
    #expect(try QuantityLaws.violations(of: OutputValue(2), on: output) == [])
    #expect(try QuantityLaws.violations(of: OutputValue(), on: output.selected(0, axis: 1)) == [])
  }

  // MARK: Several outputs

  /// Two outputs of different widths: (x₀, x₁, x₀x₁), and x₀².
  private let heads = FunctionModel(
    inputs: [ModelInput("x", elementType: .float64)], outputs: ["kind", "size"]
  ) { values in
    let x = try values["x"]
    let (first, second) = (try x[0..., 0..<1], try x[0..., 1..<2])
    try values.mark("kind", .concatenated([x, first * second], axis: 1))
    try values.mark("size", first.squared())
  }

  @Test func `each output is explained by its name`() throws {
    #expect(try values(.value(2), heads, to: .output("kind")) == [2, -12])
    #expect(try values(.value, heads, to: .output("size")) == [1, 9])
    #expect(throws: CutError.unknownOutput("shape", known: ["kind", "size"])) {
      try values(.value, heads, to: .output("shape"))
    }
  }

  @Test func `a sum over outputs is the sum of what each has`() throws {
    let both = SideBySideCut([.output("kind"), .output("size")] as [OutputCut])
    let sum = OutputValue(1) + 0.5 * OutputValue(3)
    #expect(try values(sum, heads, to: both) == [2.5, 0.5])
    func attributions(_ quantity: any QuantityOfInterest, to end: any Cut) throws -> Tensor {
      try IntegratedGradients(
        heads, quantity: quantity, slice: NetworkSlice(to: end), steps: 16, rule: .midpoint
      ).attributions(for: points).values
    }
    let apart =
      try attributions(.value(1), to: .output("kind"))
      + attributions(.value, to: .output("size")) * 0.5
    try expectClose(attributions(sum, to: both), apart, absolute: 1e-12)
  }

  @Test func `cuts side by side keep the laws of cuts`() throws {
    let generator = try Generator(seed: 4)
    let values = try [[2, 3], [2, 4, 2], [2]].map {
      try Tensor.normal($0, type: .float64, from: generator)
    }
    let cut = SideBySideCut(["a", "b", "c"].map { LayerCut($0) })
    #expect(try CutLaws.violations(of: cut, on: values) == [])
    #expect(try cut.read(values)[0].shape == [2, 12])
  }
}
