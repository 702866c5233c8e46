// SPDX-License-Identifier: Apache-2.0

import Torch

/// How much the quantity falls where a window of the activation is covered (Zeiler and Fergus 2014,
/// arXiv:1311.2901): for each element the mean over all windows that hold it.
///
/// Attributions do not sum to anything: windows overlap, and what two features do together is told
/// by neither. An element that no window holds gets 0. As in Captum, where every element of a window
/// has the whole fall.
///
/// - Complexity: One forward row for each window, instance and start of the baseline.
public struct Occlusion: AttributionMethod {
  public let model: any Model
  public let quantity: any QuantityOfInterest
  public let slice: NetworkSlice
  public let baseline: any Baseline
  /// Lengths along the last axes; all that lies ahead of those, as channels, is covered together.
  public let window: [Int]
  /// How far windows lie apart along the same axes.
  public let stride: [Int]
  /// How many rows are evaluated at once.
  public var rowLimit = RowLimit.automatic

  /// - Parameters:
  ///   - baseline: What a window is covered with; several starts are averaged.
  ///   - window: `[3, 3]` covers three by three pixels in all channels, `[1]` one feature.
  ///   - stride: As many numbers; 1 each where not given.
  /// - Precondition: Windows and strides are positive, and as many.
  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), from baseline: any Baseline = ZeroBaseline(),
    window: [Int], stride: [Int]? = nil
  ) {
    let stride = stride ?? [Int](repeating: 1, count: window.count)
    precondition(
      !window.isEmpty && (window + stride).allSatisfy { $0 > 0 } && window.count == stride.count,
      "windows of \(window) at distances of \(stride)")
    self.model = model
    self.quantity = quantity
    self.slice = slice
    self.baseline = baseline
    self.window = window
    self.stride = stride
  }

  public func attributions(for inputs: Inputs) throws -> Attributions {
    try ForwardRun(model: model, quantity: quantity, slice: slice, rowLimit: rowLimit)
      .attributions(
        for: inputs, by: "occlusion of \(window) by \(baseline.name), stride \(stride)"
      ) { group in
        let removal = try Removal(group, to: baseline)
        let tensors = group.instances.activation.tensors
        var samples = 0
        let values = try tensors.indices.map { index in
          let windows = try Windows(self, over: tensors[index].shape)
          samples += windows.count
          return try falls(removal, windows, of: index)
        }
        return ForwardRun.Found(values: Activation(values), samples: samples)
      }
  }

  /// The mean fall of every element of one tensor, the others being the instances' own.
  private func falls(_ removal: Removal, _ windows: Windows, of index: Int) throws -> Tensor {
    let tensors = removal.group.instances.activation.tensors
    let device = tensors[index].device
    let values = try removal.values(windows.count) { range in
      try tensors.indices.map { other in
        let shape = [range.count] + tensors[other].shape.dropFirst()
        guard other == index else { return try .ones(shape, type: .bool) }
        return try .!windows.covered(range).broadcast(to: shape)
      }
    }
    let falls = try removal.group.own.unsqueezed(axis: 0) - values
    var sum: Tensor?
    var covers: Tensor?
    for first in Swift.stride(from: 0, to: windows.count, by: Windows.atOnce) {
      let range = first..<min(windows.count, first + Windows.atOnce)
      let covered = try windows.covered(range).converted(to: .float64).moved(to: device)
      let flat = try covered.reshaped(to: [range.count, -1])
      let part = try falls[range].transposed(0, 1).matrixProduct(flat)
      sum = try sum.map { try $0 + part } ?? part
      let count = try flat.sum(axes: [0], keepingAxes: true)
      covers = try covers.map { try $0 + count } ?? count
    }
    guard let sum, let covers else { return try tensors[index].filled(with: 0) }
    let shape = [tensors[index].shape[0]] + windows.shape
    return try (sum / covers.filled(with: 1, where: covers .== 0)).reshaped(to: shape)
      .broadcast(to: tensors[index].shape).converted(like: tensors[index])
  }
}

/// Windows over the last axes of a tensor, in row-major order; those at the far edge reach beyond it.
private struct Windows {
  /// Of what is covered, without rows: 1 along axes that are covered as a whole.
  let shape: [Int]
  let count: Int
  private let axes: [Axis]

  /// Windows whose elements are added up at once.
  static let atOnce = 256

  private struct Axis {
    /// Whether an element lies in a window, bool, `[windows, elements]`.
    let covered: Tensor
    let count: Int
  }

  init(_ occlusion: Occlusion, over shape: [Int]) throws {
    let free = shape.count - 1 - occlusion.window.count
    guard free >= 0 else {
      throw ComparatorError.shape(
        method: "an occlusion by windows of \(occlusion.window)", shape,
        needs: "an axis behind the rows for each side of the window")
    }
    let lengths = shape.dropFirst(1 + free)
    self.shape = [Int](repeating: 1, count: free) + lengths
    axes = try zip(lengths, zip(occlusion.window, occlusion.stride)).map { length, sides in
      let (window, stride) = sides
      let count = max(0, length - window + stride - 1) / stride + 1
      let covered = (0..<count).flatMap { index in
        (0..<length).map { $0 >= index * stride && $0 < index * stride + window }
      }
      return Axis(covered: try Tensor(covered, shape: [count, length]), count: count)
    }
    count = axes.reduce(1) { $0 * $1.count }
  }

  /// bool, `[windows of the range, …]`.
  func covered(_ range: Range<Int>) throws -> Tensor {
    var result = try Tensor.ones([range.count] + shape.map { _ in 1 }, type: .bool)
    var block = count
    for (place, axis) in axes.enumerated() {
      block /= axis.count
      let own = try axis.covered.selecting(Tensor(range.map { Int64($0 / block % axis.count) }))
      let behind = [Int](repeating: 1, count: axes.count - place - 1)
      let ahead = [Int](repeating: 1, count: shape.count - behind.count - 1)
      let aligned = try own.reshaped(to: [range.count] + ahead + [own.shape[1]] + behind)
      let both = try result .& aligned
      result = both
    }
    return result
  }
}
