// SPDX-License-Identifier: Apache-2.0

import CTorch

/// Where a tensor's memory lies and its operations run.
public enum Device: Sendable, Hashable {
  case cpu
  /// A CUDA device by its index.
  case cuda(Int)

  /// The CUDA devices that can be used now; empty where there is none or libtorch has no CUDA.
  public static var cudaDevices: [Device] {
    (0..<Int(ct_cuda_device_count())).map { .cuda($0) }
  }

  var code: ct_device {
    switch self {
    case .cpu: ct_device(kind: CT_CPU, index: 0)
    case .cuda(let index): ct_device(kind: CT_CUDA, index: Int32(clamping: index))
    }
  }

  init(code: ct_device) {
    self = code.kind == CT_CUDA ? .cuda(Int(code.index)) : .cpu
  }
}

extension Device: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}
