// SPDX-License-Identifier: Apache-2.0

// Writes the sets of which it is known what an explanation should say, as `.npy`.
//
//     cd Examples && swift run -c release ground-truth ground-truth [8000 [16]]
//
// The first argument is the folder. In its `training` lies what `Models/train_ground_truth.py` trains
// on, as many instances as the second argument says; in its `test` what no network was trained on, as
// many as the third says, the first 16 of which are committed in `Data`; in its `mechanisms` networks with a known mechanism: instances and attributions. The
// pictures are there to be looked at.

import Attribution
import Evaluation
import FoundationEssentials
import Glibc
import Torch
import Visualization

let arguments = CommandLine.arguments
guard arguments.count > 1, let training = Int(arguments.count > 2 ? arguments[2] : "8000"),
  let tested = Int(arguments.count > 3 ? arguments[3] : "16"), training > 0, tested > 0
else {
  print("usage: ground-truth FOLDER [TRAINING [TEST]]")
  exit(64)
}
let folder = Folder(arguments[1])
try folder.write(Sets(count: training, seed: 1), to: "training")
let test = try Sets(count: tested, seed: 2)
try folder.write(test, to: "test")
for mechanism in KnownMechanism.all {
  let truth = try mechanism.groundTruth(count: 64, seed: 3)
  let name = mechanism.name.split(separator: " ").joined(separator: "-")
  try folder.write(truth.inputs, to: "mechanisms", name)
  if let attributions = truth.truth.attributions?.tensors.first {
    try folder.write(attributions, to: "mechanisms", "\(name)-attributions")
  }
}
try folder.draw(test.objects.images, masks: test.objects.masks, as: "objects")
let mosaics = try test.mosaics.groundTruth
if let mask = mosaics.truth.mask { try folder.draw(mosaics.inputs, masks: mask, as: "mosaics") }
