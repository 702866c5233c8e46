// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Choosing among boxes.
  static let boxes: [OperatorDefinition] = [
    OperatorDefinition(
      "NonMaxSuppression", since: 10, arity: 2...5, rows: .unknown, prepare: suppress)
  ]

  /// Edges of a box, the lesser first.
  private struct Box {
    let top: Double
    let bottom: Double
    let left: Double
    let right: Double

    init(_ numbers: ArraySlice<Double>, isCentered: Bool) {
      let (a, b, c, d) = (
        numbers[numbers.startIndex], numbers[numbers.startIndex + 1],
        numbers[numbers.startIndex + 2], numbers[numbers.startIndex + 3]
      )
      if isCentered {
        (left, right, top, bottom) = (a - c / 2, a + c / 2, b - d / 2, b + d / 2)
      } else {
        (top, bottom, left, right) = (min(a, c), max(a, c), min(b, d), max(b, d))
      }
    }

    var area: Double { (bottom - top) * (right - left) }

    /// The area in common, divided by the area covered.
    func overlap(_ other: Box) -> Double {
      let high = min(bottom, other.bottom) - max(top, other.top)
      let wide = min(right, other.right) - max(left, other.left)
      guard high > 0, wide > 0 else { return 0 }
      return high * wide / (area + other.area - high * wide)
    }
  }

  private static func suppress(_ node: NodeReader) throws -> NodeFunction {
    let isCentered = try node.flag("center_point_box")
    return { inputs in
      let (boxes, scores) = (try inputs[0], try inputs[1])
      guard boxes.rank == 3, boxes.shape[2] == 4, scores.rank == 3,
        scores.shape[0] == boxes.shape[0], scores.shape[2] == boxes.shape[1]
      else { throw NodeFault("boxes of \(boxes.shape) and scores of \(scores.shape) do not fit") }
      let most = try inputs.optional(2)?.integers().first ?? 0
      let limit = try inputs.optional(3)?.numbers().first ?? 0
      let least = try inputs.optional(4)?.numbers().first ?? -.infinity
      let (corners, values) = (try boxes.numbers(), try scores.numbers())
      let (count, classes) = (boxes.shape[1], scores.shape[1])
      var chosen: [Int] = []
      for image in 0..<boxes.shape[0] {
        let all = (0..<count).map { place in
          Box(
            corners[(image * count + place) * 4..<(image * count + place + 1) * 4],
            isCentered: isCentered)
        }
        for kind in 0..<classes {
          let score = values[
            (image * classes + kind) * count..<(image * classes + kind + 1) * count]
          let first = score.startIndex
          // Of equal scores the first box wins.
          let order = (0..<count).filter { score[first + $0] > least || least == -.infinity }
            .sorted { (score[first + $0], $1) > (score[first + $1], $0) }
          var kept: [Int] = []
          for place in order where kept.count < most {
            if kept.allSatisfy({ all[$0].overlap(all[place]) <= limit }) { kept.append(place) }
          }
          for place in kept { chosen += [image, kind, place] }
        }
      }
      return [try Tensor(chosen, shape: [chosen.count / 3, 3]).moved(to: boxes.device)]
    }
  }
}
