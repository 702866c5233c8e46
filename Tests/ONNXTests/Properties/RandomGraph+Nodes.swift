// SPDX-License-Identifier: Apache-2.0

@testable import ONNX

extension RandomGraph {
  // MARK: Elementwise

  mutating func addElementwise() {
    guard let x = floating() else { return }
    switch pick(0...6) {
    case 0, 1:
      node(
        pick(["Tanh", "Sigmoid", "Relu", "Softplus", "Neg", "Erf", "LeakyRelu", "Identity"]),
        [x.name], shapes: [x.shape])
    case 2, 3:
      let partners = values.filter { $0.isFloating && broadcast($0.shape, x.shape) != nil }
      let y = pick(partners)
      guard let shape = broadcast(x.shape, y.shape), shape.reduce(1, *) <= 300 else { return }
      let names = chance(0.5) ? [x.name, y.name] : [y.name, x.name]
      node(pick(["Add", "Mul", "Sub", "Max", "Min", "Sum"]), names, shapes: [shape])
    case 4:
      // A constant over some of the last axes, perhaps one that stretches the value.
      var shape = Array(x.shape.suffix(pick(0...x.shape.count)))
      shape = shape.map { chance(0.3) ? 1 : $0 }
      if chance(0.2), x.shape.count < 4 { shape = [pick(1...2)] + x.shape }
      guard let result = broadcast(x.shape, shape), result.reduce(1, *) <= 300 else { return }
      let name = weight(shape, positive: true)
      node(pick(["Add", "Mul", "Div"]), [x.name, name], shapes: [result])
    case 5:
      // A mask that another value, or this one, makes.
      guard let other = floating(), !x.shape.isEmpty,
        broadcast(other.shape, x.shape) == x.shape
      else { return }
      let zero = weight([])
      let mask = node("Greater", [other.name, zero], shapes: [other.shape], isFloating: false)[0]
      node("Where", [mask.name, x.name, weight([1])], shapes: [x.shape])
    default:
      let squashed = node("Sigmoid", [x.name], shapes: [x.shape])[0]
      node("Div", [x.name, squashed.name], shapes: [x.shape])
    }
  }

  // MARK: Layers

  mutating func addLayer() {
    switch pick(0...9) {
    case 0:
      guard let x = floating(1...4), let width = x.shape.last else { return }
      let next = pick(1...4)
      node(
        "MatMul", [x.name, weight([width, next])], shapes: [Array(x.shape.dropLast()) + [next]])
    case 1:
      guard let x = floating(2...2) else { return }
      let next = pick(1...4)
      node(
        "Gemm", [x.name, weight([next, x.shape[1]]), weight([next])], [.int("transB", 1)],
        shapes: [[x.shape[0], next]])
    case 2, 3:
      // Attention without its weights: two values meet.
      guard let x = floating(2...4), let length = x.shape.last else { return }
      var order = Array(0..<x.shape.count)
      order.swapAt(order.count - 1, order.count - 2)
      let turned = node(
        "Transpose", [x.name], [.ints("perm", order)], shapes: [order.map { x.shape[$0] }])[0]
      let steps = x.shape[x.shape.count - 2]
      let scores = node(
        "MatMul", [x.name, turned.name],
        shapes: [Array(x.shape.dropLast(2)) + [steps, steps]])[0]
      let shares = node("Softmax", [scores.name], [.int("axis", -1)], shapes: [scores.shape])[0]
      node(
        "MatMul", [shares.name, x.name], shapes: [Array(x.shape.dropLast(2)) + [steps, length]])
    case 4:
      guard let x = floating(3...4) else { return }
      let next = pick(1...3)
      let kernel = [Int](repeating: 3, count: x.shape.count - 2)
      node(
        "Conv", [x.name, weight([next, x.shape[1]] + kernel), weight([next])],
        [
          .ints("kernel_shape", kernel),
          .ints("pads", kernel.map { _ in 1 } + kernel.map { _ in 1 }),
        ],
        shapes: [[x.shape[0], next] + x.shape.dropFirst(2)])
    case 5:
      guard let x = floating(1...4), let width = x.shape.last, width > 1 else { return }
      node(
        "LayerNormalization", [x.name, weight([width]), weight([width])],
        chance(0.5) ? [] : [.int("axis", x.shape.count - 1), .float("epsilon", 0.1)],
        shapes: [x.shape])
    case 6:
      guard let x = floating(2...4) else { return }
      let parameters = (0..<4).map { weight([x.shape[1]], positive: $0 == 3) }
      node("BatchNormalization", [x.name] + parameters, shapes: [x.shape])
    case 7:
      guard let x = floating(3...3) else { return }
      addRecurrence(x)
    case 8:
      guard let x = floating(3...3) else { return }
      let (b, i) = (x.shape[0], x.shape[1])
      let (equation, shape) = pick([
        ("bij,bkj->bik", [b, i, i]), ("bij, bkj -> ikb", [i, i, b]), ("aij,bij->ab", [b, b]),
        ("...ij,...kj->...ki", [b, i, i]), ("bij,bij", []),
      ])
      node("Einsum", [x.name, x.name], [.text("equation", equation)], shapes: [shape])
    default:
      guard let x = floating(3...4) else { return }
      node(
        pick(["GlobalAveragePool", "GlobalMaxPool"]), [x.name],
        shapes: [Array(x.shape.prefix(2)) + x.shape.dropFirst(2).map { _ in 1 }])
    }
  }

  private mutating func addRecurrence(_ x: Value) {
    let (kind, gates) = pick([("RNN", 1), ("GRU", 3), ("LSTM", 4)])
    let hidden = pick(1...2)
    let both = chance(0.5)
    let directions = both ? 2 : 1
    let (time, batch) = (x.shape[0], x.shape[1])
    guard time * batch <= 24 else { return }
    let weights = [
      weight([directions, gates * hidden, x.shape[2]]),
      weight([directions, gates * hidden, hidden]),
      weight([directions, 2 * gates * hidden]),
    ]
    node(
      kind, [x.name] + weights,
      [.int("hidden_size", hidden)] + (both ? [.text("direction", "bidirectional")] : []),
      shapes: [[time, directions, batch, hidden], [directions, batch, hidden]])
  }

  // MARK: Shapes

  mutating func addShapeChange() {
    guard let x = floating() else { return }
    switch pick(0...6) {
    case 0, 1:
      guard x.shape.count >= 2 else { return }
      let order = order(x.shape.count)
      node("Transpose", [x.name], [.ints("perm", order)], shapes: [order.map { x.shape[$0] }])
    case 2, 3:
      var shape = factors(x.count)
      let result = shape
      // Zeros copy an axis, and one length may be left open.
      for axis in shape.indices where axis < x.shape.count && shape[axis] == x.shape[axis] {
        if chance(0.3) { shape[axis] = 0 }
      }
      if chance(0.4), let axis = shape.indices.filter({ shape[$0] != 0 }).last { shape[axis] = -1 }
      node("Reshape", [x.name, integers(shape)], shapes: [result])
    case 4:
      let axis = pick(0...x.shape.count)
      let shape = [x.shape[..<axis].reduce(1, *), x.shape[axis...].reduce(1, *)]
      node("Flatten", [x.name], [.int("axis", axis)], shapes: [shape])
    case 5:
      guard x.shape.count < 5 else { return }
      let axis = pick(0...x.shape.count)
      var shape = x.shape
      shape.insert(1, at: axis)
      let written = chance(0.5) ? axis : axis - shape.count
      node("Unsqueeze", [x.name, integers([written])], shapes: [shape])
    default:
      let ones = x.shape.indices.filter { x.shape[$0] == 1 }
      guard !ones.isEmpty else { return }
      let axis = pick(ones)
      var shape = x.shape
      shape.remove(at: axis)
      node("Squeeze", [x.name, integers([axis])], shapes: [shape])
    }
  }

  // MARK: Parts

  mutating func addPart() {
    guard let x = floating(1...4) else { return }
    let axis = pick(0...x.shape.count - 1)
    let length = x.shape[axis]
    func with(_ new: Int) -> [Int] {
      x.shape.enumerated().map { $0 == axis ? new : $1 }
    }
    let written = chance(0.5) ? axis : axis - x.shape.count
    switch pick(0...9) {
    case 9:
      let places = (0..<pick(1...3)).map { _ in pick(0...x.shape[0] - 1) }
      node(
        "GatherND", [x.name, integers(places, shape: [places.count, 1])],
        shapes: [[places.count] + x.shape.dropFirst()])
    case 0:
      let others = values.filter { other in
        other.isFloating && other.shape.count == x.shape.count
          && other.shape.indices.allSatisfy { $0 == axis || other.shape[$0] == x.shape[$0] }
      }
      let y = pick(others)
      guard length + y.shape[axis] <= 8 else { return }
      node(
        "Concat", [x.name, y.name], [.int("axis", written)], shapes: [with(length + y.shape[axis])])
    case 1:
      guard length <= 6 else { return }
      let part = weight(with(1))
      node("Concat", [part, x.name], [.int("axis", written)], shapes: [with(length + 1)])
    case 2:
      let start = pick(0...length - 1)
      let end = pick(start + 1...length)
      node(
        "Slice", [x.name, integers([start]), integers([end]), integers([written])],
        shapes: [with(end - start)])
    case 3:
      guard length >= 2 else { return }
      let first = pick(1...length - 1)
      node(
        "Split", [x.name, integers([first, length - first])], [.int("axis", written)],
        shapes: [with(first), with(length - first)])
    case 4:
      let places = (0..<pick(1...3)).map { _ in pick(0...length - 1) }
      node(
        "Gather", [x.name, integers(places)], [.int("axis", written)], shapes: [with(places.count)])
    case 5:
      var shape = x.shape
      shape.remove(at: axis)
      node(
        "Gather", [x.name, integers([pick(0...length - 1)], shape: [])], [.int("axis", written)],
        shapes: [shape])
    case 6:
      // A shared table, looked up twice where it was looked up before.
      guard let ids = values.first(where: { !$0.isFloating && $0.name == "ids" }) else { return }
      let known = table ?? weight([5, 2])
      table = known
      node("Gather", [known, ids.name], shapes: [ids.shape + [2]])
    case 7:
      var pads = [Int](repeating: 0, count: 2 * x.shape.count)
      pads[axis] = pick(0...1)
      pads[x.shape.count + axis] = 1
      guard length + 2 <= 8 else { return }
      node("Pad", [x.name, integers(pads)], shapes: [with(length + 1 + pads[axis])])
    default:
      guard x.count <= 100 else { return }
      var counts = x.shape.map { _ in 1 }
      counts[axis] = 2
      node("Tile", [x.name, integers(counts)], shapes: [with(2 * length)])
    }
  }

  // MARK: Along an axis

  mutating func addAlongAxis() {
    guard let x = floating(1...4) else { return }
    let axis = pick(0...x.shape.count - 1)
    let written = chance(0.5) ? axis : axis - x.shape.count
    switch pick(0...5) {
    case 0:
      node(pick(["Softmax", "LogSoftmax"]), [x.name], [.int("axis", written)], shapes: [x.shape])
    case 1, 2:
      let axes = order(x.shape.count).prefix(pick(1...x.shape.count)).sorted()
      let keeps = chance(0.5)
      let shape = x.shape.enumerated().compactMap { place, length in
        axes.contains(place) ? (keeps ? 1 : nil) : length
      }
      if chance(0.5) {
        node(
          "ReduceSum", [x.name, integers(axes)], [.int("keepdims", keeps ? 1 : 0)], shapes: [shape])
      } else {
        node(
          pick(["ReduceMean", "ReduceMax", "ReduceLogSumExp"]), [x.name],
          [.ints("axes", axes.map { chance(0.5) ? $0 : $0 - x.shape.count })]
            + [.int("keepdims", keeps ? 1 : 0)], shapes: [shape])
      }
    case 3:
      node("CumSum", [x.name, integers([written], shape: [])], shapes: [x.shape])
    case 4:
      let count = pick(1...x.shape[axis])
      var shape = x.shape
      shape[axis] = count
      node(
        "TopK", [x.name, integers([count])], [.int("axis", written)], shapes: [shape])
    default:
      var shape = x.shape
      shape[axis] = 1
      let places = node(
        "ArgMax", [x.name], [.int("axis", written)], shapes: [shape], isFloating: false)[0]
      let number = node("Cast", [places.name], [.int("to", 1)], shapes: [shape])[0]
      if let result = broadcast(shape, x.shape) {
        node("Add", [x.name, number.name], shapes: [result])
      }
    }
  }

  // MARK: Shapes as values

  mutating func addShapeArithmetic() {
    guard let x = floating(1...4) else { return }
    let shape = node("Shape", [x.name], shapes: [[x.shape.count]], isFloating: false)[0]
    func length(_ axis: Int) -> String {
      node(
        "Gather", [shape.name, integers([axis])], [.int("axis", 0)], shapes: [[1]],
        isFloating: false)[0].name
    }
    switch pick(0...3) {
    case 0, 1:
      // Another value of as many elements takes the first lengths of this one's shape.
      let kept = pick(1...x.shape.count)
      let partners = values.filter { $0.isFloating && $0.count == x.count }
      let y = pick(partners)
      let parts = (0..<kept).map { length($0) }
      let wanted = node(
        "Concat", parts + [integers([-1])], [.int("axis", 0)], shapes: [[kept + 1]],
        isFloating: false)[0]
      let head = Array(x.shape.prefix(kept))
      node("Reshape", [y.name, wanted.name], shapes: [head + [x.count / head.reduce(1, *)]])
    case 2:
      // Zeros of the shape, to begin with, as recurrent layers have them.
      let zeros = node("ConstantOfShape", [shape.name], shapes: [x.shape])[0]
      node("Add", [x.name, zeros.name], shapes: [x.shape])
    default:
      // A constant row, as wide as the value.
      guard let width = x.shape.last else { return }
      let part = weight([1, width])
      let count = length(0)
      let wanted = node(
        "Concat", [count, length(x.shape.count - 1)], [.int("axis", 0)], shapes: [[2]],
        isFloating: false)[0]
      node("Expand", [part, wanted.name], shapes: [[x.shape[0], width]])
    }
  }
}

/// The shape that two shapes broadcast to.
private func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
  try? OperatorRegistry.broadcastShape(a, b)
}
