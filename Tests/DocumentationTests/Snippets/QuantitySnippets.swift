// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct QuantitySnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  @Test func `several at once`() throws {
    // snippet: several-quantities
    let quantities: [any QuantityOfInterest] = [
      .classScore(8), .predictedClass, .winningClass, .labels([8]),
      .classScore(8) - .classScore(3), 0.5 * .classScore(8) + .classScore(3),
      .scoreDifference(8, minus: 3), .weightedScores([8: 1, 3: -0.5, 9: -0.5]),
      .probability(of: 8), .logProbability(of: .predicted), .logit(of: 8),
      .unit(8), .threshold(0), .custom { try $0.logSumExp(axes: [1]) },
    ]
    let results = try InternalInfluence(model, slice: slice)
      .attributions(for: digit, quantities: quantities)
    for result in results {
      print(result.configuration.quantity, try result.quantity.instance.number())
    }
    // end
    #expect(results.count == quantities.count)
    try expectClose(results[0].values, results[1].values, absolute: 1e-5)
    try expectClose(results[4].values, results[6].values, absolute: 1e-5)
    try expectClose(results[0].values, results[11].values, absolute: 1e-5)
    let probability = try results[8].quantity.instance.number()
    #expect(probability > 0.9 && probability <= 1)
    // Each alone gives the same.
    for (result, quantity) in zip(results, quantities).dropFirst(8) {
      let alone = try InternalInfluence(model, quantity: quantity, slice: slice)
        .attributions(for: digit)
      try expectClose(alone.values, result.values, absolute: 1e-4)
    }
  }

  @Test func `probabilities and logits`() throws {
    // snippet: scales
    let fromLogits = try InternalInfluence(
      model, quantity: .probability(of: 8), slice: NetworkSlice(from: .input, to: .logits)
    ).attributions(for: digit)
    let fromOutput = try InternalInfluence(
      model, quantity: .probability(of: 8), slice: NetworkSlice(from: .input, to: .output)
    ).attributions(for: digit)
    // end
    // This model's output is its softmax: both explain the same number.
    try expectClose(fromLogits.values, fromOutput.values, absolute: 1e-5)

    // snippet: refused-logit
    let refused = InternalInfluence(model, quantity: .logit(of: 8), slice: NetworkSlice())
    do { _ = try refused.attributions(for: digit) } catch { print(error) }
    // end
    #expect(throws: QuantityError.notLogits(quantity: "logit of class 8")) {
      try refused.attributions(for: digit)
    }
  }

  @Test func `labels`() throws {
    // snippet: labels
    let labels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    let result = try IntegratedGradients(model, quantity: .labels(labels), slice: slice)
      .attributions(for: digits)
    // end
    let predicted = try IntegratedGradients(model, slice: slice).attributions(for: digits)
    try expectClose(result.values, predicted.values, absolute: 1e-5)
  }

  @Test func `channels and units`() throws {
    // snippet: channels
    let channel = try IntegratedGradients(
      model, quantity: .channel(7, .max), slice: NetworkSlice(from: .input, to: .layer("relu1"))
    ).attributions(for: digit)
    let unit = try NeuronIntegratedGradients(model, at: .layer("relu1"), of: .unit(7, 2, 3))
      .attributions(for: digit)
    // end
    #expect(channel.values.shape == [1, 1, 8, 8] && unit.values.shape == [1, 1, 8, 8])
    let activation = try model.evaluate([Place("relu1")], given: [Place("image"): digit])[0]
    try expectClose(unit.quantity.instance, [activation[0, 7, 2, 3].number()], absolute: 1e-6)
    try expectClose(channel.quantity.instance, [activation[0, 7].max().number()], absolute: 1e-6)
  }

  @Test func `a closure that sees the instance`() throws {
    // snippet: closure
    // How far the logits are from those of the instance, squared.
    let distance = CustomQuantity("distance") { output, explained in
      try (output - explained.output).squared().sum(axes: [1])
    }
    let result = try InternalInfluence(model, quantity: distance, slice: slice)
      .attributions(for: digit)
    // end
    #expect(try result.quantity.instance.number() == 0)
    #expect(try result.values.sum().number() < 0)
  }

  @Test func `at a position`() throws {
    // snippet: positions
    let words = try ONNXModel(path: "Models/agreement.onnx")  // logits [rows, positions, tokens]
    let ids = try Tensor([2, 5, 27, 4, 16, 3] as [Int64], shape: [1, 6])
    let inputs = Inputs(["ids": ids, "mask": try ids.filled(with: 1)])
    let atThree = try IntegratedGradients(
      words, quantity: ClassScore(.predicted).at(3),
      slice: NetworkSlice(from: .embeddings, to: .logits)
    ).attributions(for: inputs)
    let third = try IntegratedGradients(  // row 2 of channel 7, [rows, channels, height, width]
      model, quantity: ChannelActivation([7]).at(2, axis: 2),
      slice: NetworkSlice(from: .input, to: .layer("relu1"))
    ).attributions(for: digit)
    // end
    #expect(atThree.values.shape == [1, 6, 32])
    // A row of the map sees three rows of the picture.
    let seen = try third.values.absolute().sum(axes: [0, 1, 3]).numbers()
    #expect(seen.prefix(2).allSatisfy { $0 == 0 } && seen.suffix(3).allSatisfy { $0 == 0 })
  }
}
