# SPDX-License-Identifier: Apache-2.0
"""Writes what published algorithms of bending and reacting paths answer, into `paths/`.

    pip install numpy
    python make_path_fixtures.py

Each algorithm is written down one instance at a time and feature by feature where the publication
says so, in float64, with the gradient of a small network in closed form: nothing is shared with the
package that is compared. `ROOM` keeps away from inputs at which rounding decides who moves first.
"""

from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parent / "paths"
FEATURES, HIDDEN, CLASSES, INSTANCES = 12, 8, 4, 3
# Steps, fraction and greatest distance of the guided path: as published, wider, without bounds, and
# both limits in which it is the straight path.
GUIDED = [(20, 0.25, 0.02), (50, 0.25, 0.1), (10, 0.1, 1.0), (20, 1.0, 0.02), (20, 0.25, 0.0)]
ROOM = 1e-6

random = np.random.RandomState(5)
W1 = random.normal(0, 0.7, (FEATURES, HIDDEN))
W2 = random.normal(0, 1, (HIDDEN, CLASSES))
INPUTS = random.uniform(0, 1, (INSTANCES, FEATURES))
BASELINES = random.uniform(0, 1, (INSTANCES, FEATURES))
BASELINES[1, 3] = INPUTS[1, 3]  # a feature that equals its baseline


def logits(x):
    return np.tanh(x @ W1) @ W2


def probabilities(x):
    z = np.exp(logits(x) - logits(x).max())
    return z / z.sum()


def logit_gradient(x, index):
    return W1 @ ((1 - np.tanh(x @ W1) ** 2) * W2[:, index])


def probability_gradient(x, index):
    p = probabilities(x)
    weights = -p[index] * p
    weights[index] += p[index]
    return sum(weights[k] * logit_gradient(x, k) for k in range(CLASSES))


def guided(x, start, gradient, steps, fraction, max_distance, room_between=ROOM):
    """Guided integrated gradients: Kapishnikov and others 2021, arXiv:2106.09788."""
    way = x - start
    whole = np.abs(way).sum()
    point = start.copy()
    total = np.zeros_like(x)
    for step in range(steps):
        actual = gradient(point)
        working = np.abs(actual)
        assert np.diff(np.sort(working)).min() >= room_between, "two gradients are too much alike"
        share = (step + 1) / steps
        low = start + way * max(share - max_distance, 0.0)
        top = start + way * min(share + max_distance, 1.0)
        wanted = whole * (1 - share)
        gamma = np.inf
        while gamma > 1:
            before = point.copy()
            for i in range(len(x)):
                # A feature that does not move counts as being at the top of its corridor.
                if way[i] != 0 and (point[i] - start[i]) / way[i] < max(share - max_distance, 0.0):
                    point[i] = low[i]
            left = np.abs(point - x).sum()
            if abs(left - wanted) <= 1e-9 * max(1.0, abs(left), abs(wanted)):
                total += (point - before) * actual
                break
            working[point == top] = np.inf
            bound = np.quantile(working, fraction, method="lower")
            chosen = (working <= bound) & (working != np.inf)
            room = np.abs(point - top)[chosen].sum()
            gamma = (left - wanted) / room if room > 0 else np.inf
            if gamma > 1:
                point[chosen] = top[chosen]
            else:
                assert gamma > 0
                point[chosen] += gamma * (top - point)[chosen]
            total += (point - before) * actual
    return total


def important_directions(x, start, value, gradient, steps):
    """IDGI along the straight line: Yang and others 2023, arXiv:2303.14242."""
    points = [start + (x - start) * k / steps for k in range(steps + 1)]
    total = np.zeros_like(x)
    for here, there in zip(points, points[1:]):
        g = gradient(here)
        total += g * g / (g * g).sum() * (value(there) - value(here))
    return total


def adversarial(x, own, rivals, moves, stride):
    """AGI: Pan and others 2021, doi:10.24963/ijcai.2021/396. The mean over rivals, not their sum."""
    total = np.zeros_like(x)
    for rival in rivals:
        point = x.copy()
        for _ in range(moves):
            if probabilities(point).argmax() == rival:
                break
            there = np.clip(point + stride * np.sign(probability_gradient(point, rival)), 0, 1)
            total += -probability_gradient(point, own) * (there - point)
            point = there
    return total / len(rivals)


def write(name, rows):
    np.save(OUT / f"{name}.npy", np.array(rows))


def main():
    OUT.mkdir(exist_ok=True)
    write("hidden", W1)
    write("output", W2)
    write("inputs", INPUTS)
    write("baselines", BASELINES)
    classes = [int(logits(x).argmax()) for x in INPUTS]
    cases = list(zip(INPUTS, BASELINES, classes))
    for steps, fraction, distance in GUIDED:
        write(f"guided-{steps}-{fraction}-{distance}", [
            guided(x, start, lambda p: logit_gradient(p, c), steps, fraction, distance)
            for x, start, c in cases])
    write("important-directions-16", [
        important_directions(x, start, lambda p: logits(p)[c], lambda p: logit_gradient(p, c), 16)
        for x, start, c in cases])
    write("adversarial-2-12-0.05", [
        adversarial(x, c, [int(k) for k in np.argsort(-logits(x))[1:3]], 12, 0.05)
        for x, _, c in cases])
    # Σ over the square of 2 a + b at (3, 3), where small gradients come first: b alone, then a.
    def square(p):
        return np.array([4, 2]) * (2 * p[0] + p[1])
    known = guided(np.array([3.0, 3.0]), np.zeros(2), square, 4000, 0.25, 1.0, room_between=0)
    assert np.allclose(known, [72, 9], atol=0.05), known


if __name__ == "__main__":
    main()
