// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Testing

@Suite struct StrictJSONTests {
  private struct Shelf: Decodable, Equatable {
    var name: String
    var boxes: [Box]?
    var sizes: [String: Double]?

    enum CodingKeys: String, CodingKey, CaseIterable { case name, boxes, sizes }

    init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      name = try container.decode(String.self, forKey: .name)
      boxes = try container.decodeIfPresent([Box].self, forKey: .boxes)
      sizes = try container.decodeIfPresent([String: Double].self, forKey: .sizes)
    }
  }

  private struct Box: Decodable, Equatable {
    var count: UInt8
    var weight: Float?
    var isOpen: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable { case count, weight, isOpen }

    init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      count = try container.decode(UInt8.self, forKey: .count)
      weight = try container.decodeIfPresent(Float.self, forKey: .weight)
      isOpen = try container.decodeIfPresent(Bool.self, forKey: .isOpen)
    }
  }

  private func read(_ text: String) throws -> Shelf {
    try StrictJSON.value(Shelf.self, from: Array(text.utf8))
  }

  @Test func `what fits is read`() throws {
    let shelf = try read(
      #"{"name": "a", "boxes": [{"count": 2, "weight": 0.5, "isOpen": true}], "sizes": {"b": 1}}"#)
    #expect(shelf.name == "a" && shelf.sizes == ["b": 1])
    #expect(shelf.boxes?.first?.count == 2 && shelf.boxes?.first?.isOpen == true)
  }

  @Test(arguments: [
    (#"{"name": "a", "z": 1, "boxen": []}"#, "boxen", "there is no such key; there are name, b"),
    (#"{"name": "a", "boxes": [{"count": 1}, {"counts": 1}]}"#, "boxes[1].counts", "there is no s"),
    (#"{"boxes": []}"#, "name", "it is missing"),
    (#"{"name": 3}"#, "name", "a text is expected"),
    (#"{"name": null}"#, "name", "a text is expected, not null"),
    (#"{"name": "a", "boxes": {}}"#, "boxes", "a list, [ … ], is expected"),
    (#"{"name": "a", "boxes": [[]]}"#, "boxes[0]", "an object, { … }, is expected"),
    (#"{"name": "a", "boxes": [null]}"#, "boxes[0]", "an object, { … }, is expected, not null"),
    (#"{"name": "a", "sizes": [1]}"#, "sizes", "an object, { … }, is expected"),
    (#"{"name": "a", "sizes": {"b": "1"}}"#, "sizes.b", "a number is expected"),
    (#"{"name": "a", "boxes": [{"count": "1"}]}"#, "boxes[0].count", "a whole number is expected"),
    (
      #"{"name": "a", "boxes": [{"count": 1, "weight": true}]}"#, "boxes[0].weight",
      "a number is expected"
    ),
    (
      #"{"name": "a", "boxes": [{"count": 1, "isOpen": 1}]}"#, "boxes[0].isOpen",
      "true or false is expected"
    ),
  ])
  func `slips are told with their place`(text: String, place: String, reason: String) {
    let fault = #expect(throws: StrictJSON.Fault.self) { try read(text) }
    #expect(fault?.place == place && fault?.reason.hasPrefix(reason) == true, "\(fault as Any)")
    #expect(fault?.description.hasPrefix("\(place): \(reason)") == true)
  }

  @Test(arguments: ["", "{", "name: a", #"{"name": "a"} {}"#])
  func `what is no JSON has no place`(text: String) {
    let fault = #expect(throws: StrictJSON.Fault.self) { try read(text) }
    #expect(fault?.place == nil && fault?.description == "this is no JSON")
  }

  @Test(arguments: ["256", "-1", "1.5", "1e99"])
  func `a number that does not fit is told apart from what is no JSON`(number: String) {
    let fault = #expect(throws: StrictJSON.Fault.self) {
      try read("{\"name\": \"a\", \"boxes\": [{\"count\": \(number)}]}")
    }
    #expect(fault?.reason.hasPrefix("one of its numbers does not fit") == true, "\(fault as Any)")
  }
}
