// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Text
import Torch
import Visualization

@Suite struct TextSnippets {
  let model: ONNXModel
  let tokenizer: Tokenizer
  let texts = ["the soup was awful", "这个屏幕非常精彩"]
  let batch: TextBatch
  let result: Attributions

  init() throws {
    try Workplace.enter()
    model = try ONNXModel(path: "Models/sentiment.onnx")
    let tokenizer = try Tokenizer(path: "Models/sentiment-tokenizer.json")
    self.tokenizer = tokenizer
    batch = try TextBatch(texts.map { try tokenizer.encode($0) }, for: model)
    result = try IntegratedGradients(
      model, slice: NetworkSlice(from: .embeddings, to: .logits),
      from: ZeroBaseline().moving(batch.words)
    ).attributions(for: batch.inputs)
  }

  @Test func `texts as inputs`() throws {
    // snippet: text-setup
    let model = try ONNXModel(path: "Models/sentiment.onnx")
    let tokenizer = try Tokenizer(path: "Models/sentiment-tokenizer.json")
    let texts = ["the soup was awful", "这个屏幕非常精彩"]
    let batch = try TextBatch(texts.map { try tokenizer.encode($0) }, for: model)
    // end
    #expect(batch.encodings.map(\.count) == [6, 10] && batch.length == 10)
    #expect(batch.inputs.tensors.keys.sorted() == ["ids", "mask"])
  }

  @Test func `attributions at the embeddings`() throws {
    // snippet: text-attributions
    let method = IntegratedGradients(
      model, slice: NetworkSlice(from: .embeddings, to: .logits),
      from: ZeroBaseline().moving(batch.words))
    let result = try method.attributions(for: batch.inputs)  // [texts, tokens, width]
    // end
    #expect(result.values.shape == [2, 10, 24])
    let gaps = try #require(try result.completenessGap?.numbers())
    #expect(gaps.allSatisfy { abs($0) < 1e-4 })
    // [CLS], [SEP] and padding are held.
    #expect(try result.values[0][0].absolute().max().number() == 0)
    #expect(try result.values[0][5..<10].absolute().max().number() == 0)
  }

  @Test func `baselines of words`() throws {
    // snippet: text-baselines
    let embedding = try EmbeddingCut.embeddings.embedding(in: model)
    let mask = try tokenizer.id(of: "[MASK]").map { try embedding.baseline(of: $0, name: "mask") }
    let mean = try embedding.meanBaseline()
    // end
    #expect(embedding.input == "ids" && mask?.name == "mask")
    try expectClose(
      mean.activation.tensors[0], embedding.table.mean(axes: [0]).reshaped(to: [1, 1, -1]),
      absolute: 1e-6)
  }

  @Test func `words and their pictures`() throws {
    // snippet: text-pictures
    let scores = try TokenReduction.sum.scores(of: result.values)  // [texts, tokens]
    let words = batch.encodings[0].scoredWords(try scores[0].numbers(), of: texts[0])
    let strip = TokenStrip(words, colors: .redWhiteBlue)
    let page = Page(title: "Why awful?", style: TokenStrip.style, body: [strip.markup()])
    print(strip.plainText())  // or terminalText(), in colors
    // end
    #expect(words.max { $0.score < $1.score }?.text == "awful")
    #expect(page.html.contains(">awful</span>"))
  }

  @Test func `a token at a position`() throws {
    // snippet: text-positions
    let network = try ONNXModel(path: "Models/agreement.onnx")
    let reader = try Tokenizer(path: "Models/agreement-tokenizer.json")
    let sentences = ["the keys near the cabinet [MASK] old .", "the key [MASK] old"]
    let asked = try TextBatch(sentences.map { try reader.encode($0) }, for: network)
    let places = asked.encodings.map { encoding in
      encoding.tokens.indices.filter { encoding.tokens[$0] == "[MASK]" }
    }
    let verbs = ["are", "is"].compactMap { reader.id(of: $0) }
    let margin = ClassScore(.index(verbs[0])) - ClassScore(.index(verbs[1]))
    let why = try IntegratedGradients(
      network, quantity: margin.at(.each(places)),
      slice: NetworkSlice(from: .embeddings, to: .logits),
      from: ZeroBaseline().moving(asked.words)
    ).attributions(for: asked.inputs)
    // end
    #expect(places == [[6], [3]])
    let margins = try why.quantity.instance.numbers()
    #expect(margins[0] > 2 && margins[1] < -2)
  }

  @Test func `a span of two outputs`() throws {
    // snippet: text-spans
    let model = FunctionModel(inputs: [ModelInput("x")], outputs: ["starts", "ends"]) { values in
      _ = try values.mark("starts", values["x"].hyperbolicTangent())
      try values.mark("ends", values["x"].sigmoid())
    }
    let x = try Tensor([0.3, 2, -1, 0.5] as [Float], shape: [1, 4])
    let answer = try IntegratedGradients(
      model, quantity: SpanScore(.predicted()),
      slice: NetworkSlice(from: .input, to: .stacked(.output("starts"), .output("ends")))
    ).attributions(for: x)
    // end
    // One token, the second, is start and end.
    let moved = try answer.values.numbers().map { $0 != 0 }
    #expect(moved == [false, true, false, false])
  }
}
