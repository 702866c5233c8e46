// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Foundation
import FoundationXML
import Testing
import Torch
import Visualization

@Suite struct SeriesCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func explain(_ arguments: String...) throws -> Command {
    try Command.run(
      "attribute", ["explain", "Models/heartbeats.onnx", "Data/heartbeats.npy"] + arguments)
  }

  @Test func `Time is the longer axis unless another is named, and told`() throws {
    #expect(try SeriesLayout(shape: [3, 2, 250], timeAxis: nil)?.timeAxis == 2)
    #expect(try SeriesLayout(shape: [3, 250, 2], timeAxis: nil)?.timeAxis == 1)
    #expect(try SeriesLayout(shape: [3, 8, 8], timeAxis: nil)?.timeAxis == 2)
    #expect(try SeriesLayout(shape: [3, 8], timeAxis: nil) == nil)
    #expect(try SeriesLayout(shape: [3, 8], timeAxis: 1)?.channels == 1)
    #expect(try SeriesLayout(shape: [3, 1, 4, 50], timeAxis: 3)?.channels == 4)
    #expect(throws: ToolError.self) { try SeriesLayout(shape: [3, 8], timeAxis: 2) }
    let series = try Tensor((0..<12).map { Float($0) }, shape: [1, 3, 4])
    let last = try #require(try SeriesLayout(shape: [1, 3, 4], timeAxis: 1))
    #expect(try last.channelsFirst(series)[0, 1].numbers() == [1, 5, 9])
    let told = try explain()
    #expect(told.output.contains("time runs along axis 2: 250 steps of 2 channels (--time-axis"))
  }

  @Test func `A page has the lines of every channel, with names and seconds`() throws {
    let file = folder.path("page.html")
    let command = try explain(
      "--sampling-rate", "125", "--channel-names", "I <mV>,II", "--show-baseline", "-o", file)
    #expect(command.status == 0, "\(command.error)")
    let page = try String(contentsOfFile: file, encoding: .utf8)
    #expect(page.contains("I &lt;mV&gt;") && !page.contains("I <mV>"))
    #expect(page.contains(">seconds<") && page.contains(">1.5<"))
    #expect(page.components(separatedBy: "<svg").count == 16 * 2 + 1)
    #expect(page.contains("stroke-dasharray=\"3 3\""))
    #expect(page.contains("heartbeats.npy[15]"))
    #expect(!page.contains("<script") && !page.contains("http-equiv=\"refresh\""))
    let parser = XMLParser(data: Data(page.utf8))
    #expect(parser.parse())
  }

  @Test func `The steps that a quantity reads are marked`() throws {
    let file = folder.path("page.html")
    let command = try explain(
      "--to", "output:steps", "-q", "class:1@box:100-124", "-o", file)
    #expect(command.status == 0, "\(command.error)")
    let page = try String(contentsOfFile: file, encoding: .utf8)
    #expect(page.contains("what the quantity reads"))
    #expect(page.contains("<rect x=\"100\" y=\"0\" height=\"146\" width=\"25\""))
  }

  @Test func `A picture has all of them, one below the other`() throws {
    let one = folder.path("one.npy")
    try Tensor(
      contentsOfNPY: Command.package.appendingPathComponent("Data/heartbeats.npy").path
    )[0..<2].writeNPY(to: one)
    let file = folder.path("series.png")
    let command = try Command.attribute(
      "explain", "Models/heartbeats.onnx", one, "--sampling-rate", "125", "-o", file)
    #expect(command.status == 0, "\(command.error)")
    let image = try Image(contentsOf: URL(fileURLWithPath: file))
    #expect(image.width > 1600 && image.height > 1000)
  }

  @Test func `What is no series is refused`() throws {
    let names = try explain("--channel-names", "I")
    #expect(names.status == 64 && names.error.contains("2 channels"))
    let axis = try explain("--time-axis", "3")
    #expect(axis.status == 64 && axis.error.contains("[16, 2, 250]"))
    for bad in [["--time-axis", "0"], ["--sampling-rate", "0"]] {
      let command = try Command.run(
        "attribute", ["explain", "Models/heartbeats.onnx", "Data/heartbeats.npy"] + bad)
      #expect(command.status == 64)
    }
    let layer = try explain("--from", "relu1", "-o", folder.path("layer.html"))
    #expect(layer.status == 65 && layer.error.contains("--time-axis"))
    let picture = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.npy", "--sampling-rate", "10")
    #expect(picture.status == 65 && picture.error.contains("--sampling-rate is for series"))
    let drawn = try explain("-d", "gaussian:0.1", "--show-baseline")
    #expect(drawn.status == 64 && drawn.error.contains("--show-baseline"))
  }
}
