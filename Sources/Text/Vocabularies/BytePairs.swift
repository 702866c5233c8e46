// SPDX-License-Identifier: Apache-2.0

/// Byte-pair encoding (Sennrich and others 2016, arXiv:1508.07909): of all neighbours that the list of
/// merges has, those that stand first in it are made one, until there are none.
struct BytePairs: Subwords {
  let vocabulary: Vocabulary
  private let merges: [Pair: Merge]
  private let unknown: Int?
  /// Whether unknown neighbours become one token.
  private let joinsUnknown: Bool
  /// What leads tokens that start no word, and what ends those that end one.
  private let (prefix, suffix): ([Unicode.Scalar], [Unicode.Scalar])
  /// Whether a word that is a token is taken whole, whatever the merges say.
  private let takesWholeWords: Bool

  private struct Pair: Hashable {
    let left: Int
    let right: Int
  }

  private struct Merge {
    let rank: Int
    let id: Int
  }

  /// - Throws: ``TokenizerError/noToken(_:)`` where a merge makes what is no token.
  init(
    vocabulary: Vocabulary, merges: [(String, String)], unknown: String? = nil,
    joinsUnknown: Bool = false, prefix: String = "", suffix: String = "",
    takesWholeWords: Bool = false
  ) throws {
    func id(_ token: String) throws -> Int {
      guard let id = vocabulary.id(of: token) else { throw TokenizerError.noToken(token) }
      return id
    }
    self.vocabulary = vocabulary
    self.unknown = try unknown.map(id)
    self.joinsUnknown = joinsUnknown
    self.prefix = Array(prefix.unicodeScalars)
    self.suffix = Array(suffix.unicodeScalars)
    self.takesWholeWords = takesWholeWords
    var made: [Pair: Merge] = [:]
    for (rank, (left, right)) in merges.enumerated() {
      // The right part loses what says that it starts no word.
      let rest = right.unicodeScalars.dropFirst(prefix.unicodeScalars.count)
      let whole = left + String(String.UnicodeScalarView(rest))
      made[Pair(left: try id(left), right: try id(right))] = Merge(rank: rank, id: try id(whole))
    }
    self.merges = made
  }

  func tokens(of word: AlignedText) -> [Subword] {
    if takesWholeWords, let id = vocabulary.id(of: word.scalars) {
      return [Subword(id: id, range: word.indices)]
    }
    return merged(characters(of: word))
  }

  /// The tokens of single characters; those that have none are unknown, or left out.
  private func characters(of word: AlignedText) -> [Subword] {
    var result: [Subword] = []
    var wasUnknown = false
    for (index, scalar) in word.scalars.enumerated() {
      let text =
        (index > 0 ? prefix : []) + [scalar] + (index == word.count - 1 ? suffix : [])
      if let id = vocabulary.id(of: text) {
        result.append(Subword(id: id, range: index..<index + 1))
        wasUnknown = false
      } else if let unknown {
        if wasUnknown, joinsUnknown, let last = result.popLast() {
          result.append(Subword(id: unknown, range: last.range.lowerBound..<index + 1))
        } else {
          result.append(Subword(id: unknown, range: index..<index + 1))
        }
        wasUnknown = true
      }
    }
    return result
  }

  /// A merge that may be done: of the part at a place with the one behind it.
  private struct Candidate: Comparable {
    let rank: Int
    let place: Int
    let pair: Pair
    let id: Int

    static func < (a: Candidate, b: Candidate) -> Bool { (a.rank, a.place) < (b.rank, b.place) }
  }

  private func merged(_ parts: [Subword]) -> [Subword] {
    guard parts.count > 1 else { return parts }
    var parts: [Subword?] = parts
    // The parts that are left, as a list that runs both ways.
    var next = Array(1...parts.count)
    var previous = Array(-1..<parts.count - 1)
    var queue = PriorityQueue<Candidate>()
    func candidate(at place: Int) -> Candidate? {
      guard place >= 0, next[place] < parts.count, let left = parts[place],
        let right = parts[next[place]]
      else { return nil }
      let pair = Pair(left: left.id, right: right.id)
      return merges[pair].map {
        Candidate(rank: $0.rank, place: place, pair: pair, id: $0.id)
      }
    }
    for place in parts.indices { candidate(at: place).map { queue.insert($0) } }
    while let best = queue.popFirst() {
      // The parts may have become others since.
      guard candidate(at: best.place)?.pair == best.pair, let left = parts[best.place],
        let right = parts[next[best.place]]
      else { continue }
      let gone = next[best.place]
      parts[best.place] = Subword(
        id: best.id, range: left.range.lowerBound..<right.range.upperBound)
      parts[gone] = nil
      next[best.place] = next[gone]
      if next[gone] < parts.count { previous[next[gone]] = best.place }
      for place in [previous[best.place], best.place] {
        candidate(at: place).map { queue.insert($0) }
      }
    }
    return parts.compactMap { $0 }
  }
}

/// A binary heap.
private struct PriorityQueue<Element: Comparable> {
  private var elements: [Element] = []

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[child] < elements[(child - 1) / 2] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return first }
    elements[0] = last
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < elements.count }
      guard let least = children.min(by: { elements[$0] < elements[$1] }),
        elements[least] < elements[parent]
      else { return first }
      elements.swapAt(least, parent)
      parent = least
    }
  }
}
