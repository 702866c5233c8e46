// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch
import Visualization

/// The program that writes the sets of known truth.
@Suite struct GroundTruthProgramTests {
  @Test func `It writes what is committed, what is trained on, and pictures`() throws {
    let folder = try TemporaryFolder()
    let command = try Command.run("ground-truth", [folder.path(""), "20"])
    #expect(command.status == 0, "\(command.error)")
    let data = Command.package.appendingPathComponent("Data").path
    for name in ["objects", "objects-masks", "scenes-labels", "mosaic", "mosaic-labels"] {
      let written = try Tensor(contentsOfNPY: folder.path("test/\(name).npy"))
      let committed = try Tensor(contentsOfNPY: "\(data)/\(name).npy")
      #expect(try written.bytes() == committed.bytes(), "\(name)")
    }
    #expect(
      try Tensor(contentsOfNPY: folder.path("training/mosaic-presence.npy")).shape == [20, 6])
    #expect(
      try Tensor(contentsOfNPY: folder.path("mechanisms/veto-attributions.npy")).shape == [64, 2])
    for name in ["objects.png", "mosaics.png"] {
      #expect(try Image(contentsOf: URL(fileURLWithPath: folder.path(name))).width > 600)
    }
  }

  @Test func `Without a folder it says what it wants`() throws {
    let command = try Command.run("ground-truth", [])
    #expect(command.status == 64 && command.output.contains("ground-truth FOLDER"))
  }

  @Test func `The guide has the table's head and methods, and chance is where it should be`() throws
  {
    let command = try Command.run("pasted-objects", ["2"])
    #expect(command.status == 0, "\(command.error)")
    let printed = command.output.split(separator: "\n").map(String.init)
    let guide = try String(
      contentsOf: Command.package.appendingPathComponent("../Docs/GroundTruth.md"), encoding: .utf8)
    let table = guide.split(separator: "\n").map(String.init).drop { $0 != printed[0] }
    #expect(printed.count == 13 && table.count >= 13)
    func name(_ line: String) -> Substring? { line.split(separator: "|").first }
    #expect(printed.map(name) == table.prefix(printed.count).map(name))
    #expect(printed.contains { $0.hasPrefix("| edges |") && $0.contains("| 0.0 |") })
  }
}
