// SPDX-License-Identifier: Apache-2.0

import Torch
import Visualization

/// What an experiment found, as one page that opens without a network.
///
/// It is for looking at: what was compared and what failed, a table to rank by, which differences are
/// more than chance, curves, pictures side by side, what accuracy costs, and how to do it again.
public struct ExperimentReport: Sendable {
  public var results: ExperimentResults
  /// Where the attributions lie that ``CellResult/attributions`` names, and the experiment's record,
  /// where there is one.
  public var folder: String
  /// What was explained, by the name of its data, `[instances, …]`.
  ///
  /// It is shown beside its attributions where it is an image of one or three channels. The first
  /// rows are enough.
  public var instances: [String: Tensor]
  public var options: Options

  /// What is shown, and of what intervals are.
  public struct Options: Sendable, Equatable {
    /// Instances of each setting that are shown as pictures.
    public var instances: Int
    /// Pictures in all: where there are many configurations, fewer instances of each are shown, and
    /// where there are too many for one instance, the first configurations.
    public var pictures: Int
    /// Which attributions have equal colors.
    public var scale: PictureScale
    /// Of intervals.
    public var confidence: Double
    /// Of the bootstrap and the tests.
    public var seed: UInt64

    /// - Precondition: Counts are not negative, and the confidence lies between 0 and 1.
    public init(
      instances: Int = 6, pictures: Int = 240, scale: PictureScale = .share,
      confidence: Double = 0.95, seed: UInt64 = 0
    ) {
      precondition(instances >= 0 && pictures >= 0, "\(instances) instances, \(pictures) pictures")
      precondition(
        confidence > 0 && confidence < 1, "a confidence between 0 and 1, not \(confidence)")
      self.instances = instances
      self.pictures = pictures
      self.scale = scale
      self.confidence = confidence
      self.seed = seed
    }
  }

  public init(
    results: ExperimentResults, folder: String, instances: [String: Tensor] = [:],
    options: Options = Options()
  ) {
    self.results = results
    self.folder = folder
    self.instances = instances
    self.options = options
  }

  /// The page's text: HTML that is well-formed XML too.
  ///
  /// Attributions that cannot be read are told of in the picture's place.
  ///
  /// - Throws: ``VisualizationError`` where a picture cannot be encoded, ``ExperimentError`` where the
  ///   folder's record is damaged.
  /// - Complexity: The pairs of configurations times the instances, for each metric; of the files of
  ///   attributions only the rows that are shown are read.
  public func html() throws -> String {
    let settings = ReportSetting.settings(of: results.cells)
    let statistics = settings.map { SettingStatistics($0, options: options) }
    let record = try ExperimentFolder.record(in: folder)
    let controls = Set((record?.cells ?? []).filter(\.isControl).map(\.cell.method))
    var sections = [summarySection(statistics), rankingSection(statistics, controls: controls)]
    sections += [comparisonSection(statistics), curveSection(statistics)].compactMap { $0 }
    sections += [try pictureSection(settings), costSection(statistics)].compactMap { $0 }
    sections.append(configurationSection(settings, record))
    let title = results.name.isEmpty ? "Experiment" : results.name
    let header = Markup.element(
      "header", [:],
      [.element("h1", [:], [.element("bdi", [:], [.text(title)])]), Self.contents(sections)])
    return Page(
      title: title, style: Self.style,
      body: [header, .element("main", [:], sections.map(\.markup))], script: Self.script
    ).html
  }

  private static func contents(_ sections: [ReportSection]) -> Markup {
    let items = sections.map { section in
      Markup.element(
        "li", [:], [.element("a", ["href": "#" + section.anchor], [.text(section.title)])])
    }
    return .element("nav", ["aria-label": "Contents"], [.element("ul", [:], items)])
  }
}

/// What equal colors, and equal bars, mean in the pictures of an instance.
public enum PictureScale: String, Sendable, Codable, CaseIterable {
  /// Equal shares of Σ |attribution| of the configuration: those of different units compare.
  case share
  /// Equal attributions, in units of the quantity: influences and attributions do not compare.
  case quantity
}

/// A part of the page.
struct ReportSection {
  let anchor: String
  let title: String
  let content: [Markup]

  var markup: Markup {
    .element(
      "section", ["id": anchor, "aria-labelledby": anchor + "-title"],
      [.element("h2", ["id": anchor + "-title"], [.text(title)])] + content)
  }
}
