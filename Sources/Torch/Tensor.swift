// SPDX-License-Identifier: Apache-2.0

import CTorch

/// An array of numbers of one type, with any number of axes.
///
/// A tensor is a value: no operation changes it, so it can be shared between threads. Copies share
/// their memory, and so do views (slices, transposed and reshaped tensors).
///
/// Operations throw ``TorchError`` where shapes or types do not fit; write one `try` for a whole
/// expression: `try (x - mean) / deviation`.
public struct Tensor: Sendable {
  let storage: TensorStorage
  /// What is known of the tensor where it is followed by secants; see ``SecantPass``.
  let secant: Secant?

  init(owning pointer: OpaquePointer) {
    storage = TensorStorage(owning: pointer)
    secant = nil
  }

  init(_ storage: TensorStorage, secant: Secant?) {
    self.storage = storage
    self.secant = secant
  }

  var pointer: OpaquePointer { storage.pointer }

  /// The length of each axis; empty for a single number.
  public var shape: [Int] {
    let rank = ct_tensor_rank(pointer)
    return [Int](unsafeUninitializedCapacity: rank) { buffer, count in
      buffer.baseAddress?.withMemoryRebound(to: Int64.self, capacity: rank) {
        ct_tensor_shape(pointer, $0)
      }
      count = rank
    }
  }

  /// The number of axes.
  public var rank: Int { ct_tensor_rank(pointer) }

  /// The number of elements.
  public var count: Int { Int(ct_tensor_count(pointer)) }

  public var elementType: ElementType { ElementType(code: ct_tensor_type(pointer)) ?? .float32 }

  public var device: Device { Device(code: ct_tensor_device(pointer)) }

  /// Tensors alive in this process, for leak tests.
  public static var liveCount: Int { Int(ct_live_tensors()) }
}

/// The one owner of a handle.
final class TensorStorage: @unchecked Sendable {
  // Safe to share: a handle's memory is never written once a tensor is made of it.
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { ct_tensor_free(pointer) }
}

extension Tensor: CustomStringConvertible {
  /// The shape and type, and the elements where they are few.
  public var description: String {
    let head = "Tensor(\(elementType.rawValue), shape \(shape)"
    guard count <= 32, let numbers = try? numbers() else { return head + ")" }
    return head + ", \(numbers))"
  }
}

extension Tensor {
  /// Whether both are the very same tensor, not just equal ones.
  public func isSame(as other: Tensor) -> Bool { storage === other.storage }
}
