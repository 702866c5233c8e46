import TestSupport
import Testing
import Torch

@testable import Attribution

@Suite struct ZCompare {
  @Test func compare() throws {
    for (model, x) in [
      (try ToyModels.smooth(), try ToyModels.rows(14)),
      (try SamplingTests.rectified(), try ToyModels.rows(40, features: 6)),
    ] {
      let instances = try Instances(of: Inputs(x), in: model)
      let c = ContinuousClock()
      var a: [Double] = []
      var b: [Double] = []
      let ta = try c.measure {
        a = try (BoundarySearch().boundary(around: instances).points - instances.activation)
          .rowLengths().numbers()
      }
      let tb = try c.measure {
        b = try (NewtonSearch().boundary(around: instances) - instances.activation).rowLengths()
          .numbers()
      }
      let ratio = zip(a, b).map { $0 / $1 }.sorted()
      print("CMP balls/newton", ratio[0], ratio[4], ratio[20], ratio[35], ratio[39], ta, tb)
    }
  }
}
