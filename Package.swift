// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PackageDescription

/// Where libtorch lies: Debian's by default, found without flags; `LIBTORCH=/path` picks another
/// (a libtorch download, or the `torch` folder of a Python installation).
struct LibTorch {
  let directory = Context.environment["LIBTORCH"].flatMap { $0.isEmpty ? nil : $0 }

  /// libtorch 2.x is written in C++20, Debian's 1.13 in C++17.
  var languageStandard: CXXLanguageStandard { directory == nil ? .cxx17 : .cxx20 }

  /// Debian's libtorch computes with Debian's oneDNN, which can then be asked for more than libtorch
  /// asks for. Its headers may be absent.
  var hasOneDNN: Bool {
    directory == nil && FileManager.default.fileExists(atPath: "/usr/include/oneapi/dnnl/dnnl.hpp")
  }

  var compilerSettings: [CXXSetting] {
    guard let directory else { return hasOneDNN ? [.define("CTORCH_WITH_ONEDNN")] : [] }
    return [.unsafeFlags(["-isystem", directory + "/include"])]
  }

  var linkerSettings: [LinkerSetting] {
    var settings: [LinkerSetting] = []
    if let directory {
      settings.append(.unsafeFlags(["-L\(directory)/lib", "-Xlinker", "-rpath=\(directory)/lib"]))
      // Nothing calls into the CUDA library by name: it announces itself when it is loaded.
      if FileManager.default.fileExists(atPath: directory + "/lib/libtorch_cuda.so") {
        settings.append(
          .unsafeFlags(["-Xlinker", "--no-as-needed", "-ltorch_cuda", "-Xlinker", "--as-needed"]))
      }
    }
    if hasOneDNN { settings.append(.linkedLibrary("dnnl")) }
    return settings + [.linkedLibrary("torch_cpu"), .linkedLibrary("c10")]
  }
}

let libtorch = LibTorch()

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "swift-attribution",
  products: [
    .library(name: "Torch", targets: ["Torch"]),
    .library(name: "Attribution", targets: ["Attribution"]),
    .library(name: "ONNX", targets: ["ONNX"]),
    .library(name: "Text", targets: ["Text"]),
    .library(name: "Visualization", targets: ["Visualization"]),
    .library(name: "Evaluation", targets: ["Evaluation"]),
    .library(name: "Tables", targets: ["Tables"]),
  ],
  targets: [
    .target(
      name: "CTorch",
      cxxSettings: libtorch.compilerSettings,
      linkerSettings: libtorch.linkerSettings),
    .target(name: "CImage", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
    // Pango and Cairo are looked for when they are asked for: nothing is linked.
    .target(name: "CTypeset"),
    .target(name: "Torch", dependencies: ["CTorch"], swiftSettings: swiftSettings),
    .target(name: "Attribution", dependencies: ["Torch"], swiftSettings: swiftSettings),
    .target(name: "ONNX", dependencies: ["Attribution"], swiftSettings: swiftSettings),
    .target(
      name: "Text", dependencies: ["Attribution", "Visualization"], swiftSettings: swiftSettings),
    .target(
      name: "Visualization", dependencies: ["Attribution", "CImage", "CTypeset"],
      swiftSettings: swiftSettings),
    .target(
      name: "Evaluation", dependencies: ["Attribution", "Visualization"],
      swiftSettings: swiftSettings),
    .target(
      name: "Tables", dependencies: ["Attribution", "Visualization", "Evaluation"],
      swiftSettings: swiftSettings),
    .target(
      name: "TestSupport", dependencies: ["Attribution"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "TorchTests", dependencies: ["Torch", "CTorch", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "AttributionTests", dependencies: ["Attribution", "ONNX", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ONNXTests", dependencies: ["ONNX", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "TextTests", dependencies: ["Text", "ONNX", "Visualization", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "VisualizationTests", dependencies: ["Visualization", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "ONNX", "Visualization", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "TablesTests",
      dependencies: ["Tables", "Evaluation", "ONNX", "Visualization", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "DocumentationTests",
      dependencies: ["Evaluation", "ONNX", "Tables", "Text", "Visualization", "TestSupport"],
      exclude: ["commands.txt", "run-commands"], swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: libtorch.languageStandard
)
