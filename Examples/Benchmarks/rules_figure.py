# SPDX-License-Identifier: Apache-2.0
"""Draws errors over evaluations from what `rules` has measured.

    python rules_figure.py rules.csv rules.svg [--pairs NETWORK/BASELINE ...]

Needs nothing but Python. Medians over inputs, both axes logarithmic, a panel for each pair.
"""

import argparse
import csv
import math
import statistics
from collections import defaultdict
from pathlib import Path

PAIRS = ["mlp-6x100/black", "mlp-6x100/other", "mlp-12x50/other", "gelu-3x100/black"]
COLORS = {"secant, square": "#c0392b", "secant, uniform": "#e08e0b", "Gauss–Legendre": "#2c5f9e"}
WIDTH, HEIGHT, LEFT, TOP, GAP = 270, 200, 62, 46, 78
STEPS, ERRORS = (1, 128), (1e-5, 1)


def medians(files):
    """{(network/baseline, rule): [(steps, median error)]}"""
    errors = defaultdict(list)
    for file in files:
        with open(file, encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                pair = f"{row['network']}/{row['baseline']}"
                errors[pair, row["rule"], int(row["steps"])].append(float(row["error"]))
    curves = defaultdict(list)
    for (pair, rule, steps), values in sorted(errors.items()):
        curves[pair, rule].append((steps, statistics.median(values)))
    return curves


def share(value, ends):
    low, high = map(math.log, ends)
    return min(max((math.log(max(value, 1e-300)) - low) / (high - low), 0), 1)


def panel(pair, curves, left, top):
    """Lines of SVG."""
    def x(steps):
        return left + WIDTH * share(steps, STEPS)

    def y(error):
        return top + HEIGHT * (1 - share(error, ERRORS))

    title = pair.replace("/", ", baseline ")
    yield f'<text x="{left + WIDTH / 2}" y="{top - 10}" text-anchor="middle" font-weight="bold">{title}</text>'
    yield f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>'
    for steps in (1, 2, 4, 8, 16, 32, 64, 128):
        yield f'<path d="M{x(steps):.1f} {top}v{HEIGHT}" stroke="#eee"/>'
        yield f'<text x="{x(steps):.1f}" y="{top + HEIGHT + 16}" text-anchor="middle">{steps}</text>'
    for power in range(-5, 1):
        label = f"{100 * 10.0**power:g} %"
        yield f'<path d="M{left} {y(10.0**power):.1f}h{WIDTH}" stroke="#eee"/>'
        yield f'<text x="{left - 6}" y="{y(10.0**power) + 4:.1f}" text-anchor="end">{label}</text>'
    for rule, color in COLORS.items():
        shown = [(steps, error) for steps, error in curves[pair, rule] if error >= ERRORS[0]]
        points = " ".join(f"{x(steps):.1f},{y(error):.1f}" for steps, error in shown)
        yield f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>'
        for steps, error in shown:
            yield f'<circle cx="{x(steps):.1f}" cy="{y(error):.1f}" r="2.5" fill="{color}"/>'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tables", nargs="+", type=Path, metavar="rules.csv")
    parser.add_argument("figure", type=Path, metavar="rules.svg")
    parser.add_argument("--pairs", nargs="+", default=PAIRS, metavar="NETWORK/BASELINE")
    arguments = parser.parse_args()
    curves = medians(arguments.tables)

    rows = (len(arguments.pairs) + 1) // 2
    width, height = 2 * (LEFT + WIDTH) + 40, rows * (HEIGHT + GAP) + 30
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for index, pair in enumerate(arguments.pairs):
        left, top = LEFT + index % 2 * (LEFT + WIDTH + 10), TOP + index // 2 * (HEIGHT + GAP)
        lines += panel(pair, curves, left, top)
    legend = rows * (HEIGHT + GAP) + 12
    for index, (rule, color) in enumerate(COLORS.items()):
        lines.append(f'<text x="{LEFT + 190 * index}" y="{legend}" fill="{color}">{rule}</text>')
    lines.append(f'<text x="{width - 20}" y="{legend}" text-anchor="end">evaluations</text></svg>')
    arguments.figure.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
