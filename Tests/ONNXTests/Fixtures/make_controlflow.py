# SPDX-License-Identifier: Apache-2.0
"""Writes controlflow.cases: branches, loops and scans.

    python make_controlflow.py       (needs numpy, onnx, onnxruntime and torch)

Expected outputs are onnxruntime's, and where onnx's reference evaluator runs the model, it must
agree. Files of cases are described in make_fixtures.py.
"""

import io
import warnings

import numpy as np
import onnx
import onnx.parser
import onnxruntime
from onnx.reference import ReferenceEvaluator

from make_fixtures import case, write

random = np.random.default_rng(20_260_302)


def normal(*shape):
    return random.standard_normal(shape).astype(np.float32)


def expected(model, inputs, reference=True):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    data = model if isinstance(model, bytes) else model.SerializeToString()
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    outputs = session.run(None, inputs)
    if reference:
        for a, b in zip(outputs, ReferenceEvaluator(onnx.load_model_from_string(data)).run(None, inputs)):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    return list(zip([o.name for o in session.get_outputs()], outputs))


cases = []


def add(name, text, version=13, reference=True, **inputs):
    inputs = {k: np.asarray(v) for k, v in inputs.items()}
    if text.lstrip().startswith("<"):
        model = onnx.parser.parse_model(text)
    else:
        ir = 4 if version <= 9 else 7 if version <= 14 else 8 if version <= 18 else 10
        model = onnx.parser.parse_model(f'<ir_version: {ir}, opset_import: ["" : {version}]>\n{text}')
    cases.append(case(f"{name} ({model.opset_import[0].version})", model, list(inputs.items()),
                      expected(model, inputs, reference)))


# --- If ------------------------------------------------------------------------------------------

BRANCH = """
main (float[N, 3] x, bool c) => (float[N, M] y, float[N, 3] z)
<float[3, 2] w = {1, -2, 0.5, 3, -1, 0.25}, float[3, 2] v = {0.5, 1, -1, 2, 0.75, -0.5}>
{
  h = Tanh (x)
  y, z = If (c) <
    then_branch = then () => (float[N, M] t, float[N, 3] s) {
      a = MatMul (h, w)
      t = Exp (a)
      s = Mul (h, x)
    },
    else_branch = otherwise () => (float[N, M] t, float[N, 3] s)
      <float b = {2}> {
      a = MatMul (x, v)
      p = Mul (a, b)
      t = Sin (p)
      s = Identity (h)
    }>
}
"""
for version in (7, 11, 13, 16, 19, 21, 23):
    for holds in (True, False):
        add(f"a branch, {holds}", BRANCH, version, x=normal(2, 3), c=holds)

NESTED = """
main (float[N, 3] x, bool c, bool d) => (float[N, 3] y)
{
  h = Tanh (x)
  y = If (c) <
    then_branch = g1 () => (float[N, 3] t) {
      k = Exp (h)
      t = If (d) <
        then_branch = g2 () => (float[N, 3] u) { u = Mul (k, x) },
        else_branch = g3 () => (float[N, 3] u) { u = Add (k, h) }>
    },
    else_branch = g4 () => (float[N, 3] t) { t = Neg (x) }>
}
"""
for c, d in ((True, True), (True, False), (False, True)):
    add(f"branches in branches, {c}, {d}", NESTED, x=normal(2, 3), c=c, d=d)

CONSTANT = """
main (float[N, 3] x) => (float[N, 3] y, float[N, 3] z)
<bool c = {1}>
{
  h = Tanh (x)
  y, z = If (c) <
    then_branch = g1 () => (float[N, 3] t, float[N, 3] s)
      <float[3] h2 = {1, 2, 3}> {
      k = Mul (h, h2)
      t = Exp (k)
      s = Identity (h)
    },
    else_branch = g2 () => (float[N, 3] t, float[N, 3] s) { t = Neg (x)
      s = Abs (x) }>
}
"""
add("a constant condition", CONSTANT, x=normal(2, 3))

SHAPES = """
main (float[N, K, 3] x) => (float[N, M] y)
<int64 one = {1}, int64[1] axis = {1}>
{
  s = Shape (x)
  k = Gather (s, one)
  c = Equal (k, one)
  y = If (c) <
    then_branch = g1 () => (float[N, M] t) { t = Squeeze (x, axis) },
    else_branch = g2 () => (float[N, M] t) { t = Flatten (x) }>
}
"""
for length in (1, 2):
    add(f"a condition of shapes, {length}", SHAPES, x=normal(2, length, 3))

DATA = """
main (float[N, 3] x) => (float[N, 3] y)
<float[1] zero = {0}>
{
  m = ReduceMax <keepdims = 0> (x)
  c = Greater (m, zero)
  y = If (c) <
    then_branch = g1 () => (float[N, 3] t) { t = Exp (x) },
    else_branch = g2 () => (float[N, 3] t) { t = Neg (x) }>
}
"""
for sign in (1, -1):
    add(f"a condition of values, {sign}", DATA, x=sign * np.abs(normal(1, 3)))

# --- Loop ----------------------------------------------------------------------------------------

LOOP = """
main (float[2, 3] x, int64 n, bool c) => (float[2, 3] y, float[K, 2] stack)
<float[3, 3] w = {0.5, -1, 0.25, 1, 0.75, -0.5, 0.125, -0.25, 1}>
{
  h = Tanh (x)
  y, stack = Loop (n, c, h) <body = step (int64 i, bool go, float[2, 3] a) => (bool on, float[2, 3] b, float[2] row) {
    m = MatMul (a, w)
    f = Cast <to = 1> (i)
    p = Add (m, f)
    q = Mul (p, x)
    b = Tanh (q)
    row = ReduceSum <keepdims = 0, axes = [1]> (b)
    on = Identity (go)
  }>
}
"""
for version in (8, 11, 12):
    for n in (0, 1, 4):
        add(f"a loop of {n}", LOOP, version, reference=n > 0, x=normal(2, 3), n=np.int64(n), c=True)
add("a loop that does not start", LOOP, 11, reference=False, x=normal(2, 3), n=np.int64(4), c=False)

WHILE = """
main (float[1, 3] x) => (float[1, 3] y, float[K, 1, 3] seen)
<float[1] most = {20}, bool c = {1}>
{
  y, seen = Loop (, c, x) <body = step (int64 i, bool go, float[1, 3] a) => (bool on, float[1, 3] b, float[1, 3] s) {
    b = Mul (a, a)
    s = Add (b, x)
    m = ReduceMax <keepdims = 0> (b)
    on = Less (m, most)
  }>
}
"""
add("a loop until a value is reached", WHILE, reference=False, x=np.array([[1.5, 0.5, -1.25]], np.float32))

GROWTH = """
main (float[1, 2] x) => (float[M, 2] y)
<int64 n = {4}>
{
  y = Loop (n, , x) <body = step (int64 i, bool go, float[M, 2] a) => (bool on, float[K, 2] b) {
    t = Tanh (a)
    b = Concat <axis = 0> (a, t)
    on = Identity (go)
  }>
}
"""
# The reference evaluator takes an absent condition for a false one.
add("a loop that grows what it carries", GROWTH, 16, reference=False, x=normal(1, 2))

LOOPS = """
main (float[2, 2] x) => (float[2, 2] y)
<int64 n = {3}, bool yes = {1}>
{
  h = Sin (x)
  y = Loop (n, yes, x) <body = outer (int64 i, bool go, float[2, 2] a) => (bool on, float[2, 2] b) {
    b = Loop (n, yes, a) <body = inner (int64 j, bool go2, float[2, 2] p) => (bool on2, float[2, 2] q) {
      ij = Add (i, j)
      f = Cast <to = 1> (ij)
      u = Mul (h, f)
      v = Add (u, p)
      q = Tanh (v)
      on2 = Identity (go2)
    }>
    on = Identity (go)
  }>
}
"""
add("loops in loops", LOOPS, 13, x=normal(2, 2))

BRANCHES = """
main (float[2, 3] x) => (float[2, 3] y)
<int64 n = {5}, int64 two = {2}, int64 none = {0}, bool yes = {1}>
{
  y = Loop (n, yes, x) <body = step (int64 i, bool go, float[2, 3] a) => (bool on, float[2, 3] b) {
    r = Mod (i, two)
    even = Equal (r, none)
    b = If (even) <
      then_branch = g1 () => (float[2, 3] t) { t = Sin (a) },
      else_branch = g2 () => (float[2, 3] t) { t = Add (a, x) }>
    on = Identity (go)
  }>
}
"""
add("branches in loops", BRANCHES, 14, x=normal(2, 3))

FOLDED = """
main (float[2, 3] x) => (float[2, 3] y)
<int64 n = {4}, bool yes = {1}, float[3] w = {1, 2, 3}>
{
  v = Loop (n, yes, w) <body = step (int64 i, bool go, float[3] a) => (bool on, float[3] b) {
    b = Sin (a)
    on = Identity (go)
  }>
  y = Mul (x, v)
}
"""
add("a loop of constants", FOLDED, 13, x=normal(2, 3))

# --- Scan ----------------------------------------------------------------------------------------

SCAN8 = """
main (float[2, 3] s, float[2, 4, 3] x) => (float[2, 3] y, float[2, 4, 3] z)
<float[3, 3] w = {0.5, -1, 0.25, 1, 0.75, -0.5, 0.125, -0.25, 1}>
{
  y, z = Scan <num_scan_inputs = 1, %s body = step (float[3] a, float[3] p) => (float[3] b, float[3] q) {
    m = MatMul (a, w)
    n = Add (m, p)
    b = Tanh (n)
    q = Mul (b, p)
  }> (, s, x)
}
"""
add("a scan with a batch", SCAN8 % "", 8, reference=False, s=normal(2, 3), x=normal(2, 4, 3))
add("a scan with a batch, backwards", SCAN8 % "directions = [1],", 8, reference=False, s=normal(2, 3), x=normal(2, 4, 3))
LENGTHS = (SCAN8 % "").replace("main (", "main (int64[2] lengths, ").replace("(, s, x)", "(lengths, s, x)")
add("a scan with lengths", LENGTHS, 8, reference=False, lengths=np.array([4, 2]), s=normal(2, 3), x=normal(2, 4, 3))

SCAN = """
main (float[2, 3] s, float[2, 4, 3] x, float[4, 3] k) => (float[2, 3] y, float%s z, float[4, 2] r)
<float[3, 3] w = {0.5, -1, 0.25, 1, 0.75, -0.5, 0.125, -0.25, 1}>
{
  h = Sin (k)
  y, z, r = Scan <num_scan_inputs = 2, %s
    body = step (float[2, 3] a, float[2, 3] p, float[3] e) => (float[2, 3] b, float[2, 3] q, float[2] t) {
    m = MatMul (a, w)
    n = Add (m, p)
    b = Tanh (n)
    q = Mul (b, e)
    u = ReduceMean <keepdims = 0, axes = [1]> (q)
    o = ReduceMean <keepdims = 0> (s)
    t = Add (u, o)
  }> (s, x, h)
}
"""
for version in (9, 11, 16):
    add("a scan", SCAN % ("[4, 2, 3]", "scan_input_axes = [1, 0],"), version, reference=False,
        s=normal(2, 3), x=normal(2, 4, 3), k=normal(4, 3))
    add("a scan, backwards", SCAN % ("[2, 4, 3]", "scan_input_axes = [1, 0], scan_input_directions = [1, 0], "
        "scan_output_axes = [1, 0], scan_output_directions = [0, 1],"), version, reference=False,
        s=normal(2, 3), x=normal(2, 4, 3), k=normal(4, 3))
add("a scan along axes from behind", SCAN % ("[2, 3, 4]", "scan_input_axes = [-2, -2], scan_output_axes = [-1, 0],"), 11,
    reference=False, s=normal(2, 3), x=normal(2, 4, 3), k=normal(4, 3))

# --- Functions -----------------------------------------------------------------------------------

FUNCTIONS = """
<ir_version: 8, opset_import: ["" : %d, "own" : 1]>
main (float[2, 3] x, bool c) => (float[2, 3] y)
{
  t = Tanh (x)
  u = own.choose <slope: float = 0.25> (t, x, c)
  y = If (c) <
    then_branch = g1 () => (float[2, 3] p) { p = own.choose (u, t, c) },
    else_branch = g2 () => (float[2, 3] p) {
      q = own.twice (u)
      p = own.twice (q)
    }>
}
<domain: "own", opset_import: ["" : %d, "own" : 1]>
choose <slope: float = 0.5> (a, x, c) => (r) {
  k = Exp (a)
  r = If (c) <
    then_branch = f1 () => (float[2, 3] t) {
      m = Mul (k, x)
      t = LeakyRelu <alpha: float = @slope> (m)
    },
    else_branch = f2 () => (float[2, 3] t) {
      n = own.twice (k)
      t = Sub (n, a)
    }>
}
<domain: "own", opset_import: ["" : %d]>
twice (x) => (y) {
  two = Constant <value_float = 2.0> ()
  y = Mul (x, two)
}
"""
for version in (13, 18):
    for holds in (True, False):
        add(f"functions with branches, {holds}", FUNCTIONS % (version, version, version), reference=False,
            x=normal(2, 3), c=holds)

# --- What torch writes ---------------------------------------------------------------------------


def exported():
    import torch
    from torch import nn

    class Squeeze(nn.Module):
        def forward(self, x):
            return torch.relu(x.squeeze(1)) * 2

    @torch.jit.script
    def repeated(x, n: int):
        for i in range(n):
            x = torch.tanh(x) + i
        return x

    class Repeated(nn.Module):
        def forward(self, x):
            return repeated(x, x.shape[1]) * 2

    for name, network, shape, axes in (
            ("a squeezed axis of torch", Squeeze(), (2, 1, 4), {0: "n", 1: "k"}),
            ("local response normalization of torch", nn.LocalResponseNorm(3), (2, 5, 4, 3), {0: "n", 2: "h"}),
            ("a scripted loop of torch", Repeated(), (2, 4), {0: "n"})):
        for version in (11, 13, 17):
            x = torch.tensor(normal(*shape))
            buffer = io.BytesIO()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(network.eval(), (x,), buffer, opset_version=version, input_names=["x"],
                                  output_names=["y"], dynamic_axes={"x": axes}, dynamo=False)
            inputs = {"x": x.numpy()}
            found = expected(buffer.getvalue(), inputs, reference=False)
            np.testing.assert_allclose(found[0][1], network(x).numpy(), rtol=1e-5, atol=1e-6)
            operators = {n.op_type for n in onnx.load_model_from_string(buffer.getvalue()).graph.node}
            print(name, version, sorted(operators & {"If", "Loop", "Scan"}))
            cases.append(case(f"{name} ({version})", buffer.getvalue(), list(inputs.items()), found))


def standard():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases
        tests = collect_testcases(None)
    for test in tests:
        if test.name not in ("test_if", "test_loop11", "test_scan_sum", "test_scan9_sum"):
            continue
        inputs, outputs = test.data_sets[0]
        cases.append(case(test.name, test.model, *[
            list(zip([v.name for v in values], tensors)) for values, tensors in
            ((test.model.graph.input, inputs), (test.model.graph.output, outputs))]))


if __name__ == "__main__":
    standard()
    exported()
    write("controlflow.cases", cases)
