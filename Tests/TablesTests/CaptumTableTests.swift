// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import Tables
import TestSupport
import Testing
import Torch

/// Captum's attributions of the same networks and rows, by `Fixtures/make_captum_tables.py`.
@Suite struct CaptumTableTests {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let baseline: String
    let rule: String
    let steps: Int
    let elementType: String
    let file: String

    var testDescription: String { file }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  static let entries: [Entry] =
    (try? JSONDecoder().decode(
      [Entry].self, from: Data(contentsOf: folder.appending(path: "captum-tables.json")))) ?? []

  @Test func `there are fixtures of both networks`() {
    #expect(Self.entries.count == 16)
    #expect(Set(Self.entries.map(\.model)) == ["breast-cancer", "diabetes"])
  }

  @Test(arguments: entries)
  func `the same features have the same attributions`(entry: Entry) throws {
    let type = try #require(ElementType(rawValue: entry.elementType))
    let (model, layout, table) = try ExplanationTests.example(
      entry.model, entry.model, elementType: type)
    let rows = try layout.rows(of: table[0..<20])
    let baseline: any Baseline =
      entry.baseline == "zeros"
      ? ZeroBaseline() : TableBaseline(.statistic(.mean), of: try layout.rows(of: table))
    let rule: any PathRule = entry.rule == "midpoint" ? .midpoint : .gaussLegendre
    let found = try IntegratedGradients(
      model, slice: NetworkSlice(from: layout.cut, to: .logits), from: baseline, steps: entry.steps,
      rule: rule
    ).attributions(for: rows.inputs)
    let own = try TableExplanation(found, of: rows, in: layout, model: model).tensor()
    let theirs = try Tensor(contentsOfNPY: Self.folder.appending(path: entry.file).path)
    let distance = try relativeL1(own, theirs)
    // Captum rounds the rule's weights to single precision, whatever the network computes in: those of
    // the midpoint rule, 1/64, are exact there.
    let limit = type == .float32 ? 1e-5 : entry.rule == "midpoint" ? 1e-12 : 1e-8
    #expect(distance < limit, "relative L1 \(distance)")
  }

  @Test
  func `with weights rounded as Captum rounds them, double precision agrees to the last digits`()
    throws
  {
    let entry = try #require(
      Self.entries.first { $0.elementType == "float64" && $0.rule == "gauss-legendre" })
    let (model, layout, table) = try ExplanationTests.example(entry.model, entry.model)
    let rows = try layout.rows(of: table[0..<20])
    let method = IntegratedGradients(
      model, slice: NetworkSlice(from: layout.cut, to: .logits), steps: entry.steps,
      rule: RoundedWeights())
    let own = try TableExplanation(
      method.attributions(for: rows.inputs), of: rows, in: layout, model: model
    ).tensor()
    let theirs = try Tensor(contentsOfNPY: Self.folder.appending(path: entry.file).path)
    let distance = try relativeL1(own, theirs)
    #expect(distance < 1e-9, "relative L1 \(distance)")
  }
}

/// Gauss–Legendre, its weights in single precision.
private struct RoundedWeights: QuadratureRule {
  let name = "rounded"
  private let exact = GaussLegendreRule()

  func nodes(_ count: Int) throws -> [QuadratureNode] {
    try exact.nodes(count).map {
      QuadratureNode(position: $0.position, weight: Double(Float($0.weight)))
    }
  }

  func degree(_ count: Int) -> Int { exact.degree(count) }
}
