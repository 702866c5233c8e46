# SPDX-License-Identifier: Apache-2.0
"""Runs the tests that ship inside the PyPI package `onnx` through `ONNXModel`.

    python conformance.py --build [--only WORD] [--verbose] [--limit SECONDS]

Needs onnx and numpy. Lays the tests of nodes, small models and converted layers out in a folder, and
has the program `conformance` run them (`swift build -c release --product conformance`, which --build
does first). Prints how many pass, each that fails and why, and how many are out of scope and why. A
test that ends the process, or takes longer than --limit, counts as a crash. Ends with status 1 where
a test in scope fails or crashes.
"""

import argparse
import collections
import importlib
import pkgutil
import pathlib
import queue
import re
import subprocess
import sys
import tempfile
import threading
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

EXAMPLES = pathlib.Path(__file__).resolve().parents[1]

# What is out of scope, and by which operators, types of values, and domains a model shows it. The
# first line that fits is the reason told.
SCOPE = [
    # reason                 operators                                                     types                 domains
    ("training",             "NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss",          "",                   "ai.onnx.preview.training ai.onnx.training"),
    ("classical learning",   "",                                                           "",                   "ai.onnx.ml"),
    ("sequences",            "Sequence\\w+ SplitToSequence ConcatFromSequence",            "sequence",           ""),
    ("optional values",      "Optional\\w*",                                               "optional",           ""),
    ("text",                 "String\\w+ RegexFullMatch TfIdfVectorizer",                  "STRING",             ""),
    ("quantization",         "\\w*[Qq]uantize\\w* QLinear\\w+ \\w+Integer",                   "FLOAT[468]\\w+ U?INT[24]", ""),
    ("image decoding",       "ImageDecoder",                                               "",                   ""),
    ("random numbers",       "Bernoulli Multinomial Random\\w+",                           "",                   ""),
    ("preview operators",    "",                                                           "",                   "ai.onnx.preview"),
    ("control flow",         "If Loop Scan",                                               "",                   ""),
]
# Forms of operators that are training, by an attribute or by an input that is there.
TRAINING_FORMS = [
    lambda node: node.op_type == "BatchNormalization" and attribute(node, "training_mode") == 1,
    lambda node: node.op_type == "Dropout" and len(node.input) > 2 and node.input[2] != "",
]


def attribute(node, name):
    return next((onnx.helper.get_attribute_value(a) for a in node.attribute if a.name == name), None)


# --- What a model is made of ----------------------------------------------------------------------


def nodes(graph):
    for node in graph.node:
        yield node
        for one in node.attribute:
            for inner in [one.g] * (one.type == onnx.AttributeProto.GRAPH) + list(one.graphs):
                yield from nodes(inner)


def types(model):
    """Names of the types of all declared values, constants and casts."""
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        kind = value.type.WhichOneof("value")
        if kind != "tensor_type":
            yield (kind or "").removesuffix("_type")
        else:
            yield TensorProto.DataType.Name(value.type.tensor_type.elem_type)
    for tensor in model.graph.initializer:
        yield TensorProto.DataType.Name(tensor.data_type)
    for node in nodes(model.graph):
        for one in node.attribute:
            if one.type == onnx.AttributeProto.TENSOR:
                yield TensorProto.DataType.Name(one.t.data_type)
            if node.op_type == "Cast" and one.name == "to":
                yield TensorProto.DataType.Name(one.i)


def reason_out_of_scope(model):
    """Why a model is out of scope; nothing where it is in scope."""
    operators = {node.op_type for node in nodes(model.graph)}
    operators |= {node.op_type for function in model.functions for node in function.node}
    domains = {node.domain for node in nodes(model.graph)}
    for reason, *columns in SCOPE:
        for words, present in zip(columns, (operators, set(types(model)), domains)):
            if any(re.fullmatch(word, name) for word in words.split() for name in present):
                return reason
    if any(form(node) for node in nodes(model.graph) for form in TRAINING_FORMS):
        return "training"
    return None


# --- The tests ------------------------------------------------------------------------------------


class Test:
    def __init__(self, kind, name, model, sets, relative, absolute):
        self.kind, self.name, self.model, self.sets = kind, name, model, sets
        self.relative, self.absolute = relative, absolute


def node_tests():
    """What the package's scripts say of each operator; a test can also have to do with several."""
    import onnx.backend.test.case.node as cases
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in pkgutil.walk_packages(cases.__path__, cases.__name__ + "."):
            importlib.import_module(module.name)
        for case in cases.collect_testcases(None):
            yield Test("node", case.name, case.model, case.data_sets, case.rtol, case.atol)


def stored_tests():
    """The models that lie in the package, with their data."""
    data = pathlib.Path(onnx.__file__).parent / "backend/test/data"
    for path in sorted(data.glob("*/*/model.onnx")):
        sets = []
        for folder in sorted(path.parent.glob("test_data_set_*")):
            sets.append([[read(file) for file in sorted(folder.glob(f"{what}_*.pb"), key=number)]
                         for what in ("input", "output")])
        yield Test(path.parent.parent.name, path.parent.name, onnx.load(path), sets, 1e-3, 1e-7)


def light_tests():
    """Well-known networks without weights, on the numbers that the package's own runner feeds them."""
    data = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
    for path in sorted(p for p in data.glob("*.onnx")):
        model = onnx.load(path)
        constants = {tensor.name for tensor in model.graph.initializer}
        inputs = []
        for value in model.graph.input:
            if value.name not in constants:
                shape = [axis.dim_value or 1 for axis in value.type.tensor_type.shape.dim]
                inputs.append((np.arange(np.prod(shape)).reshape(shape) / np.prod(shape)).astype(np.float32))
        outputs = [read(file) for file in sorted(data.glob(path.stem + "_output_*.pb"), key=number)]
        yield Test("light", path.stem, model, [(inputs, outputs)], 1e-3, 1e-7)


def number(path):
    return int(path.stem.rsplit("_", 1)[1])


def read(path):
    try:
        return numpy_helper.to_array(onnx.load_tensor(path))
    except Exception:  # a sequence or an optional value, which is out of scope
        return None


def computed(array):
    """A tensor in the type that the library computes it in, as its guide tells."""
    if isinstance(array, TensorProto):
        array = numpy_helper.to_array(array)
    array = np.asarray(array)
    wider = {"float16": "f4", "bfloat16": "f4", "uint16": "i4", "uint32": "i8", "uint64": "i8"}
    return array.astype(wider.get(array.dtype.name, array.dtype))


def relative_tolerance(test):
    """The test's own, and two steps of 16-bit numbers where it gives such, as the package has it for bfloat16."""
    kinds = {value.type.tensor_type.elem_type for value in test.model.graph.output}
    steps = {TensorProto.BFLOAT16: 2**-6, TensorProto.FLOAT16: 2**-9}
    return max(test.relative, *(steps.get(kind, 0) for kind in kinds))


def lay_out(test, folder):
    """Writes the files of a test, and gives the line that has it run."""
    folder.mkdir()
    (folder / "model.onnx").write_bytes(test.model.SerializeToString())
    constants = {tensor.name for tensor in test.model.graph.initializer}
    names = [value.name for value in test.model.graph.input]
    if test.sets and len(test.sets[0][0]) < len(names):
        names = [name for name in names if name not in constants]
    for place, (inputs, outputs) in enumerate(test.sets):
        (folder / f"set-{place}").mkdir()
        for what, arrays in (("input", inputs), ("output", outputs)):
            for index, array in enumerate(arrays):
                np.save(folder / f"set-{place}" / f"{what}-{index}.npy", computed(array))
    fields = [str(folder), len(test.sets), relative_tolerance(test), test.absolute, *names]
    return "\t".join(map(str, fields))


# --- Running --------------------------------------------------------------------------------------


def answers(program, lines, limit):
    """An answer for each line, as ("passed" or "failed" or "crashed", why)."""
    done = 0
    while done < len(lines):
        process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        read = queue.Queue()

        def listen(process=process, read=read):
            for line in process.stdout:
                read.put(line)
            read.put(None)

        threading.Thread(target=listen, daemon=True).start()
        try:
            while done < len(lines):
                process.stdin.write(lines[done] + "\n")
                process.stdin.flush()
                answer = read.get(timeout=limit)
                if answer is None:
                    process.wait()
                    yield "crashed", f"the process ended with status {process.returncode}"
                else:
                    state, _, why = answer.rstrip("\n").partition("\t")
                    yield state, why
                done += 1
                if answer is None:
                    break
        except queue.Empty:
            yield "crashed", f"no answer in {limit} s"
            done += 1
        finally:
            process.kill()
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", action="store_true", help="build the program first")
    parser.add_argument("--program", type=pathlib.Path, default=EXAMPLES / ".build/release/conformance")
    parser.add_argument("--only", default="", metavar="WORD", help="tests whose name contains the word")
    parser.add_argument("--limit", type=float, default=60, metavar="SECONDS", help="for one test")
    parser.add_argument("--verbose", action="store_true", help="a line for each test")
    arguments = parser.parse_args()
    if arguments.build:
        subprocess.run(["swift", "build", "-c", "release", "--product", "conformance"], cwd=EXAMPLES, check=True)

    skipped, tests = collections.Counter(), []
    for test in (*node_tests(), *stored_tests(), *light_tests()):
        if arguments.only not in test.name:
            continue
        reason = reason_out_of_scope(test.model)
        if reason:
            skipped[reason] += 1
            if arguments.verbose:
                print(f"skipped  {test.kind}/{test.name}: {reason}")
        else:
            tests.append(test)

    kinds, bad = collections.defaultdict(collections.Counter), []
    with tempfile.TemporaryDirectory() as folder:
        lines = [lay_out(test, pathlib.Path(folder) / str(place)) for place, test in enumerate(tests)]
        for test, (state, why) in zip(tests, answers(arguments.program, lines, arguments.limit)):
            kinds[test.kind][state] += 1
            if state != "passed":
                bad.append(f"{state:8} {test.kind}/{test.name}: {why}")
            if state != "passed" or arguments.verbose:
                print(f"{state:8} {test.kind}/{test.name}" + (f": {why}" if why else ""), flush=True)

    print(f"\nonnx {onnx.__version__}, in scope:")
    total = sum(kinds.values(), collections.Counter())
    for kind, counts in [*sorted(kinds.items()), ("all", total)]:
        share = counts["passed"] / max(1, counts.total())
        print(f"  {kind:18} {counts['passed']:5} passed {counts['failed']:4} failed {counts['crashed']:4} crashed"
              f"  {share:6.1%}")
    print(f"out of scope: {skipped.total()}")
    for reason, count in skipped.most_common():
        print(f"  {reason:18} {count:5}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
