// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

/// What other libraries give for small cases; `Fixtures/README.md` tells how the file is made.
struct PeerFixture: Decodable {
  struct Quantus: Decodable {
    let maps: [Double]
    let masks: [Double]
    let scores: [String: [Double]]
  }

  struct Captum: Decodable {
    let instances: [[Double]]
    let jumps: [Double]
    let ofNothing: [Double]
    let moved: [Double]
    let fixed: [Double]
  }

  struct Statistics: Decodable {
    let first: [Double]
    let second: [Double]
    let pValue: Double
    let rankBiserial: Double
    let standardizedEffect: Double
    let skewed: [Double]
    let biasCorrected: [Double]
    let percentile: [Double]
    let pValues: [Double]
    let holm: [Double]
  }

  let quantus: Quantus
  let captum: Captum
  let statistics: Statistics

  static func read() throws -> PeerFixture {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/peers/peers.json")
    return try JSONDecoder().decode(PeerFixture.self, from: Data(contentsOf: file))
  }
}

extension PeerFixture.Quantus {
  var mapTensor: Tensor { get throws { try Tensor(maps, shape: [3, 1, 6, 6]) } }
  var maskTensor: Tensor { get throws { try Tensor(masks, shape: [3, 1, 6, 6]) } }

  func scores(of metric: String) throws -> [Double] { try #require(scores[metric]) }
}
