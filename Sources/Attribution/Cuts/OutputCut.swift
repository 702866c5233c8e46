// SPDX-License-Identifier: Apache-2.0

/// An output of the model: the one named, or the first.
public struct OutputCut: Cut {
  public let output: String?

  public init(_ output: String? = nil) { self.output = output }

  public var name: String { output.map { "output(\($0))" } ?? "output" }

  public func places(in model: any Model) throws -> [Place] {
    let known = model.outputs.map(\.value)
    guard let output else {
      guard let first = model.outputs.first else { throw CutError.unknownOutput("", known: known) }
      return [first]
    }
    guard let place = model.outputs.first(where: { $0.value == output }) else {
      throw CutError.unknownOutput(output, known: known)
    }
    return [place]
  }
}

/// The value ahead of the final softmax or sigmoid; the first output where the model ends in
/// neither, and so gives logits itself.
public struct LogitCut: Cut {
  public init() {}

  public var name: String { "logits" }

  public func places(in model: any Model) throws -> [Place] {
    if let head = model.head { return [head.logits] }
    return try OutputCut().places(in: model)
  }
}

extension Cut where Self == OutputCut {
  /// The model's first output.
  public static var output: OutputCut { OutputCut() }
  public static func output(_ name: String) -> OutputCut { OutputCut(name) }
}

extension Cut where Self == LogitCut {
  /// The value ahead of the final softmax or sigmoid.
  public static var logits: LogitCut { LogitCut() }
}
