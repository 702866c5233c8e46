# SPDX-License-Identifier: Apache-2.0
"""What completeness gaps say about errors, from the results of Docs/studies/gap.json.

    attribute compare ../Docs/studies/gap.json --output gap
    python Benchmarks/gap_study.py gap [TABLE.csv]

For each network and rule, over instances: the median gap and the median error (both relative), their
rank correlation, the error where the gap is below 1 % (median, and the share above 5 %), and for the
rules that estimate their own error the share of instances whose error is within twice the estimate.
"""

import csv
import json
import sys
from pathlib import Path
from statistics import median

ERROR, GAP = "error against reference", "completeness gap, relative"


def ranks(numbers):
    """From 1; equal numbers share the mean of theirs."""
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    found, first = [0.0] * len(numbers), 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and numbers[order[last + 1]] == numbers[order[first]]:
            last += 1
        for place in order[first:last + 1]:
            found[place] = (first + last) / 2 + 1
        first = last + 1
    return found


def spearman(a, b):
    a, b = ranks(a), ranks(b)
    mean = (len(a) + 1) / 2
    product = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    squares = sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)
    return product / squares**0.5 if squares else float("nan")


def column(row, *names):
    """The field of the first of the names that the table has; None where it is empty."""
    for name in names:
        if name in row:
            return float(row[name]) if row[name] else None
    raise SystemExit(f"none of the columns {names} in {sorted(row)}")


def main():
    folder = Path(sys.argv[1])
    rows = []
    for cell in json.loads((folder / "experiment.json").read_text())["cells"]:
        names = cell["cell"]
        if names["method"] == "reference":
            continue
        scores = list(csv.DictReader(open(folder / cell["folder"] / "metrics.csv")))
        instances = list(csv.DictReader(open(folder / cell["folder"] / "instances.csv")))
        pairs = [(column(row, GAP), column(row, ERROR)) for row in scores]
        estimates = [column(row, "error_estimate") for row in instances]
        known = [(gap, error) for gap, error in pairs if gap is not None and error is not None]
        gaps, errors = zip(*known)
        small = [error for gap, error in known if gap < 0.01]
        told = [(estimate, error) for estimate, (_, error) in zip(estimates, pairs)
                if estimate is not None and error is not None]
        rows.append({
            "network": names["model"], "rule": names["method"], "instances": len(known),
            "gap": median(gaps), "error": median(errors), "correlation": spearman(gaps, errors),
            "small_gaps": len(small), "error_at_small_gap": median(small) if small else None,
            "share_above_5_percent": sum(e > 0.05 for e in small) / len(small) if small else None,
            "within_twice_estimate":
                sum(error <= 2 * estimate for estimate, error in told) / len(told) if told else None,
        })
    output = open(sys.argv[2], "w", newline="") if len(sys.argv) > 2 else sys.stdout
    writer = csv.DictWriter(output, rows[0], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: f"{value:.4g}" if isinstance(value, float) else value
                         for key, value in row.items()})


if __name__ == "__main__":
    main()
