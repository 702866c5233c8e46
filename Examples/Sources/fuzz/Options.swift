// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the command line asks for.
struct Options {
  var seed: UInt64 = 1
  var start = 0
  var count = Int.max
  var seconds = 60.0
  var mutations = Mutation.allCases
  /// Where inputs that fail are written.
  var save: String?
  /// The progress file of a worker; nil in the process that starts workers.
  var progress: String?
  var paths: [String] = []

  static let usage = """
    usage: fuzz [--count N] [--seconds S] [--seed N] [--start N] [--only KINDS] [--save FOLDER] [FILES]

    Damages models and loads them; those that load are inspected, and evaluated on zeros with the
    gradient. FILES are .onnx or .cases files; by default the examples' models and the fixtures of
    ONNXTests. KINDS, separated by commas: \(Mutation.allCases.map(\.rawValue).joined(separator: ", ")).

    Input number N of seed S is always the same: `--seed S --start N --count 1` runs it again.
    Ends with 1 where an input crashed, took more than a second to load and inspect, or more memory
    than loading may take: max(256 MiB, 16 × the file) beside what runs need.
    """

  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        paths.append(argument)
        continue
      }
      guard let value = rest.popFirst() else { return nil }
      switch argument {
      case "--seed": seed = UInt64(value) ?? seed
      case "--start": start = Int(value) ?? start
      case "--count": count = Int(value) ?? count
      case "--seconds": seconds = Double(value) ?? seconds
      case "--only":
        mutations = value.split(separator: ",").compactMap { Mutation(rawValue: String($0)) }
        guard !mutations.isEmpty else { return nil }
      case "--save": save = value
      case "--progress": progress = value
      default: return nil
      }
    }
    guard paths.isEmpty else { return }
    // Found from this file, so that the program can be run from anywhere.
    let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    for folder in [examples + "/Models", examples + "/../Tests/ONNXTests/Fixtures"] {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      paths += files.sorted().filter { $0.hasSuffix(".onnx") || $0.hasSuffix(".cases") }
        .map { folder + "/" + $0 }
    }
  }
}
