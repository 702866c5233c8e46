// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import Testing
import Torch
import Visualization

/// Equal colors mean what the page says that they mean.
@Suite struct PictureScaleTests {
  /// The colors of one instance's pictures, configuration by configuration.
  private func colors(_ scale: PictureScale) throws -> [[Color]] {
    let sample = SampleResults(methods: ["a", "b"], instances: 1, shape: [1, 2, 2], metrics: 0)
    return try sample.withFolder { results, folder in
      // The second has the first's pattern in another unit.
      for (place, factor) in [Float(1), 10].enumerated() {
        let values = [4, -2, 0, 1].map { $0 * factor }
        try Tensor(values, shape: [1, 1, 2, 2]).writeNPY(to: folder + "/cell-\(place).npy")
      }
      let report = ExperimentReport(
        results: results, folder: folder, options: ExperimentReport.Options(scale: scale))
      return try ReadPage(report.html()).named("img").map { element in
        let address = try #require(element.attributes["src"])
        let data = try #require(Data(base64Encoded: String(address.dropFirst(22))))
        let image = try Image(decoding: data)
        return (0..<4).map { image.color(row: $0 / 2, column: $0 % 2) }
      }
    }
  }

  @Test func `shares make units comparable`() throws {
    let colors = try colors(.share)
    #expect(colors.count == 2 && colors[0] == colors[1])
    // For is redder than against, and nothing is white.
    #expect(colors[0][0].red > colors[0][0].blue && colors[0][1].blue > colors[0][1].red)
    #expect(colors[0][2] == .white)
  }

  @Test func `quantities keep them`() throws {
    let colors = try colors(.quantity)
    #expect(colors[0] != colors[1])
    // Ten times as much has the stronger color.
    #expect(colors[1][3].blue < colors[0][3].blue)
  }

  @Test func `vectors are bars of the same elements on one scale`() throws {
    let sample = SampleResults(methods: ["a", "b"], instances: 1, shape: [20], metrics: 0)
    let page = try ReportTests.page(sample)
    let drawings = page.named("svg")
    #expect(drawings.count == 2 && page.named("rect").count <= 24)
    // Names of elements and ticks: the same in both.
    let texts = page.named("text").map(\.text)
    #expect(Array(texts.prefix(texts.count / 2)) == Array(texts.suffix(texts.count / 2)))
  }
}
