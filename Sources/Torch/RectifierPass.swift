// SPDX-License-Identifier: Apache-2.0

import CTorch
import Synchronization

/// A run of a function in which something else than the derivative goes back through ReLU.
///
/// Whatever is recorded inside ``record(_:)`` by ``Tensor/relu()`` keeps the rule, so that a network
/// needs to know nothing of it. Other operations, leaky and smooth rectifiers among them, go back by
/// their derivatives.
public final class RectifierPass: Sendable {
  /// What of a gradient g goes back through max(x, 0).
  public enum Rule: String, Sendable, CaseIterable {
    /// g where g > 0: as if the gradient itself were rectified (Zeiler and Fergus 2014,
    /// arXiv:1311.2901).
    case deconvolution
    /// g where g > 0 and x > 0 (Springenberg and others 2015, arXiv:1412.6806).
    case guided
  }

  public let rule: Rule
  private let met = Atomic<Int>(0)

  /// How often ReLU was met.
  public var count: Int { met.load(ordering: .relaxed) }

  @TaskLocal static var current: RectifierPass?

  public init(_ rule: Rule) { self.rule = rule }

  /// Runs `body`, in which ReLU is recorded by the rule.
  public func record<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self, operation: body)
  }

  /// max(x, 0), recorded by the rule.
  func relu(_ x: Tensor) throws -> Tensor {
    met.add(1, ordering: .relaxed)
    return try Self.$current.withValue(nil) {
      switch rule {
      case .guided: return try x.relu().rectifyingGradient()
      case .deconvolution:
        let values = try withoutRecording { try x.relu() }
        return try values.standing(for: x.rectifyingGradient())
      }
    }
  }
}

extension Tensor {
  /// These numbers; of the gradient that comes back only what is positive goes on.
  func rectifyingGradient() throws -> Tensor {
    var made: OpaquePointer?
    try check(ct_tensor_rectifying_gradient(pointer, &made), "rectified gradient", [self])
    return try Tensor(orFail: made)
  }
}
