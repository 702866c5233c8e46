// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch
import Visualization

@Suite struct ImageTests {
  @Test(arguments: ["gray.jpg", "color.jpg", "subsampled.jpg", "progressive.jpg"])
  func `a JPEG file decodes as it does elsewhere`(name: String) throws {
    let reference = try #require(try References.read().jpegs[name])
    let image = try Image(contentsOf: References.folder.appendingPathComponent(name))
    #expect(image.width == reference.width && image.height == reference.height)
    #expect(image.format == (name == "gray.jpg" ? .gray : .rgb))
    // Decoders may differ by a step, in the inverse transform and in the chroma's interpolation.
    let expected = reference.samples.map { Double($0) / 255 }
    #expect(distance(image.samples.map(Double.init), expected) <= 2.01 / 255)
  }

  @Test func `a CMYK file is refused with a remedy`() throws {
    let file = References.folder.appendingPathComponent("cmyk.jpg")
    let error = #expect(throws: VisualizationError.self) { try Image(contentsOf: file) }
    #expect(error?.kind == .unsupported)
    #expect(error?.file == file.path)
    #expect(error?.message.contains("convert it to RGB") == true)
  }

  @Test(arguments: ["gray.jpg", "color.jpg", "progressive.jpg"])
  func `every truncation of a JPEG file is an error`(name: String) throws {
    let data = try Data(contentsOf: References.folder.appendingPathComponent(name))
    for count in 0..<data.count {
      #expect(throws: VisualizationError.self, "\(count) bytes") {
        try Image(decoding: data.prefix(count))
      }
    }
  }

  @Test(arguments: ["gray.jpg", "subsampled.jpg", "progressive.jpg", "cmyk.jpg"])
  func `a damaged JPEG file never crashes`(name: String) throws {
    let whole = try Data(contentsOf: References.folder.appendingPathComponent(name))
    var state: UInt64 = 11
    for _ in 0..<400 {
      var data = whole
      for _ in 0..<2 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        data[Int(state >> 33) % data.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      if let image = try? Image(decoding: data) {
        #expect(image.samples.count == image.width * image.height * image.channels)
      }
    }
  }

  @Test func `the content decides, not the name`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("picture.jpg")
      let image = try Image(width: 1, height: 1, format: .gray, samples: [1])
      try image.write(to: file)
      #expect(try Image(contentsOf: file) == image)
      try Data("P5 1 1 255 x".utf8).write(to: file)
      let error = #expect(throws: VisualizationError.self) { try Image(contentsOf: file) }
      #expect(error?.kind == .unknownFormat)
    }
  }

  @Test func `writing replaces a file whole and leaves nothing else`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("picture.png")
      for sample in [Float(0), 1] {
        try Image(width: 1, height: 1, format: .gray, samples: [sample]).write(to: file)
        #expect(try Image(contentsOf: file).samples == [sample])
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["picture.png"])
    }
  }

  @Test func `files that cannot be read or written are named`() throws {
    try withTemporaryFolder { folder in
      let missing = folder.appendingPathComponent("no/such.png")
      let image = Image(filledWith: .white, width: 2, height: 2)
      let reading = #expect(throws: VisualizationError.self) { try Image(contentsOf: missing) }
      let writing = #expect(throws: VisualizationError.self) { try image.write(to: missing) }
      for error in [reading, writing] {
        #expect(error?.kind == .file)
        #expect(error?.description.contains(missing.path) == true)
      }
    }
  }

  @Test(arguments: [Float(-0.01), 1.01, .nan, .infinity])
  func `samples outside 0 to 1 are refused`(sample: Float) throws {
    let error = #expect(throws: VisualizationError.self) {
      try Image(width: 2, height: 2, format: .gray, samples: [0, 0, sample, 1])
    }
    #expect(error?.message.contains("row 1, column 0") == true)
  }

  @Test func `sizes that do not fit the samples are refused`() throws {
    for (width, height) in [(0, 0), (-2, -2), (4, 2), (Int.max, 2), (2, 3)] {
      #expect(throws: VisualizationError.self) {
        try Image(width: width, height: height, format: .gray, samples: [0, 0, 0, 0])
      }
    }
  }

  @Test func `a tensor has one plane per channel, and comes back`() throws {
    let image = try Image(
      width: 2, height: 1, format: .rgb, samples: [0, 0.25, 0.5, 1, 0.75, 0.125])
    let tensor = try image.tensor()
    #expect(tensor.shape == [1, 3, 1, 2])
    #expect(try tensor.numbers() == [0, 1, 0.25, 0.75, 0.5, 0.125])
    #expect(try Image(tensor) == image)
    #expect(try Image(tensor.selected(0, axis: 0)) == image)
    #expect(try Image.images(of: tensor) == [image])
  }

  @Test func `standardized input is refused as samples, and shown with its scaling`() throws {
    let tensor = try Tensor([-1, 0, 1, 2] as [Float], shape: [1, 2, 2])
    let error = #expect(throws: VisualizationError.self) { try Image(tensor) }
    #expect(error?.message.contains("scaling") == true)
    let undone = try Image(tensor, scaling: .standardized(mean: [0.25], deviation: [0.25]))
    #expect(undone.samples == [0, 0.25, 0.5, 0.75])
    #expect(try Image(tensor, scaling: .extrema).samples == [0, 1.0 / 3, 2.0 / 3, 1])
    #expect(try Image(tensor, scaling: .range(low: 0, high: 4)).samples == [0, 0, 0.25, 0.5])
  }

  @Test func `a constant tensor has the extrema's sample 0`() throws {
    #expect(try Image(Tensor.full([1, 2, 2], 7), scaling: .extrema).samples == [0, 0, 0, 0])
  }

  @Test func `tensors that are no picture are refused`() throws {
    for shape in [[2, 3, 4, 4], [5, 4, 4], [7], [3, 0, 4]] {
      #expect(throws: VisualizationError.self) { try Image(Tensor.zeros(shape)) }
    }
    #expect(throws: VisualizationError.self) { try Image(Tensor.full([1, 1, 1], .nan)) }
  }

  @Test func `formats convert by repetition, luma and alpha over the background`() throws {
    let color = try Image(width: 1, height: 1, format: .rgba, samples: [1, 0.5, 0, 0.5])
    #expect(color.converted(to: .rgb).samples == [1, 0.75, 0.5])
    #expect(color.converted(to: .rgb, over: .black).samples == [0.5, 0.25, 0])
    let luma = Float(0.299 + 0.587 * 0.5)
    #expect(abs(color.converted(to: .grayAlpha).samples[0] - luma) < 1e-6)
    #expect(color.converted(to: .grayAlpha).samples[1] == 0.5)
    let gray = try Image(width: 1, height: 1, format: .gray, samples: [0.3])
    #expect(gray.converted(to: .rgba).samples == [0.3, 0.3, 0.3, 1])
    #expect(gray.converted(to: .rgb).converted(to: .gray).samples[0].distance(to: 0.3) < 1e-6)
  }

  @Test func `enlarging repeats pixels`() throws {
    let image = try Image(width: 2, height: 1, format: .gray, samples: [0, 1])
    let enlarged = image.enlarged(by: 2)
    #expect(enlarged.width == 4 && enlarged.height == 2)
    #expect(enlarged.samples == [0, 0, 1, 1, 0, 0, 1, 1])
  }

  @Test func `reducing takes means, of what there is at the edges`() throws {
    let image = try Image(
      width: 3, height: 2, format: .gray, samples: [0, 1, 0.5, 0, 1, 1])
    let reduced = image.reduced(by: 2)
    #expect(reduced.width == 2 && reduced.height == 1)
    #expect(reduced.samples == [0.5, 0.75])
    #expect(image.enlarged(by: 3).reduced(by: 3).samples == image.samples)
    #expect(image.reduced(by: 9).samples == [Float(3.5 / 6)])
  }
}
