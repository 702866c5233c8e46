# SPDX-License-Identifier: Apache-2.0
"""Captum at its best, in process: the median time of each piece of work under several settings.

    python captum_timing.py [--threads 2] [--runs 5] [--only WORD] [--save FOLDER]

Prints one JSON line a work and setting, {work, setting, median_ms, runs}, and after the settings of
a work one line whose setting begins with "best: ". `--save` keeps the inputs, and the attributions
of each work under its best setting, to compare with.
"""

import argparse
import gc
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch
from captum.attr import IntegratedGradients, LayerIntegratedGradients

EXAMPLES = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(EXAMPLES / "Models"))
import networks  # noqa: E402
import train  # noqa: E402

STEPS = 50
FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}


def digits():
    network = train.digits_network()
    network.load_state_dict(torch.load(EXAMPLES / "Models/digits.pt"))
    return network[:-1].eval().requires_grad_(False), torch.from_numpy(np.load(EXAMPLES / "Data/ten-digits.npy"))


def works():
    """(name, a function of (layout, internal batch size) -> attributions, layouts, batch sizes)"""
    network, images = digits()
    eight = images[8:9]
    layouts, sizes = ["contiguous"], [None, 10, 25]
    explain = IntegratedGradients(network).attribute

    yield ("digit: integrated gradients", lambda layout, size:
           explain(eight, target=8, n_steps=STEPS, internal_batch_size=size), layouts, sizes)
    yield ("ten digits: integrated gradients", lambda layout, size:
           explain(images, target=list(range(10)), n_steps=STEPS, internal_batch_size=size),
           layouts, [None, 50, 100, 250])
    yield ("digit, ten classes: integrated gradients", lambda layout, size:
           [explain(eight, target=label, n_steps=STEPS, internal_batch_size=size) for label in range(10)],
           layouts, sizes)
    yield ("digit, ten classes as a batch: integrated gradients", lambda layout, size:
           explain(eight.expand(10, -1, -1, -1), target=list(range(10)), n_steps=STEPS, internal_batch_size=size),
           layouts, [None, 50, 100, 250])

    # Beyond ten rows at once the transformer only takes longer, some ten seconds a run.
    sizes = {"transformer": [1, 2, 5, 10]}
    for name in networks.NETWORKS:
        network, instance = networks.network(name)
        with torch.no_grad():
            target = network(instance).argmax(1)
        layouts = list(FORMATS) if instance.dim() == 4 else ["contiguous"]

        def explain(layout, size, network=network, instance=instance, target=target):
            model, inputs = arranged(network, instance, layout)
            return IntegratedGradients(model).attribute(
                inputs, target=target, n_steps=STEPS, internal_batch_size=size)

        yield f"{name}: integrated gradients", explain, layouts, sizes.get(name, [None, 1, 2, 5, 10, 25])
        if name == "residual":
            yield ("residual: gradient", lambda layout, size:
                   gradient(*arranged(network, instance, layout), target), layouts, [None])
            yield ("residual: layer integrated gradients at stage4b.relu2", lambda layout, size:
                   at_layer(*arranged(network, instance, layout), target, size), layouts, [None, 1, 5, 10, 25])


def arranged(network, instance, layout):
    if instance.dim() != 4:
        return network, instance
    return network.to(memory_format=FORMATS[layout]), instance.to(memory_format=FORMATS[layout])


def at_layer(network, instance, target, size):
    return LayerIntegratedGradients(network, network.stage4b.relu2).attribute(
        instance, target=target, n_steps=STEPS, internal_batch_size=size)


def gradient(network, instance, target):
    instance = instance.detach().requires_grad_()
    return torch.autograd.grad(network(instance)[0, target], instance)[0]


def milliseconds(work, runs):
    """Each of `runs` runs after one to warm up; of more, up to half a second, where they are short."""
    work()
    times = []
    while len(times) < runs or (sum(times) < 500 and len(times) < 20 * runs):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", metavar="WORD", help="works whose name contains the word")
    parser.add_argument("--save", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.save:
        arguments.save.mkdir(parents=True, exist_ok=True)
        np.save(arguments.save / "digits.npy", digits()[1].numpy())
    torch.set_num_threads(arguments.threads)

    for name, work, layouts, sizes in works():
        if arguments.only not in name:
            continue
        lines = []
        for layout in layouts:
            for size in sizes:
                gc.collect()
                times = milliseconds(lambda: work(layout, size), arguments.runs)
                lines.append((statistics.median(times), layout, size, {
                    "work": name, "setting": f"{layout}, internal_batch_size {size}",
                    "median_ms": round(statistics.median(times), 2), "runs": len(times)}))
                print(json.dumps(lines[-1][3]), flush=True)
        _, layout, size, best = min(lines, key=lambda line: line[0])
        print(json.dumps({**best, "setting": "best: " + best["setting"]}), flush=True)
        if arguments.save:
            answer = work(layout, size)
            answer = torch.cat(answer) if isinstance(answer, list) else answer
            file = "".join(c if c.isalnum() or c in ".-" else "-" for c in name).replace("--", "-")
            np.save(arguments.save / f"{file}.npy", answer.detach().contiguous().numpy())


if __name__ == "__main__":
    main()
