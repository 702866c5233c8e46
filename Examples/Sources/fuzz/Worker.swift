// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import Torch

/// Runs inputs one after the other in this process.
struct Worker {
  let options: Options
  let seeds: [Seed]
  let progress: Progress
  private let folder: String

  /// Most inputs are only loaded and inspected, which is quick.
  private static let evaluatedEvery = 4

  init(_ options: Options, _ seeds: [Seed], _ progress: Progress) throws {
    self.options = options
    self.seeds = seeds
    self.progress = progress
    folder = NSTemporaryDirectory() + "fuzz-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  static func input(_ index: Int, _ options: Options, _ seeds: [Seed]) -> (
    seed: Seed, mutation: Mutation, bytes: [UInt8]
  ) {
    var random = Generator(seed: options.seed, index: index)
    let seed = seeds[random.below(seeds.count)]
    let mutation = options.mutations[random.below(options.mutations.count)]
    return (seed, mutation, mutation.apply(to: seed.model, names: seed.names, &random))
  }

  func run() {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let end = Date(timeIntervalSinceNow: options.seconds)
    var index = options.start
    while index < options.start &+ options.count || options.count == .max, Date() < end {
      progress[.input] = index
      progress[.phase] = Progress.Phase.damaging.rawValue
      let (seed, mutation, bytes) = Self.input(index, options, seeds)
      progress[mutation] += 1
      attempt(bytes, seed)
      index += 1
    }
    progress[.input] = index
  }

  private func attempt(_ bytes: [UInt8], _ seed: Seed) {
    defer { progress[.peak] = Self.peakBytes }
    let begin = Self.cpuMilliseconds
    progress[.cpuStart] = begin
    progress[.phase] = Progress.Phase.loading.rawValue
    let memory = Self.residentBytes
    let model = load(bytes, seed)
    let grown = Self.peakBytes - memory
    if Self.peakBytes > progress[.peak], grown > max(256 << 20, 16 * bytes.count) + (64 << 20) {
      progress[.large] += 1
      say("large: input \(progress[.input]), \(grown >> 20) MiB, \(seed.name)")
      Self.save(bytes, progress[.input], options)
    }
    if let model {
      for layer in model.layers {
        _ = try? model.places(of: layer.name, anchor: .input)
        _ = try? model.places(of: layer.name, anchor: .output)
      }
    }
    // Shapes are seen by running on zeros: who declares a large input waits for it.
    if Self.cpuMilliseconds - begin > 1000, model.map({ Self.elements(of: $0) < 1e7 }) ?? true {
      progress[.slow] += 1
      say("slow: input \(progress[.input]), \(Self.cpuMilliseconds - begin) ms, \(seed.name)")
      Self.save(bytes, progress[.input], options)
    }
    guard let model else {
      progress[.refused] += 1
      return
    }
    progress[.loaded] += 1
    progress[.cpuStart] = Self.cpuMilliseconds
    progress[.phase] = Progress.Phase.evaluating.rawValue
    guard progress[.input].isMultiple(of: Self.evaluatedEvery) else { return }
    do {
      // How much a run takes is up to the model too.
      try MemoryAccount(byteCount: 256 << 20).pay { try evaluate(model) }
      progress[.evaluated] += 1
    } catch { progress[.failed] += 1 }
  }

  /// Keeps an input, where the command line asks for it.
  static func save(_ bytes: [UInt8], _ index: Int, _ options: Options) {
    guard let folder = options.save else { return }
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(options.seed)-\(index).onnx"))
  }

  private func load(_ bytes: [UInt8], _ seed: Seed) -> ONNXModel? {
    guard let weights = seed.weights else { return try? ONNXModel(bytes: bytes) }
    let (path, data) = (folder + "/m.onnx", folder + "/weights.bin")
    guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil,
      (try? Data(weights).write(to: URL(fileURLWithPath: data))) != nil
    else { return nil }
    return try? ONNXModel(path: path)
  }

  private static func shape(of input: ModelInput) -> [Int] {
    (input.shape ?? [nil]).enumerated().map { $1 ?? ($0 == 0 ? 2 : 3) }
  }

  private static func elements(of model: ONNXModel) -> Double {
    model.inputs.map { shape(of: $0).reduce(1.0) { $0 * Double($1) } }.max() ?? 0
  }

  /// Evaluates on zeros, two rows where any number is allowed, with the gradient.
  private func evaluate(_ model: ONNXModel) throws {
    var given: [Place: Tensor] = [:]
    var tracked: [Tensor] = []
    guard Self.elements(of: model) < 1e7 else { return }
    for input in model.inputs {
      let shape = Self.shape(of: input)
      var tensor = try Tensor.zeros(shape, type: input.elementType)
      if input.elementType.isFloatingPoint {
        tensor = try tensor.tracked()
        tracked.append(tensor)
      }
      given[input.place] = tensor
    }
    for result in try model.evaluate(model.outputs, given: given)
    where result.isTracked && result.elementType.isFloatingPoint {
      _ = try gradient(of: try result.sum(), withRespectTo: tracked)
    }
  }

  private static var usage: rusage {
    var usage = rusage()
    #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #endif
    return usage
  }

  /// Not the wall clock: other processes may keep this one waiting.
  static var cpuMilliseconds: Int {
    let used = Self.usage
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000
      + Int(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000
  }

  private static var peakBytes: Int { usage.ru_maxrss * 1024 }

  private static var residentBytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return 0
    }
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
  }
}
