// SPDX-License-Identifier: Apache-2.0

import Torch

private enum ATen {
  static let sample = Operator("aten::grid_sampler")
  static let grid = Operator("aten::affine_grid_generator")
  static let fold = Operator("aten::col2im")
}

extension OperatorRegistry {
  /// Reading images at places between their elements, and putting them together from blocks.
  static let sampling: [OperatorDefinition] = [
    OperatorDefinition(
      "GridSample", since: 16, arity: 2...2,
      rows: .custom { _ in .independent(inputs: [0, 0], outputs: [0]) }, prepare: sample),
    OperatorDefinition("AffineGrid", since: 20, arity: 2...2, rows: .custom(gridRows)) { node in
      let function = try affineGrid(node)
      return { inputs in
        let size = try inputs.integers(1)
        guard size.first == (try inputs[0].shape.first) else {
          throw NodeFault("the size \(size) does not fit matrices of \(try inputs[0].shape)")
        }
        return [try function(try inputs[0], Array(size.dropFirst()))]
      }
    },
    OperatorDefinition("Col2Im", since: 18, arity: 3...3, rows: .leading, prepare: fold),
  ]

  // MARK: Grids

  private static func sample(_ node: NodeReader) throws -> NodeFunction {
    let mode = try node.text("mode", "linear")
    guard
      let interpolation = ["linear": 0, "bilinear": 0, "nearest": 1, "cubic": 2, "bicubic": 2][mode]
    else { throw NodeFault("the mode '\(mode)' is not one that ONNX knows") }
    guard
      let padding = ["zeros": 0, "border": 1, "reflection": 2][
        try node.text("padding_mode", "zeros")]
    else { throw NodeFault("the attribute 'padding_mode' is not one that ONNX knows") }
    let aligns = try node.flag("align_corners")
    return { inputs in
      var (x, grid) = (try inputs[0], try inputs[1])
      guard x.rank == grid.rank, (3...5).contains(x.rank), grid.shape.last == x.rank - 2 else {
        throw NodeFault("a grid of the shape \(grid.shape) in an image of \(x.shape)")
      }
      guard x.rank < 5 || interpolation < 2 else {
        throw NodeFault("the mode '\(mode)' has a meaning for one or two spatial axes")
      }
      let isFlat = x.rank == 3
      if isFlat {
        // A line is an image of one row, in whose middle the grid lies.
        x = try x.unsqueezed(axis: 2)
        grid = try grid.unsqueezed(axis: 1).padded(
          before: [0, 0, 0, 0], after: [0, 0, 0, 1])
      }
      if x.rank == 5, interpolation == 1 { grid = try rounded(grid, in: x, aligns: aligns) }
      let result = try ATen.sample(
        .tensor(x), .tensor(grid), .integer(interpolation), .integer(padding), .boolean(aligns))
      return [isFlat ? try result.squeezed(axis: 2) : result]
    }
  }

  /// Places moved to the nearest element, halves to even: libtorch's versions do not agree on them.
  private static func rounded(_ grid: Tensor, in x: Tensor, aligns: Bool) throws -> Tensor {
    let lengths = try Tensor(x.shape.dropFirst(2).reversed().map(Double.init)).converted(like: grid)
    let span = aligns ? try lengths - 1 : lengths
    // The first element lies at −1 where corners are aligned, half an element later where not.
    let first = aligns ? 0.0 : -0.5
    let places = try ((grid + 1) * span / 2 + first).rounded()
    let back = try (places - first) * 2 / span - 1
    return try grid.chosen(where: try span .== 0, else: back)
  }

  /// - Returns: A function of matrices and of channels and lengths of the image.
  private static func affineGrid(
    _ node: NodeReader
  ) throws -> @Sendable (Tensor, [Int]) throws -> Tensor {
    let aligns = try node.flag("align_corners")
    return { matrices, size in
      try checkPlausible(size)
      guard size.count == 3 || size.count == 4, matrices.rank == 3,
        matrices.shape[1] == size.count - 1, matrices.shape[2] == size.count,
        size.allSatisfy({ $0 > 0 })
      else {
        throw NodeFault("matrices of the shape \(matrices.shape) for an image of \(size)")
      }
      return try ATen.grid(
        .tensor(matrices), .integers([matrices.shape[0]] + size), .boolean(aligns))
    }
  }

  /// The number of rows that the size names is not looked at: there is a grid for each matrix.
  private static func gridRows(_ context: RowContext) throws -> RowOutcome {
    guard context.onlyFirstHasRows else { return .oneByOne }
    let function = try affineGrid(context.reader)
    return .apart { inputs in
      [try function(inputs[0], Array(inputs.integers(1).dropFirst()))]
    }
  }

  // MARK: Blocks

  /// The sum of blocks that overlap: the transpose of taking an image apart.
  private static func fold(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: false)
    return { inputs in
      let x = try inputs[0]
      let (image, block) = (try inputs.integers(1), try inputs.integers(2))
      let (strides, dilations, before, after) = try window.spatial(rank: block.count)
      let limits = 1...Window.longest
      guard x.rank == 3, (1...3).contains(block.count), image.count == block.count,
        (image + block).allSatisfy(limits.contains), case let taps = try product(block),
        x.shape[1] > 0, x.shape[1] % taps == 0
      else {
        throw NodeFault(
          "blocks \(block) of \(x.shape) for an image \(image); 1 to 3 spatial axes are supported")
      }
      let padded = image.indices.map { image[$0] + before[$0] + after[$0] }
      let extents = block.indices.map { (block[$0] - 1) * dilations[$0] + 1 }
      let counts = image.indices.map { axis in
        padded[axis] < extents[axis] ? 0 : (padded[axis] - extents[axis]) / strides[axis] + 1
      }
      let channels = x.shape[1] / taps
      try checkPlausible([x.shape[0], channels] + padded)
      guard try product(counts) == x.shape[2], x.shape[2] > 0 else {
        throw NodeFault("\(x.shape[2]) blocks \(block) do not make an image \(image)")
      }
      if block.count == 2, before == after {
        return [
          try ATen.fold(
            .tensor(x), .integers(image), .integers(block), .integers(dilations),
            .integers(before), .integers(strides))
        ]
      }
      // A transposed convolution in which each tap writes what belongs to it.
      let weight = try Tensor.identity(taps, type: x.elementType, on: x.device)
        .reshaped(to: [taps, 1] + block)
      let full = try x.reshaped(to: [x.shape[0] * channels, taps] + counts).convolvedTransposed(
        weight: weight, stride: strides, padding: block.map { _ in 0 },
        outputPadding: block.map { _ in 0 }, dilation: dilations)
      let cut = try full.spatiallyPadded(
        before: before.map { -$0 },
        after: image.indices.map { image[$0] + before[$0] - full.shape[$0 + 2] })
      return [try cut.reshaped(to: [x.shape[0], channels] + image)]
    }
  }
}
