# SPDX-License-Identifier: Apache-2.0
"""Ours against Captum, the same work on the same machine, in turn: medians and their ratio.

    cd Examples && swift build -c release
    python Models/train.py --residual /tmp/residual.onnx
    python Benchmarks/compare.py [--residual /tmp/residual.onnx] [--rounds 3] [--only WORD]

Needs PyTorch and Captum in the running Python, and `.build/release/timing` and `attribute`. Each
round runs ours, then Captum's best setting of `captum_timing.py`; the median over rounds counts.
`process` is a whole process that explains one digit and writes the result.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[1]
BUILT = EXAMPLES / ".build/release"


def medians(command):
    """The median of each work; of several settings the best."""
    run = subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, check=True)
    best = {}
    for line in map(json.loads, run.stdout.splitlines()):
        # Captum explains ten classes of one digit fastest as a batch of ten.
        work = line["work"].replace("ten classes as a batch", "ten classes")
        best[work] = min(best.get(work, float("inf")), line["median_ms"])
    return best


def process(command):
    """The best of five whole processes: others on the machine only ever add time."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(command, cwd=EXAMPLES, capture_output=True, check=True)
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--residual", metavar="FILE.onnx")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", metavar="WORD", help="works whose name contains the word; all by default")
    arguments = parser.parse_args()
    only = arguments.only or ("" if arguments.residual else "digit")

    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            ours.append(medians([BUILT / "timing", *([arguments.residual] if arguments.residual else []),
                                 "--only", only]))
            theirs.append(medians([sys.executable, "Benchmarks/captum_timing.py", "--runs", "3", "--only", only,
                                   "--threads", str(os.cpu_count())]))
            explain = [BUILT / "attribute", "explain", "Models/digits.onnx", "Data/eight.npy",
                       "--output", f"{folder}/ours.npy"]
            ours[-1]["process: one digit"] = process(explain)
            theirs[-1]["process: one digit"] = process(
                [sys.executable, "Benchmarks/captum_digit.py", "Data/eight.npy", f"{folder}/theirs.npy"])

    print(f"{'work':58} {'ours ms':>9} {'Captum ms':>10} {'ratio':>6}")
    for work in ours[0]:
        mine, peer = (statistics.median(run[work] for run in runs) for runs in (ours, theirs))
        print(f"{work:58} {mine:9.2f} {peer:10.2f} {mine / peer:6.2f}")


if __name__ == "__main__":
    main()
