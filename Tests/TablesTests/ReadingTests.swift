// SPDX-License-Identifier: Apache-2.0

import Tables
import TestSupport
import Testing

@Suite struct ReadingTests {
  private func table(_ text: String, separator: CSVSeparator? = nil) throws -> CSVTable {
    try CSVTable(bytes: Array(text.utf8), file: "t.csv", separator: separator)
  }

  @Test func `quotes hold commas, line ends and quotes`() throws {
    let table = try table("name,\"a, b\"\r\n\"x\ny\",1\r\n\"say \"\"so\"\"\",2")
    #expect(table.columns.map(\.name) == ["name", "a, b"])
    #expect(table.rowCount == 2)
    #expect(try table.text(row: 0, column: 0) == "x\ny")
    #expect(try table.text(row: 1, column: 0) == "say \"so\"")
    #expect(try table.numbers(of: 1) == [1, 2])
    // The first row has a line end in it.
    #expect([0, 1].map(table.line(ofRow:)) == [2, 4])
  }

  @Test func `a byte order mark, CRLF, empty lines and a missing end do not matter`() throws {
    let plain = try table("a,b\n1,2\n3,4\n")
    for text in ["\u{FEFF}a,b\r\n1,2\r\n3,4\r\n", "a,b\n\n1,2\n\n3,4", "\r\na,b\n1, 2\n 3,4\n\n"] {
      let other = try table(text)
      #expect(other.columns == plain.columns)
      #expect(try other.numbers(of: 0) == [1, 3] && other.numbers(of: 1) == [2, 4])
    }
  }

  @Test(
    arguments: [
      ("a,b\n1,2", CSVSeparator.comma), ("a;b\n1;2", .semicolon), ("a\tb\n1\t2", .tab),
      ("a\n1", .comma), ("a;b\n1,5;2,5", .semicolon), ("\"a;b\",c\n1,2", .comma),
      ("place, town;b\nx, y;2\nz;3", .semicolon),
    ])
  func `the separator is found in the first lines`(text: String, separator: CSVSeparator) throws {
    #expect(try table(text).separator == separator)
  }

  @Test func `numbers come back to the last bit`() throws {
    var random = SplitMix(seed: 3)
    let numbers = (0..<500).map { _ in
      Double.random(in: -1...1, using: &random)
        * [1e-9, 1, 1e12][Int.random(in: 0..<3, using: &random)]
    }
    let table = try table("x\n" + numbers.map { "\($0)" }.joined(separator: "\n"))
    #expect(try table.numbers(of: 0) == numbers)
    #expect(try self.table("x\n+1.5e3\n-.5\n7.").numbers(of: 0) == [1500, -0.5, 7])
  }

  @Test(arguments: 0..<20)
  func `any texts come back from quotes`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let letters = ["a", "\"", ",", ";", "\t", "\n", "\r\n", "é", "好", " ", "😀"]
    let cells = (0..<60).map { _ in
      (0..<Int.random(in: 0..<6, using: &random)).map { _ in
        letters[Int.random(in: 0..<letters.count, using: &random)]
      }.joined()
    }
    let quoted = cells.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
    let lines = stride(from: 0, to: 60, by: 3).map { quoted[$0..<$0 + 3].joined(separator: ",") }
    let table = try table("p,q,r\n" + lines.joined(separator: "\n"), separator: .comma)
    #expect(table.rowCount == 20)
    for place in 0..<60 {
      #expect(try table.text(row: place / 3, column: place % 3) == cells[place])
    }
  }

  @Test(
    arguments: [
      ("", "t.csv: it is empty"),
      ("a,b\n1,2\n3\n", "t.csv, line 3: it has 1 field, and the header has 2"),
      ("a,b\n\"x\n\ny\",1\n1,2,3", "t.csv, line 5: it has 3 fields"),
      ("a,a\n1,2", "two columns are called 'a'"),
      ("a [mm],a [cm]\n1,2", "two columns are called 'a'"),
      ("a,,b\n1,2,3", "line 1: column 2 has no name"),
      ("1,2\n3,4", "there are numbers where names are expected"),
      ("a,b\n1,\"2", "line 2: a quote that opens here is closed nowhere"),
      ("a,b\n1,2\"3", "line 2: a quote stands inside a field"),
      ("a,b\n\"1\"2,3", "line 2: a field goes on behind its closing quote"),
    ])
  func `a file that is no table is told with its line`(text: String, message: String) {
    let error = #expect(throws: TableError.self) { try table(text) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(
    arguments: [
      ("", "a value is missing"), ("  ", "a value is missing"),
      ("NaN", "stands for a missing value"),
      ("NA", "stands for a missing value"), ("inf", "'inf' is no finite number"),
      ("1e999", "no finite number"), ("3,5", "decimal comma"), ("male", "'male' is no number"),
      ("0x10", "is no number"), ("1 000", "is no number"),
    ])
  func `what is no number is told with line and column`(text: String, message: String) throws {
    let table = try table("\"age (years)\";b\n1;2\n\(text);3\n", separator: .semicolon)
    let error = #expect(throws: TableError.self) { try table.numbers(of: 0) }
    #expect(error?.description.contains("t.csv, line 3, column 'age'") == true)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func `other encodings are refused by name`() {
    #expect(throws: TableError("t.csv", "it is written in UTF-16: save it as UTF-8")) {
      try CSVTable(bytes: [0xFF, 0xFE, 0x61, 0], file: "t.csv")
    }
    let error = #expect(throws: TableError.self) {
      try CSVTable(bytes: Array("n".utf8) + [0xE9, 0x0A, 0x31], file: "t.csv")
    }
    #expect(error?.description.contains("not UTF-8") == true)
  }

  @Test(
    arguments: [
      ("mean radius [mm]", "mean radius", "mm"), ("age (years)", "age", "years"),
      ("body mass index [kg/m²]", "body mass index", "kg/m²"), ("f(x)", "f(x)", nil),
      ("plain", "plain", nil), ("  spaced ", "spaced", nil), ("[mm]", "[mm]", nil),
      ("rate [] ", "rate []", nil), ("a (b) [c]", "a (b)", "c"), ("share (%)", "share", "%"),
    ] as [(String, String, String?)])
  func `a header is a name and a unit`(header: String, name: String, unit: String?) {
    let column = TableColumn(header)
    #expect(column.name == name && column.unit == unit)
  }

  @Test func `rows are chosen without reading again`() throws {
    let whole = try table("x\n1\n2\n3\n4\n")
    let part = whole[1..<3]
    #expect(try part.numbers(of: 0) == [2, 3])
    #expect(part[1..<2].range == 2..<3 && part.line(ofRow: 0) == 3)
    let error = #expect(throws: TableError.self) { try whole.column(named: "y") }
    #expect(error?.description == "t.csv: there is no column 'y'; there are 'x'")
    #expect(throws: TableError("nowhere.csv", "there is no such file")) {
      try CSVTable(path: "nowhere.csv")
    }
  }
}
