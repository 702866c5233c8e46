# SPDX-License-Identifier: Apache-2.0
"""Ours against Captum, the same work on the same machine, in turn: medians and their ratio.

    cd Examples && swift build -c release
    python Benchmarks/networks.py FOLDER
    python Benchmarks/compare.py [--networks FOLDER] [--rounds 3] [--only WORD]

Needs PyTorch and Captum in the running Python (torchvision and transformers as well for the larger
networks), and `.build/release/timing` and `attribute`. Each round runs ours, then Captum's best
setting of `captum_timing.py`; the median over rounds counts. `process` is a whole process that
explains one instance and writes the result: its time, and the most memory that it held. `certified
1 %` is the automatic rule with that tolerance, against Captum's 50 points, of whose error nothing is
known. The last column is our share of the speed that the machine's matrix products reach.
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

STEPS = 50
EXAMPLES = Path(__file__).resolve().parents[1]
BUILT = EXAMPLES / ".build/release"
# Works of ours, and the one of Captum's that they stand against.
CERTIFIED, PLAIN = ": certified 1 %", ": integrated gradients"

# Both sides choose the kernels that suit the processor: OpenBLAS does, unless it is told another's.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}


def medians(command):
    """The median of each work; of several settings the best."""
    run = subprocess.run(command, cwd=EXAMPLES, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    best = {}
    for line in map(json.loads, run.stdout.splitlines()):
        # Captum explains ten classes of one digit fastest as a batch of ten.
        work = line["work"].replace("ten classes as a batch", "ten classes")
        best[work] = min(best.get(work, float("inf")), line["median_ms"])
    return best


def process(command):
    """(milliseconds, MB) of five whole processes, the best: others on the machine only ever add."""
    times, memory = [], []
    for _ in range(5):
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=EXAMPLES, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        times.append(1000 * (time.perf_counter() - start))
        memory.append(usage.ru_maxrss / 1000)
        if status != 0:
            raise SystemExit(f"failed: {command}")
    return min(times), min(memory)


def processes(networks, output):
    """By work: (our command, Captum's)."""
    works = {"digits": ("Models/digits.onnx", "Data/eight.npy")}
    if networks:
        works["residual"] = (networks / "residual.onnx", networks / "residual.npy")
    for name, (model, instance) in works.items():
        yield (name, [BUILT / "attribute", "explain", model, instance, "--rule", "gauss-legendre",
                      "--steps", str(STEPS), "--output", f"{output}/ours.npy"],
               [sys.executable, "Benchmarks/captum_process.py", name, instance, f"{output}/theirs.npy"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--networks", metavar="FOLDER", type=lambda path: Path(path).resolve(),
                        help="where networks.py has written; without, only the digits are timed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", metavar="WORD", default="", help="works whose name contains the word")
    arguments = parser.parse_args()
    only = arguments.only or ("" if arguments.networks else "digit")
    folder = [arguments.networks] if arguments.networks else []

    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as output:
        for _ in range(arguments.rounds):
            ours.append(medians([BUILT / "timing", *folder, "--only", only]))
            theirs.append(medians([sys.executable, "Benchmarks/captum_timing.py", "--runs", "3",
                                   "--only", only.replace(CERTIFIED, PLAIN),
                                   "--threads", str(os.cpu_count())]))
            for name, mine, peer in processes(arguments.networks, output):
                if only not in f"process: {name}":
                    continue
                for figures, command in ((ours[-1], mine), (theirs[-1], peer)):
                    figures[f"process: {name}"], figures[f"process: {name}, MB"] = process(command)

    peak = 2 * 2048**3 / statistics.median(run.pop("matrix product") for run in ours)
    print(f"{'work':58} {'ours ms':>9} {'Captum ms':>10} {'ratio':>6} {'of peak':>8}")
    for work in ours[0]:
        mine = statistics.median(run[work] for run in ours)
        peer = statistics.median(run[work.replace(CERTIFIED, PLAIN)] for run in theirs)
        share = share_of_peak(work, mine, peak)
        print(f"{work:58} {mine:9.2f} {peer:10.2f} {mine / peer:6.2f} {share:>8}")
    print(f"\npeak: products of 2048 × 2048 matrices at {peak / 1e6:.0f} GFLOP/s")


def share_of_peak(work, milliseconds, peak):
    """Of the speed of the machine's matrix products, for integrated gradients of 50 points."""
    # Not ahead of the processes: what this one holds would count as theirs.
    from networks import NETWORKS, operations

    name, _, method = work.partition(": ")
    if method != "integrated gradients" or name not in NETWORKS:
        return ""
    count = operations(name)
    # PyTorch does not count those of recurrent layers.
    return f"{STEPS * count / milliseconds / peak:.0%}" if count > 1e6 else ""


if __name__ == "__main__":
    main()
