// SPDX-License-Identifier: Apache-2.0

/// Why operators are not there that ONNX has.
enum OperatorRefusals {
  private static let randomness =
    "it draws random numbers, which no two runtimes draw alike; export the model in evaluation mode"
  private static let quantization =
    "quantized numbers have no gradient; export the model in float32"
  private static let sequences = "only tensors are supported, no sequences"
  private static let optionals = "only tensors are supported, no optional values"
  private static let texts = "only numbers are supported; turn text into numbers ahead of the model"
  private static let training = "it is for training; export the model without its loss"

  private static let reasons: [String: String] = [
    "Bernoulli": randomness, "Multinomial": randomness, "RandomNormal": randomness,
    "RandomNormalLike": randomness, "RandomUniform": randomness, "RandomUniformLike": randomness,
    "QuantizeLinear": quantization, "DequantizeLinear": quantization,
    "DynamicQuantizeLinear": quantization, "QLinearConv": quantization,
    "QLinearMatMul": quantization, "ConvInteger": quantization, "MatMulInteger": quantization,
    "SequenceAt": sequences, "SequenceConstruct": sequences, "SequenceEmpty": sequences,
    "SequenceErase": sequences, "SequenceInsert": sequences, "SequenceLength": sequences,
    "SequenceMap": sequences, "SplitToSequence": sequences, "ConcatFromSequence": sequences,
    "Optional": optionals, "OptionalGetElement": optionals, "OptionalHasElement": optionals,
    "StringConcat": texts, "StringNormalizer": texts, "StringSplit": texts,
    "RegexFullMatch": texts, "TfIdfVectorizer": texts,
    "NegativeLogLikelihoodLoss": training, "SoftmaxCrossEntropyLoss": training,
    "ImageDecoder": "decode the image ahead of the model",
  ]

  /// The reason, where the operator is one of ONNX's own and left out on purpose.
  static func reason(name: String, domain: String) -> String? {
    domain.isEmpty ? reasons[name] : nil
  }

  /// Names of all operators that are left out on purpose, for tests.
  static var names: Set<String> { Set(reasons.keys) }
}
