// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A program of one file that shows one idea.
func program(_ name: String) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      .product(name: "Torch", package: "swift-attribution"),
      .product(name: "Attribution", package: "swift-attribution"),
      .product(name: "ONNX", package: "swift-attribution"),
      .product(name: "Visualization", package: "swift-attribution"),
      .product(name: "Evaluation", package: "swift-attribution"),
    ],
    swiftSettings: swiftSettings)
}

let package = Package(
  name: "Examples",
  products: [
    .executable(name: "attribute", targets: ["attribute"])
  ],
  dependencies: [
    .package(name: "swift-attribution", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "attribute",
      dependencies: [
        "AttributeTool",
        .product(name: "Attribution", package: "swift-attribution"),
        .product(name: "Text", package: "swift-attribution"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "AttributeTool",
      dependencies: [
        .product(name: "Torch", package: "swift-attribution"),
        .product(name: "Attribution", package: "swift-attribution"),
        .product(name: "Evaluation", package: "swift-attribution"),
        .product(name: "ONNX", package: "swift-attribution"),
        .product(name: "Tables", package: "swift-attribution"),
        .product(name: "Text", package: "swift-attribution"),
        .product(name: "Visualization", package: "swift-attribution"),
      ],
      swiftSettings: swiftSettings),
    program("quickstart"),
    program("eight-not-three"),
    program("paths"),
    program("custom-path"),
    program("custom-quantity"),
    program("saturation"),
    program("baseline-choice"),
    program("timing"),
    program("growth"),
    program("coverage"),
    program("rules"),
    program("distributions"),
    program("conformance"),
    program("fuzz"),
    program("leaks"),
    program("ground-truth"),
    program("pasted-objects"),
    program("vehicles"),
    .executableTarget(
      name: "tokenize", dependencies: [.product(name: "Text", package: "swift-attribution")],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "families",
      dependencies: [
        "AttributeTool",
        .product(name: "Torch", package: "swift-attribution"),
        .product(name: "Attribution", package: "swift-attribution"),
        .product(name: "ONNX", package: "swift-attribution"),
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "AttributeToolTests",
      dependencies: [
        "AttributeTool", "attribute", "quickstart", "eight-not-three", "paths", "custom-path",
        "custom-quantity", "saturation", "baseline-choice", "distributions", "ground-truth",
        "pasted-objects", "vehicles",
      ],
      path: "Tests/AttributeToolTests", exclude: ["Fixtures"], swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6]
)
