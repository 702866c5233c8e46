// SPDX-License-Identifier: Apache-2.0

import Glibc
import Torch

private enum ATen {
  static let unfold = Operator("aten::unfold")
}

extension OperatorRegistry {
  /// Spectra, and the windows and filters that come with them.
  ///
  /// Complex numbers are pairs along a last axis of length 2; real ones stand alone, length 1.
  static let signals: [OperatorDefinition] = [
    OperatorDefinition(
      "DFT", since: 17, until: 19, arity: 1...2,
      rows: .along(.axis(1))
    ) { node in
      let axis = try node.integer("axis", 1)
      return try transform(node) { _ in axis }
    },
    OperatorDefinition(
      "DFT", since: 20, arity: 1...3,
      rows: .along(RowAxes(attribute: "", input: 2, standard: [-2]))
    ) { node in
      try transform(node) { try $0.optional(2)?.integers().first ?? -2 }
    },
    OperatorDefinition("STFT", since: 17, arity: 2...4, rows: .leading, prepare: shortTransform),
    window("HannWindow") { 0.5 - 0.5 * cos($0) },
    window("HammingWindow") { 25.0 / 46 - 21.0 / 46 * cos($0) },
    window("BlackmanWindow") { 0.42 - 0.5 * cos($0) + 0.08 * cos(2 * $0) },
    OperatorDefinition("MelWeightMatrix", since: 17, arity: 5...5, rows: .unknown) { node in
      let type = try node.elementType("output_datatype") ?? node.types.computed(.float32)
      return { inputs in
        [try melWeights(inputs).converted(to: type).moved(to: node.types.device)]
      }
    },
  ]

  private static func checkedLength(_ length: Int) throws -> Int {
    guard length > 0, length <= Window.longest else {
      throw NodeFault("the length \(length) is not one that a signal can have")
    }
    return length
  }

  // MARK: Transforms

  /// The transform along an axis other than the last, which holds the parts of the numbers.
  private static func transform(
    _ node: NodeReader, axis: @escaping @Sendable (NodeInputs) throws -> Int
  ) throws -> NodeFunction {
    let isInverse = try node.flag("inverse")
    let isOneSided = try node.flag("onesided")
    return { inputs in
      let x = try inputs[0]
      let axis = try resolved(axis: try axis(inputs), rank: x.rank)
      guard x.elementType.isFloatingPoint, axis < x.rank - 1, let parts = x.shape.last,
        parts == 1 || parts == 2
      else {
        throw NodeFault(
          "a signal of the shape \(x.shape) along axis \(axis); the last axis should hold one part"
            + " of real numbers or two of complex ones")
      }
      let given = try inputs.optional(1)?.integers().first
      let length = try checkedLength(
        given ?? (isInverse && isOneSided ? 2 * (x.shape[axis] - 1) : x.shape[axis]))
      guard x.shape[axis] > 0 else { throw NodeFault("the signal \(x.shape) is empty") }
      guard !isOneSided || isInverse || parts == 1 else { throw oneSided }
      // The axis of the transform becomes the last, and is cut or filled with zeros.
      let bins = isInverse && isOneSided ? length / 2 + 1 : length
      var signal = try ComplexTensor(parts: x).map { try fitted($0.transposed(axis, -1), bins) }
      if isInverse && isOneSided {
        signal = try mirrored(signal, length)
        let real = try FourierTransform(isInverse: true)(signal).real
        return [try real.transposed(axis, -1).unsqueezed(axis: -1)]
      }
      let spectrum = try FourierTransform(isInverse: isInverse)(signal)
      return [
        try spectrum.map {
          try (isOneSided ? $0.sliced(axis: -1, to: length / 2 + 1) : $0).transposed(axis, -1)
        }.parts()
      ]
    }
  }

  private static let oneSided = NodeFault(
    "a one-sided spectrum is that of a real signal, and this one is complex")

  private static func fitted(_ x: Tensor, _ length: Int) throws -> Tensor {
    let missing = length - (x.shape.last ?? 0)
    if missing == 0 { return x }
    var after = [Int](repeating: 0, count: x.rank)
    after[x.rank - 1] = missing
    return try x.padded(before: after.map { _ in 0 }, after: after)
  }

  /// The whole spectrum of a real signal, from the half that tells the other.
  private static func mirrored(_ half: ComplexTensor, _ length: Int) throws -> ComplexTensor {
    let last = (length + 1) / 2
    func whole(_ x: Tensor) throws -> Tensor {
      try .concatenated(
        [x, try x.sliced(axis: -1, from: 1, to: last).flipped(axes: [-1])], axis: -1)
    }
    let real = try whole(half.real)
    guard let imaginary = half.imaginary else { return ComplexTensor(real, nil) }
    // At frequency 0, and at the highest of an even length, a real signal has no imaginary part.
    let inner = try imaginary.sliced(axis: -1, from: 1, to: last)
    var edge = [Int](repeating: 0, count: imaginary.rank)
    edge[imaginary.rank - 1] = 1
    let middle = length % 2 == 0 && length > 1 ? edge : edge.map { _ in 0 }
    let mirror = try inner.padded(before: edge, after: middle)
    return ComplexTensor(
      real, try .concatenated([mirror, -(inner.flipped(axes: [-1]))], axis: -1))
  }

  /// Spectra of stretches of a signal, each under a window.
  private static func shortTransform(_ node: NodeReader) throws -> NodeFunction {
    let isOneSided = try node.flag("onesided", true)
    return { inputs in
      let given = try inputs[0]
      // Some runtimes take real signals without the axis of parts.
      let x = given.rank == 2 ? try given.unsqueezed(axis: 2) : given
      guard x.rank == 3, x.elementType.isFloatingPoint, x.shape[2] == 1 || x.shape[2] == 2 else {
        throw NodeFault("a signal of the shape \(given.shape)")
      }
      let window = inputs.optional(2)
      guard let step = try inputs.integers(1).first, step > 0, step <= Window.longest else {
        throw NodeFault("the step is not a positive number")
      }
      let length = try checkedLength(
        try inputs.optional(3)?.integers().first ?? window?.count ?? x.shape[1])
      guard length <= x.shape[1], window.map({ $0.shape == [length] }) ?? true else {
        throw NodeFault(
          "frames of \(length) and a window of \(window?.shape ?? []) do not fit \(x.shape)")
      }
      // [rows, frames, parts, length]
      var frames = try ATen.unfold(.tensor(x), .integer(1), .integer(length), .integer(step))
      if let window { frames = try frames * onOneDevice(window, frames).0 }
      guard x.shape[2] == 1 || !isOneSided else { throw oneSided }
      let signal = ComplexTensor(
        try frames.selected(0, axis: 2), x.shape[2] == 1 ? nil : try frames.selected(1, axis: 2))
      let spectrum = try FourierTransform(isInverse: false)(signal)
      return [
        try spectrum.map { isOneSided ? try $0.sliced(axis: -1, to: length / 2 + 1) : $0 }.parts()
      ]
    }
  }

  // MARK: Windows and filters

  /// A window whose places are angles from 0 to 2π, the end included where it is not periodic.
  private static func window(
    _ name: String, _ value: @escaping @Sendable (Double) -> Double
  ) -> OperatorDefinition {
    OperatorDefinition(name, since: 17, arity: 1...1, rows: .unknown) { node in
      let isPeriodic = try node.flag("periodic", true)
      let type = try node.elementType("output_datatype") ?? node.types.computed(.float32)
      return { inputs in
        guard let size = try inputs.integers(0).first, size >= 0, size <= Window.longest else {
          throw NodeFault("the size is not one that a window can have")
        }
        let period = Double(isPeriodic ? size : size - 1)
        let values = (0..<size).map { place in
          // A window of one place lets everything through.
          period == 0 ? 1 : value(2 * .pi * Double(place) / period)
        }
        return [try Tensor(values).converted(to: type).moved(to: node.types.device)]
      }
    }
  }

  /// Triangles on the mel scale, `[spectrum, bins]`, their corners at whole places of the spectrum.
  private static func melWeights(_ inputs: NodeInputs) throws -> Tensor {
    let numbers = try (0..<5).map { try inputs[$0].number() }
    let (bins, length) = (Int(clamping: numbers[0]), Int(clamping: numbers[1]))
    let (rate, low, high) = (numbers[2], numbers[3], numbers[4])
    let places = length / 2 + 1
    guard bins > 0, length > 0, bins <= 1 << 16, length <= Window.longest, rate > 0, low >= 0,
      high > low, high.isFinite, try product([bins, places]) <= 1 << 28
    else { throw NodeFault("\(numbers) are no bins, length, rate and limits of a mel scale") }
    func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
    let step = (mel(high) - mel(low)) / Double(bins + 2)
    let corners = (0..<bins + 2).map { index in
      let hertz = 700 * (pow(10, (Double(index) * step + mel(low)) / 2595) - 1)
      return Int(clamping: (Double(length + 1) * hertz / rate).rounded(.down))
    }
    guard let last = corners.last, last <= places else {
      throw NodeFault("the upper limit \(high) Hz is above half of the rate \(rate) Hz")
    }
    var weights = [Double](repeating: 0, count: places * bins)
    for bin in 0..<bins {
      let (left, middle, right) = (corners[bin], corners[bin + 1], corners[bin + 2])
      if middle < places { weights[middle * bins + bin] = 1 }
      for place in left..<middle {
        weights[place * bins + bin] = Double(place - left) / Double(middle - left)
      }
      for place in middle..<right {
        weights[place * bins + bin] = Double(right - place) / Double(right - middle)
      }
    }
    return try Tensor(weights, shape: [places, bins])
  }
}

extension Int {
  /// The whole part, at the end of the range where no integer holds it.
  fileprivate init(clamping number: Double) {
    self = Int(exactly: number.rounded(.towardZero)) ?? (number > 0 ? .max : .min)
  }
}
