// SPDX-License-Identifier: Apache-2.0

// How well methods tell what a network looks at, where that is known: objects pasted on scenes, and two
// networks, of which one has to look at the object and the other has not.
//
//     cd Examples && swift run -c release pasted-objects [64]
//
// Prints, for each method, the object's importance to the object network (1 is that of the rest), how
// much less it has to the scene network, and how often it is less important to that one than the piece
// of scene behind it.

import Attribution
import Evaluation
import Glibc
import ONNX
import Torch

let objects = try ONNXModel(path: "Models/objects.onnx")
let scenes = try ONNXModel(path: "Models/scenes.onnx")
let arguments = CommandLine.arguments
guard let count = Int(arguments.count > 1 ? arguments[1] : "64"), count > 0 else {
  print("'\(arguments[1])' is no number of scenes: write pasted-objects [64]")
  exit(64)
}
let set = try PastedObjects(count: count, seed: 7)
let gray = ConstantBaseline(0.5)

let methods: [(name: String, make: (ONNXModel) -> any AttributionMethod)] = [
  ("gradient", { Saliency($0) }),
  ("gradient × input", { GradientTimesInput($0) }),
  ("integrated gradients", { IntegratedGradients($0, from: gray, steps: 16, rule: .secant) }),
  (
    "the same from blur",
    { IntegratedGradients($0, from: .blurred(standardDeviation: 3), steps: 16, rule: .secant) }
  ),
  ("occlusion of 4 × 4", { Occlusion($0, from: gray, window: [4, 4], stride: [2, 2]) }),
  ("KernelSHAP of 4 × 4", { KernelSHAP($0, from: gray, features: .patches([4, 4])) }),
  ("Grad-CAM", { GradCAM($0, of: .layer("relu3")) }),
  ("guided backpropagation", { GuidedBackpropagation($0) }),
  ("deconvolution", { Deconvolution($0) }),
  ("edges", { EdgeDetector($0) }),
  ("random", { RandomAttributions($0) }),
]

print("| method | object's importance to the object network | model contrast | input dependence |")
print("|---|---|---|---|")
for (name, make) in methods {
  let byObject = try make(objects).attributions(for: set.images).values
  let byScene = try make(scenes).attributions(for: set.images).values
  let without = try make(scenes).attributions(for: set.scenes).values
  let importance = try RelativeImportance.of(byObject, in: set.masks)
  let contrast = try RelativeImportance.modelContrast(byObject, without: byScene, in: set.masks)
  let dependence = try RelativeImportance.inputDependenceRate(
    byScene, original: without, in: set.masks)
  print(
    "| \(name) | \(tenths(mean(importance))) | \(tenths(mean(contrast))) "
      + "| \(Int((100 * dependence).rounded())) % |")
}

func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

func tenths(_ number: Double) -> Double { (number * 10).rounded() / 10 }
