// SPDX-License-Identifier: Apache-2.0

extension Image {
  /// An image of one color.
  ///
  /// - Precondition: Width and height are positive.
  public init(filledWith color: Color, width: Int, height: Int) {
    precondition(width > 0 && height > 0, "an image of \(width) × \(height) pixels")
    var samples = [color.red, color.green, color.blue].map { min(max($0, 0), 1) }
    samples.reserveCapacity(3 * width * height)
    for place in 0..<3 * (width * height - 1) { samples.append(samples[place]) }
    self.init(checkedWidth: width, height: height, format: .rgb, samples: samples)
  }

  /// The image in another pixel format.
  ///
  /// - Gray becomes color by repetition, color becomes gray as its ``Color/luma``.
  /// - A new alpha channel is 1 everywhere.
  /// - An alpha channel that goes is applied first: `alpha * pixel + (1 - alpha) * background`.
  public func converted(to format: PixelFormat, over background: Color = .white) -> Image {
    guard format != self.format else { return self }
    let dropsAlpha = self.format.hasAlpha && !format.hasAlpha
    var converted: [Float] = []
    converted.reserveCapacity(width * height * format.rawValue)
    for start in stride(from: 0, to: samples.count, by: channels) {
      var color =
        self.format.colorChannels == 1
        ? Color(red: samples[start], green: samples[start], blue: samples[start])
        : Color(red: samples[start], green: samples[start + 1], blue: samples[start + 2])
      let alpha = self.format.hasAlpha ? samples[start + channels - 1] : 1
      if dropsAlpha { color = background.mixed(with: color, share: alpha) }
      if format.colorChannels == 3 {
        converted += [color.red, color.green, color.blue]
      } else if self.format.colorChannels == 1 && (alpha == 1 || !dropsAlpha) {
        // The luma of a gray may differ from it in the last bit.
        converted.append(color.red)
      } else {
        converted.append(min(max(color.luma, 0), 1))
      }
      if format.hasAlpha { converted.append(alpha) }
    }
    return Image(checkedWidth: width, height: height, format: format, samples: converted)
  }

  /// Every pixel repeated `factor` times in both directions: nearest neighbor.
  ///
  /// - Precondition: `factor > 0`.
  public func enlarged(by factor: Int) -> Image {
    precondition(factor > 0, "an image cannot be enlarged \(factor) times")
    guard factor > 1 else { return self }
    var enlarged: [Float] = []
    enlarged.reserveCapacity(samples.count * factor * factor)
    for row in 0..<height {
      var line: [Float] = []
      line.reserveCapacity(width * factor * channels)
      let first = row * width * channels
      for start in stride(from: first, to: first + width * channels, by: channels) {
        for _ in 0..<factor {
          for place in start..<start + channels { line.append(samples[place]) }
        }
      }
      for _ in 0..<factor { enlarged += line }
    }
    return Image(
      checkedWidth: width * factor, height: height * factor, format: format, samples: enlarged)
  }

  /// Every square of `factor` by `factor` pixels as one: the mean of its samples.
  ///
  /// Squares at the right and lower edges may be smaller. Alpha does not weight the mean.
  ///
  /// - Precondition: `factor > 0`.
  public func reduced(by factor: Int) -> Image {
    precondition(factor > 0, "an image cannot be reduced \(factor) times")
    guard factor > 1 else { return self }
    let newWidth = (width + factor - 1) / factor
    let newHeight = (height + factor - 1) / factor
    var sums = [Double](repeating: 0, count: newWidth * newHeight * channels)
    for row in 0..<height {
      for column in 0..<width {
        let target = (row / factor * newWidth + column / factor) * channels
        let source = (row * width + column) * channels
        for channel in 0..<channels { sums[target + channel] += Double(samples[source + channel]) }
      }
    }
    for row in 0..<newHeight {
      for column in 0..<newWidth {
        let pixels =
          min(factor, height - row * factor) * min(factor, width - column * factor)
        let target = (row * newWidth + column) * channels
        for channel in 0..<channels { sums[target + channel] /= Double(pixels) }
      }
    }
    return Image(
      checkedWidth: newWidth, height: newHeight, format: format,
      samples: sums.map { min(max(Float($0), 0), 1) })
  }
}
