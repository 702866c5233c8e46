// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Visualization

@Suite struct ColorMapTests {
  static let diverging = ColorMap.all.filter(\.isDiverging)
  static let sequential = ColorMap.all.filter { !$0.isDiverging }

  @Test func `colors are straight lines between stops`() {
    let map = ColorMap(name: "test", stops: [.black, .white, Color(0xFF0000)], isDiverging: true)
    #expect(map.color(at: 0) == .black)
    #expect(map.color(at: 0.25) == Color(red: 0.5, green: 0.5, blue: 0.5))
    #expect(map.color(at: 0.5) == .white)
    #expect(map.color(at: 0.75) == Color(red: 1, green: 0.5, blue: 0.5))
    #expect(map.color(at: 1) == Color(0xFF0000))
    #expect(map.color(at: -7) == .black && map.color(at: 7) == Color(0xFF0000))
    #expect(map.neutral == .white)
  }

  @Test(arguments: diverging)
  func `warm is positive, blue is negative, white is zero`(map: ColorMap) {
    let (negative, positive) = (map.color(at: 0), map.color(at: 1))
    #expect(negative.blue > negative.red)
    #expect(positive.red > positive.blue)
    #expect(map.neutral == .white)
  }

  @Test(arguments: diverging)
  func `both signs are equally dark, and darker the further from zero`(map: ColorMap) {
    var last = Perceived(map.neutral).lightness
    for step in 1...6 {
      let negative = Perceived(map.color(at: 0.5 - Double(step) / 12)).lightness
      let positive = Perceived(map.color(at: 0.5 + Double(step) / 12)).lightness
      expectClose(negative, positive, absolute: 0.02)
      #expect(positive < last)
      last = positive
    }
  }

  @Test(arguments: sequential)
  func `lightness goes one way`(map: ColorMap) {
    let lightness = (0...50).map { Perceived(map.color(at: Double($0) / 50)).lightness }
    let steps = zip(lightness, lightness.dropFirst()).map { $1 - $0 }
    #expect(steps.allSatisfy { $0 > 0 } || steps.allSatisfy { $0 < 0 })
  }

  @Test(arguments: diverging, ColorBlindness.allCases)
  func `the signs stay apart for the color blind`(map: ColorMap, blindness: ColorBlindness) {
    for magnitude in [0.3, 0.5, 1] {
      let negative = Perceived(blindness.seen(map.color(at: 0.5 - magnitude / 2)))
      let positive = Perceived(blindness.seen(map.color(at: 0.5 + magnitude / 2)))
      #expect(negative.distance(to: positive) > 0.08, "\(map.name) at \(magnitude)")
    }
  }
}

/// A color in OKLab, where distances are those that are seen (Ottosson 2020).
struct Perceived {
  var lightness: Double
  var a: Double
  var b: Double

  init(_ color: Color) {
    let (red, green, blue) = (linear(color.red), linear(color.green), linear(color.blue))
    let l = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    let m = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    let s = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
    a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
    b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
  }

  func distance(to other: Perceived) -> Double {
    let (x, y, z) = (lightness - other.lightness, a - other.a, b - other.b)
    return (x * x + y * y + z * z).squareRoot()
  }
}

/// The full forms, as simulated by Machado, Oliveira and Fernandes 2009.
enum ColorBlindness: CaseIterable {
  case protanopia
  case deuteranopia
  case tritanopia

  func seen(_ color: Color) -> Color {
    let matrix: [[Double]] =
      switch self {
      case .protanopia:
        [
          [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
          [-0.003882, -0.048116, 1.051998],
        ]
      case .deuteranopia:
        [
          [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
          [-0.011820, 0.042940, 0.968881],
        ]
      case .tritanopia:
        [
          [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
          [0.004733, 0.691367, 0.303900],
        ]
      }
    let light = [linear(color.red), linear(color.green), linear(color.blue)]
    let seen = matrix.map { row in
      let value = min(max(zip(row, light).map { $0 * $1 }.reduce(0, +), 0), 1)
      return Float(value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055)
    }
    return Color(red: seen[0], green: seen[1], blue: seen[2])
  }
}

/// The light that an sRGB component stands for.
private func linear(_ component: Float) -> Double {
  let value = Double(component)
  return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
}
