// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a worker is at, in a file mapped into both processes, so that it outlives a crash.
struct Progress {
  enum Phase: Int {
    case damaging, loading, evaluating
  }

  enum Counter: Int, CaseIterable {
    case input, phase, cpuStart, refused, loaded, evaluated, failed, slow, large, peak
  }

  static let size = 4096
  private let memory: UnsafeMutablePointer<Int>

  /// Maps a file, which is made where it is missing.
  init?(path: String) {
    let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, off_t(Self.size)) == 0,
      let mapped = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      mapped != MAP_FAILED
    else { return nil }
    close(descriptor)
    memory = mapped.bindMemory(to: Int.self, capacity: Self.size / MemoryLayout<Int>.size)
  }

  subscript(counter: Counter) -> Int {
    get { memory[counter.rawValue] }
    nonmutating set { memory[counter.rawValue] = newValue }
  }

  /// Counts of each kind of mutation: how many inputs.
  subscript(mutation: Mutation) -> Int {
    get { memory[32 + (Mutation.allCases.firstIndex(of: mutation) ?? 0)] }
    nonmutating set { memory[32 + (Mutation.allCases.firstIndex(of: mutation) ?? 0)] = newValue }
  }

  var phase: Phase { Phase(rawValue: self[.phase]) ?? .loading }
}
