// SPDX-License-Identifier: Apache-2.0
//
// Whether texts become the tokens that the Python library `tokenizers` makes of them.
//
//     python Tests/TextTests/Fixtures/make_tokenizers.py --tokenizer FILE --strings 1000000 |
//       swift run --package-path Examples -c release tokenize FILE
//
// Reads lines of JSON, {"text": …, "ids": […]}, and tells how many of the texts got other ids, with
// the first ten; ends with 1 where there are any.

import Foundation
import Text

struct Line: Decodable {
  let text: String
  let ids: [Int]
}

guard CommandLine.arguments.count == 2 else {
  print("usage: tokenize TOKENIZER < LINES")
  exit(64)
}
let tokenizer = try Tokenizer(path: CommandLine.arguments[1])
let decoder = JSONDecoder()
var (texts, tokens, different) = (0, 0, 0)
var duration = Duration.zero
while let line = readLine() {
  let expected = try decoder.decode(Line.self, from: Data(line.utf8))
  var ids: [Int] = []
  duration += try ContinuousClock().measure { ids = try tokenizer.encode(expected.text).ids }
  texts += 1
  tokens += ids.count
  guard ids != expected.ids else { continue }
  different += 1
  if different <= 10 {
    print("\(line)\n  here: \(ids)")
  }
}
let speed = Double(tokens) / (duration / .seconds(1))
print("\(texts) texts, \(tokens) tokens, \(Int(speed)) a second: \(different) texts differ")
exit(different == 0 ? 0 : 1)
