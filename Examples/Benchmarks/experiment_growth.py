# SPDX-License-Identifier: Apache-2.0
"""How an experiment's time and memory grow with its data.

    swift build -c release
    python3 Benchmarks/experiment_growth.py [COUNT ...]

Draws data sets of digits with a little noise, 1000 and 10000 unless told otherwise, and runs
`attribute compare` on each, in a process of its own. Prints how many digits, the seconds that it took, and
the most memory that it held, in MB. Wants NumPy; its files go to a folder that is removed in the end.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

EXAMPLES = Path(__file__).resolve().parent.parent


def experiment(folder: Path, count: int) -> Path:
    """Writes the data and the experiment of so many digits."""
    digits = np.load(EXAMPLES / "Data/ten-digits.npy")
    noise = np.random.default_rng(1).normal(0, 0.05, (count, *digits.shape[1:]))
    data = np.clip(np.resize(digits, noise.shape) + noise, 0, 1)
    np.save(folder / "digits.npy", data.astype(np.float32))
    path = folder / "experiment.json"
    path.write_text(json.dumps({
        "name": f"{count} digits",
        "models": [{"name": "digits", "file": str(EXAMPLES / "Models/digits.onnx")}],
        "data": [{"name": "digits", "inputs": "digits.npy"}],
        "methods": [
            {"name": "gradient × input", "distribution": "point"},
            {"name": "secants", "rule": "secant", "steps": 4},
        ],
        "controls": False,
        "metrics": ["gini", "completeness"],
    }))
    return path


def measured(count: int) -> tuple[float, float]:
    """Seconds and megabytes of one run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [
            EXAMPLES / ".build/release/attribute", "compare", experiment(folder, count),
            "--output", folder / "results",
        ]
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        if status:
            sys.exit(f"attribute compare ended with {os.waitstatus_to_exitcode(status)}")
        return time.perf_counter() - start, usage.ru_maxrss / 1000


def main() -> None:
    counts = [int(argument) for argument in sys.argv[1:]] or [1000, 10_000]
    print(f"{'digits':>8} {'seconds':>8} {'MB':>6}")
    for count in counts:
        seconds, memory = measured(count)
        print(f"{count:>8} {seconds:>8.1f} {memory:>6.0f}")


if __name__ == "__main__":
    main()
