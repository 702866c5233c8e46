// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How a region of a map of classes is written on the command line, behind a class and an `@`.
enum RegionGrammar {
  /// The region's score of a class; `nil` where what stands behind the `@` is no region, and nothing
  /// is taken.
  ///
  /// - Throws: ``ToolError/usage(_:)``, and the reader's errors of a mask's file.
  static func score(
    of choice: ClassChoice, _ scanner: inout TextScanner
  ) throws -> RegionScore? {
    var trial = scanner
    guard trial.take("@"), let region = try region(&trial, of: choice) else { return nil }
    var reduction = RegionScore.Reduction.sum
    for other in RegionScore.Reduction.allCases where trial.take(":" + other.rawValue) {
      reduction = other
    }
    scanner = trial
    return RegionScore(choice, over: region, reduction)
  }

  private static func region(
    _ scanner: inout TextScanner, of choice: ClassChoice
  ) throws -> OutputRegion? {
    if scanner.take("predicted") {
      var trial = scanner
      if trial.take(":"), let index = trial.integer() {
        scanner = trial
        return .predicted(as: index)
      }
      guard choice != .predicted else {
        throw complaint(
          scanner,
          "the class is wanted whose pixels are meant, as in @predicted:1, or a place, @pixel:12,30"
        )
      }
      return .predicted(as: nil)
    }
    if scanner.take("pixel:") {
      guard let place = scanner.integers() else {
        throw complaint(scanner, "a place is expected, row and column, as in @pixel:12,30")
      }
      return .box(place.map { $0...$0 })
    }
    if scanner.take("box:") {
      guard let ranges = ranges(&scanner) else {
        throw complaint(
          scanner,
          "a range of each axis is expected, rows first, both ends included, as in @box:10-20,12-30"
        )
      }
      return .box(ranges)
    }
    if scanner.take("region:") {
      guard let file = scanner.file(ending: ".npy") else {
        throw complaint(
          scanner, "a .npy file is expected, not 0 where the region is: @region:FILE.npy")
      }
      return .mask(try Tensor(contentsOfNPY: file))
    }
    return nil
  }

  /// `10-20,12-30`.
  private static func ranges(_ scanner: inout TextScanner) -> [ClosedRange<Int>]? {
    var ranges: [ClosedRange<Int>] = []
    repeat {
      guard let first = scanner.integer(), scanner.take("-"), let last = scanner.integer(),
        last >= first
      else { return nil }
      ranges.append(first...last)
    } while scanner.take(",")
    return ranges
  }

  private static func complaint(_ scanner: TextScanner, _ expected: String) -> ToolError {
    .usage("'\(scanner.text)' is no quantity: at \(scanner.restText), \(expected)")
  }
}

extension TextScanner {
  /// The name of a file up to its ending.
  fileprivate mutating func file(ending: String) -> String? {
    for end in rest.indices where rest[end...].hasPrefix(ending) {
      let name = String(rest[..<end]) + ending
      guard take(name), name.count > ending.count else { return nil }
      return name
    }
    return nil
  }
}
