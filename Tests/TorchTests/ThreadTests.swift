// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct ThreadTests {
  @Test func `threads share tensors, and each has its own errors and records`() async throws {
    let x = try Tensor.normal([16, 16], type: .float64, from: Generator(seed: 1))
    @Sendable func work(_ task: Int) throws -> Tensor {
      let tracked = try x.tracked()
      let y = try tracked.matrixProduct(x).hyperbolicTangent().sum()
      let slope = try gradient(of: y, withRespectTo: tracked)
      let wrong = #expect(throws: TorchError.self) { try x.reshaped(to: [task + 1000]) }
      #expect(wrong?.message.contains("\(task + 1000)") == true)
      #expect(try withoutRecording { try tracked.squared().isTracked } == false)
      #expect(try tracked.squared().isTracked)
      #expect(throws: TorchError.self) { try Operator("aten::none_\(task)")(.tensor(x)) }
      return slope
    }
    let expected = try work(0)
    try await withThrowingTaskGroup(of: Tensor.self) { group in
      for task in 0..<200 { group.addTask { try work(task) } }
      for try await slope in group { try expectClose(slope, expected, absolute: 1e-13) }
    }
  }

  @Test func `the number of threads inside an operator is set for every thread`() async throws {
    let before = Runtime.threadCount
    #expect(before >= 1)
    await #expect(processExitsWith: .success) {
      try Runtime.setThreadCount(3)
      precondition(Runtime.threadCount == 3)
      let elsewhere = await Task.detached { Runtime.threadCount }.value
      precondition(elsewhere == 3)
    }
  }

  @Test func `tensors are freed on any thread`() async throws {
    let sums = try await withThrowingTaskGroup(of: Double.self) { group in
      for value in 0..<100 {
        let tensor = try Tensor.full([1000], Double(value))
        group.addTask { try tensor.sum().number() }
      }
      return try await group.reduce(0, +)
    }
    #expect(sums == 4950 * 1000)
  }
}
