// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

/// Every form of `--distribution`, `--baseline` and `--rule` explains a digit.
@Suite struct DistributionCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Arguments, and the line that tells what was done.
  struct Form: CustomTestStringConvertible {
    let arguments: [String]
    let told: String

    init(_ arguments: String, _ told: String) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.told = told
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  /// The report of an explanation of an eight.
  private func report(_ arguments: [String], seed: Int = 1) throws -> Report {
    let file = folder.path("report.json")
    let command = try Command.run(
      "attribute",
      ["explain", "Models/digits.onnx", "Data/eight.png", "-o", file, "--seed", "\(seed)"]
        + arguments)
    try #require(command.status == 0, "\(command.error)")
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    return try JSONDecoder().decode(Report.self, from: data)
  }

  /// What the tests read of a report.
  struct Report: Decodable {
    struct Configuration: Decodable {
      struct Arguments: Decodable {
        let baseline: String?
        let rule: String?
        let tolerance: Double?
        let steps: Int?
        let range: [Double]?
      }
      let distribution: String
      let arguments: Arguments
    }
    struct Instance: Decodable {
      struct Gap: Decodable {
        let relative: Double?
      }
      struct Effort: Decodable {
        let rule: String
        let steps: Int
        let evaluations: Int
      }
      struct StandardError: Decodable {
        let sum: Double
        let greatest: Double
      }
      let completenessGap: Gap
      let errorEstimate: Double?
      let standardError: StandardError?
      let effort: Effort?
      let attributionSum: Double
    }
    struct Cost: Decodable {
      let evaluationsPerInstance: Int
    }
    let configuration: Configuration
    let instances: [Instance]
    let cost: Cost
  }

  @Test(
    arguments: [
      Form("-d linear", "straight path from zeros, automatic rule, tolerance 0.01"),
      Form("-d polyline:Data/three.npy", "polyline path from zeros"),
      Form("-d spline:Data/three.npy", "spline path from zeros"),
      Form("-d blur", "blur path from blurred 1.33"),
      Form("-d blur:2 --tolerance 0.001", "tolerance 0.001"),
      Form(
        "-d decoded:Models/digits-decoder.onnx:Models/digits-encoder.onnx -b Data/three.npy",
        "decoded path from three.npy"),
      Form("-d boundary", "straight path from boundary of the class"),
      Form("-d boundary:3", "straight path from boundary of the class toward class 3"),
      Form("-d discretized:Data/ten-digits.npy:6 -b Data/three.npy", "6 anchors of 10 by greedy"),
      Form("-d sequential:axis2", "sequential paths from zeros"),
      Form("-d idgi -b Data/three.npy", "important directions of straight path"),
      Form("-d idgi --rule secant", "important directions of straight path from zeros, secant"),
      Form("-d idgi:blur:1", "important directions of blur path"),
      Form("-d linear --rule exact --float64", "exact rule"),
      Form("-d linear --rule secant --steps 2", "secant rule, 2 steps"),
      Form("-d linear --rule secant:uniform --steps 4", "secant"),
    ])
  func `Paths account for the quantity's change`(form: Form) throws {
    let report = try report(form.arguments)
    #expect(report.configuration.distribution.contains(form.told), "\(report.configuration)")
    let gap = try #require(report.instances[0].completenessGap.relative)
    #expect(gap < 0.01)
  }

  @Test(
    arguments: [
      "median:Data/ten-digits.npy", "mean:Data/ten-digits.npy", "mode:Data/ten-digits.npy",
      "samples:Data/ten-digits.npy", "zeros", "constant:0.5", "blurred:2", "gaussian:0.1:3",
      "uniform:0:1", "farthest:0:1", "Data/three.npy", "Data/three.png",
      "activation:Data/three.png", "nearest:Data/ten-digits.npy",
      "nearest:Data/ten-digits.npy@relu3", "boundary", "boundary:3",
      "counterfactual:Data/three.npy@relu3", "neutral", "neutral:zeros",
      "counterfactual:nearest:Data/ten-digits.npy@relu3@relu2", "zeros+constant:1",
    ])
  func `Paths start at any baseline, and account for the change`(baseline: String) throws {
    let report = try report(["--baseline", baseline])
    #expect(report.configuration.arguments.baseline == baseline)
    let gap = try #require(report.instances[0].completenessGap.relative)
    #expect(gap < 0.01)
  }

  @Test func `Given labels decide which neighbour is of another class`() throws {
    let labels = folder.path("labels.npy")
    // All are called 8, as the instance, but the first, a zero.
    try Tensor([0] + [Int](repeating: 8, count: 9)).writeNPY(to: labels)
    let sums = try [
      "nearest:Data/ten-digits.npy:\(labels)", "Data/zero.png", "nearest:Data/ten-digits.npy",
    ].map { try report(["-b", $0, "--rule", "secant"]).instances[0].attributionSum }
    #expect(abs(sums[0] - sums[1]) < 1e-3)
    #expect(abs(sums[0] - sums[2]) > 0.1)
  }

  @Test func `Both parts of a path add up to the whole`() throws {
    let sums = try ["linear", "left:0.5", "right:0.5", "left:0.5:blur:1", "right:0.5:blur:1"].map {
      try report(["-d", $0, "--tolerance", "0.001"]).instances[0].attributionSum
    }
    #expect(abs(sums[1] + sums[2] - sums[0]) < 0.01 * abs(sums[0]))
    #expect(abs(sums[1] - sums[0] / 2) < 0.02 * abs(sums[0]))
    let blurred = try report(["-d", "blur:1"]).instances[0].attributionSum
    #expect(abs(sums[3] + sums[4] - blurred) < 0.01 * abs(blurred))
  }

  @Test func `A guided path without a corridor is the straight one by the left rule`() throws {
    let guided = folder.path("guided.npy")
    let left = folder.path("left.npy")
    _ = try report(["-d", "guided:0.25:0", "--steps", "20", "-o", guided, "--float64"])
    _ = try report(["--rule", "left", "--steps", "20", "-o", left, "--float64"])
    let difference = try (Tensor(contentsOfNPY: guided) - Tensor(contentsOfNPY: left)).absolute()
    #expect(try difference.max().number() < 1e-9)
    #expect(try report(["-d", "guided"]).cost.evaluationsPerInstance == 200)
    #expect(try report(["-d", "idgi:guided"]).instances[0].completenessGap.relative ?? 1 < 0.2)
  }

  @Test func `Adversarial paths name their rivals, moves and stride`() throws {
    let one = try report(["-d", "adversarial:3", "-q", "probability:8"])
    #expect(
      one.configuration.distribution == "adversarial paths against classes 3, 20 moves of 0.05")
    let wide = try report(["-d", "adversarial", "--steps", "5", "--range", "-1:1"])
    #expect(wide.configuration.distribution.hasSuffix("20 strongest rivals, 5 moves of 0.1"))
    #expect(wide.configuration.arguments.range == [-1, 1])
    #expect(wide.configuration.arguments.steps == 5)
  }

  @Test func `A tolerance is met, told, and was the rule's choice`() throws {
    let coarse = try report(["--tolerance", "0.1"])
    let fine = try report(["--tolerance", "0.001"])
    for (report, tolerance) in [(coarse, 0.1), (fine, 0.001)] {
      #expect(report.configuration.arguments.rule == "automatic")
      #expect(report.configuration.arguments.tolerance == tolerance)
      #expect(report.instances[0].errorEstimate ?? 1 <= tolerance)
      #expect(report.instances[0].effort?.rule.contains("secant") == true)
    }
    let steps = [coarse, fine].compactMap { $0.instances[0].effort?.steps }
    #expect(steps.count == 2 && steps[0] < steps[1])
  }

  @Test(arguments: ["polyline:Data/ten-digits.npy", "discretized:Data/ten-digits.npy:6"])
  func `Paths with more corners than first steps are refined, not taken for exact`(
    distribution: String
  ) throws {
    let (found, fine) = (folder.path("found.npy"), folder.path("fine.npy"))
    let path = ["-d", distribution]
    let automatic = try report(path + ["-o", found])
    _ = try report(path + ["--rule", "secant", "--steps", "4000", "-o", fine])
    #expect(automatic.instances[0].errorEstimate ?? 0 > 0)
    let truth = try Tensor(contentsOfNPY: fine)
    let error = try (Tensor(contentsOfNPY: found) - truth).absolute().sum().number()
    #expect(try error < 0.02 * truth.absolute().sum().number())
  }

  @Test(
    arguments: [
      ["-d", "expected", "-b", "samples:Data/ten-digits.npy"], ["-d", "gaussian:0.1"],
    ])
  func `Draws stop at a tolerance, with their standard errors`(arguments: [String]) throws {
    let counted = try report(arguments)
    let steady = try report(arguments + ["--tolerance", "0.05"])
    #expect(counted.configuration.arguments.tolerance == nil)
    #expect(steady.configuration.arguments.tolerance == 0.05)
    let counts = [counted, steady].map(\.cost.evaluationsPerInstance)
    #expect(counts[0] < counts[1] && counts[1] < 10_000)
    #expect(steady.instances[0].errorEstimate ?? 1 <= 0.05)
    let errors = [counted, steady].compactMap(\.instances[0].standardError)
    #expect(errors.count == 2 && errors[1].sum < errors[0].sum)
    #expect(errors.allSatisfy { 0 < $0.greatest && $0.greatest < $0.sum })
  }

  @Test func `Standard errors of every pixel are written beside`() throws {
    let file = folder.path("errors.npy")
    let report = try report(["-d", "gaussian:0.1", "--standard-errors", file])
    let errors = try Tensor(contentsOfNPY: file)
    #expect(errors.shape == [1, 1, 8, 8])
    let told = try #require(report.instances[0].standardError)
    #expect(try abs(errors.sum().number() - told.sum) < 1e-4 * told.sum)
    #expect(try abs(errors.max().number() - told.greatest) < 1e-4 * told.greatest)
  }

  @Test func `The point and the draws of SmoothGrad have influence`() throws {
    for distribution in ["point", "gaussian:0.1:8"] {
      let report = try report(["-d", distribution, "--influence"])
      #expect(report.instances[0].completenessGap.relative == nil)
      #expect(report.instances[0].attributionSum != 0)
    }
  }
}
