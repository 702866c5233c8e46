// SPDX-License-Identifier: Apache-2.0

// Damaged models: nothing that a file holds may end the process, hang it, or fill its memory.

import Foundation

/// Writes a line at once, whatever becomes of the process.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
  say(Options.usage)
  exit(64)
}
let seeds = try Seed.all(in: options.paths)
guard !seeds.isEmpty else {
  say("no models among \(options.paths)")
  exit(65)
}
let path = options.progress ?? NSTemporaryDirectory() + "fuzz-progress-\(getpid())"
guard let progress = Progress(path: path) else {
  say("cannot map \(path)")
  exit(70)
}
if options.progress != nil {
  try Worker(options, seeds, progress).run()
  exit(0)
}
defer { try? FileManager.default.removeItem(atPath: path) }
say("\(seeds.count) models to start from, seed \(options.seed)")
let failures = try Supervisor(
  options: options, seeds: seeds, progress: progress, progressPath: path
).run()
try? FileManager.default.removeItem(atPath: path)
exit(failures == 0 ? 0 : 1)
