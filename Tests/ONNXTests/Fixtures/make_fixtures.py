# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of ONNXTests: small models with inputs and expected outputs.

    python make_fixtures.py          (needs numpy, onnx, onnxruntime and torch)

- standard.cases: onnx's own tests of each operator, in its newest version.
- versions.cases: models written here for each older version of an operator, and for forms that the
  former leave out, with the outputs that onnxruntime gives.
- optimized.cases: operators of ONNX Runtime's own domain, with the outputs that it gives.
- networks.cases: whole networks exported by torch, with the outputs that torch gives, and gradients
  in double precision.

A file of cases is a protobuf message, so that the decoder under test reads it:
message File { repeated Case case = 1; }
message Case { string name = 1; bytes model = 2; repeated TensorProto input = 3;
               repeated TensorProto output = 4; double relative = 5; double absolute = 6; }
"""

import io
import pathlib
import struct
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def varint(number):
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def case(name, model, inputs, outputs, relative=1e-4, absolute=1e-5):
    """The bytes of a case; inputs and outputs are (name, array) pairs."""
    data = field(1, name.encode()) + field(2, model if isinstance(model, bytes) else model.SerializeToString())
    for number, tensors in ((3, inputs), (4, outputs)):
        for key, array in tensors:
            data += field(number, numpy_helper.from_array(np.asarray(array), key).SerializeToString())
    data += varint(5 << 3 | 1) + struct.pack("<d", relative)
    data += varint(6 << 3 | 1) + struct.pack("<d", absolute)
    return data


def write(name, cases):
    path = FOLDER / name
    path.write_bytes(b"".join(field(1, c) for c in cases))
    print(path.name, len(cases), "cases,", path.stat().st_size, "bytes")


# --- standard.cases ------------------------------------------------------------------------------

OPERATORS = set("""
Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
BatchNormalization BitCast BitShift BitwiseAnd BlackmanWindow
BitwiseNot BitwiseOr BitwiseXor Cast CastLike CausalConvWithState Ceil Celu CenterCropPad Clip Col2Im Compress Concat Constant
ConstantOfShape Conv ConvTranspose Cos Cosh CumProd CumSum DFT DeformConv DepthToSpace Det Div Dropout Einsum Elu
Equal Erf Exp Expand EyeLike Flatten Floor Gather GatherElements GatherND Gelu Gemm
GlobalAveragePool GlobalMaxPool GRU Greater GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid
HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less
LinearAttention MaxRoiPool MaxUnpool MelWeightMatrix NonMaxSuppression RoiAlign RotaryEmbedding STFT TensorScatter Unique
LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul Max MaxPool Mean MeanVarianceNormalization
Min Mish Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow RMSNormalization RNN Range Reciprocal ReduceL1
ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
ReduceSumSquare Relu Reshape Resize ReverseSequence Round ScatterElements ScatterND Selu Shape
Shrink Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze
Sub Sum SwiGLU Swish Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Upsample Where Xor
""".split())

# What is left out, and why: training, types that are not tensors of plain numbers, and forms that
# ``ONNXModel`` refuses by name.
LEFT_OUT = ("training", "sequence", "optional", "string", "FLOAT8", "FLOAT4", "INT4", "INT2",
            "FLOAT6", "E8M0", "E4M3", "E5M2", "uint64", "uint32", "uint16", "bitwise_not_3d", "float16", "fp16", "bf16", "dft_inverse", "FLOAT16", "BFLOAT16", "expanded")


def standard():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases
        tests = collect_testcases(None)
    cases = []
    for test in tests:
        operators = {node.op_type for node in test.model.graph.node}
        if not operators <= OPERATORS or any(word in test.name for word in LEFT_OUT):
            continue
        if len(test.model.graph.node) > 3 or test.model.opset_import[0].domain not in ("", "ai.onnx"):
            continue
        inputs, outputs = test.data_sets[0]
        if not all(isinstance(t, (np.ndarray, np.generic)) for t in [*inputs, *outputs]):
            continue
        pairs = [list(zip([v.name for v in values], tensors))
                 for values, tensors in ((test.model.graph.input, inputs), (test.model.graph.output, outputs))]
        data = case(test.name, test.model, *pairs, max(test.rtol, 1e-4), max(test.atol, 1e-5))
        if len(data) <= 8_000:
            cases.append(data)
    return cases


# --- versions.cases ------------------------------------------------------------------------------

random = np.random.default_rng(20_240_301)


def normal(*shape):
    return random.standard_normal(shape).astype(np.float32)


def model(nodes, inputs, outputs, version, constants=(), domain=""):
    graph = helper.make_graph(
        nodes, "graph",
        [helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for k, v in inputs],
        [helper.make_value_info(k, helper.make_tensor_type_proto(t, None)) for k, t in outputs],
        [numpy_helper.from_array(v, k) for k, v in constants])
    made = helper.make_model(graph, producer_name="fixtures",
                             opset_imports=[helper.make_opsetid("", version)] + ([helper.make_opsetid(domain, 1)] if domain else []))
    made.ir_version = 4 if version <= 9 else 7 if version <= 14 else 8 if version <= 18 else 10
    return made


def ints(*numbers):
    return np.array(numbers, np.int64)


class Versions:
    def __init__(self):
        self.cases = []

    def add(self, operator, version, inputs, label="", constants=(), outputs=1, unnamed=(), types=None, expected=None, domain="", **attributes):
        import onnxruntime
        names = [f"x{i}" for i in range(len(inputs))]
        pairs = [(n, np.asarray(a)) for n, a in zip(names, inputs) if a is not None]
        fixed = [(f"c{i}", np.asarray(c)) for i, c in enumerate(constants) if c is not None]
        node = helper.make_node(
            operator,
            [n if a is not None else "" for n, a in zip(names, inputs)]
            + [f"c{i}" if c is not None else "" for i, c in enumerate(constants)],
            [f"y{i}" if i not in unnamed else "" for i in range(outputs)], domain=domain, **attributes)
        types = types or [FLOAT] * outputs
        named = [(f"y{i}", t) for i, t in enumerate(types) if i not in unnamed]
        made = model([node], pairs, named, version, fixed, domain)
        if expected is None:
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 4
            session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
            expected = session.run(None, dict(pairs))
        name = f"{operator}-{version}" + (f" {label}" if label else "")
        self.cases.append(case(name, made, pairs, [(k, e) for (k, _), e in zip(named, expected)]))


def versions():
    v = Versions()
    image, vector = normal(2, 4, 7, 6), normal(2, 3, 4)

    for version in (9, 11, 12):
        for axis in (0, 1, 2, 3, -1):
            if axis >= 0 or version >= 11:
                v.add("Softmax", version, [image], f"axis {axis}", axis=axis)
                v.add("LogSoftmax", version, [image], f"axis {axis}", axis=axis)
        v.add("Softmax", version, [vector], "standard axis")
        v.add("Hardmax", version, [vector], "standard axis")
    for version in (13, 21):
        for axis in (0, 1, -1):
            v.add("Softmax", version, [image], f"axis {axis}", axis=axis)
        v.add("LogSoftmax", version, [vector], "standard axis")

    v.add("Clip", 9, [vector], "attributes", min=-0.5, max=0.25)
    v.add("Clip", 9, [vector], "one attribute", max=0.25)
    v.add("Clip", 9, [vector], "no attributes")
    v.add("Clip", 11, [vector], "inputs", [np.float32(-0.5), np.float32(0.5)])
    v.add("Clip", 13, [vector], "maximum alone", [None, np.float32(0.5)])
    v.add("Clip", 13, [vector, np.float32(-0.1)], "bound at run time")

    v.add("Pad", 9, [image], "attributes", pads=[0, 1, 2, 0, 0, 0, 1, 3], value=1.5, mode="constant")
    for mode in ("reflect", "edge"):
        v.add("Pad", 9, [image], mode, pads=[0, 0, 2, 1, 0, 0, 1, 3], mode=mode)
        v.add("Pad", 13, [image], mode, [ints(0, 1, 2, 0, 0, 0, 3, 1)], mode=mode)
    v.add("Pad", 11, [image], "input", [ints(0, 0, 1, 1, 0, 0, 0, 2), np.float32(-2)])
    v.add("Pad", 13, [image], "negative", [ints(0, 0, -1, 1, 0, 0, 2, -2)])
    v.add("Pad", 18, [image], "axes", [ints(1, 2), np.float32(0.5), ints(-1)])
    v.add("Pad", 19, [image], "wrap", [ints(0, 0, 2, 1, 0, 0, 1, 3)], mode="wrap")
    v.add("Pad", 13, [image, ints(0, 0, 1, 1, 0, 0, 0, 2)], "at run time")

    v.add("Dropout", 9, [vector], ratio=0.3)
    v.add("Dropout", 12, [vector], "ratio input", [np.float32(0.3)])
    v.add("Dropout", 13, [vector], "training off", [np.float32(0.3), np.array(False)])

    v.add("Slice", 9, [image], "attributes", starts=[1, -3], ends=[3, 9999], axes=[1, 2])
    v.add("Slice", 9, [image], "no axes", starts=[0, 1], ends=[2, -1])
    v.add("Slice", 10, [image], "inputs", [ints(1, -3), ints(3, 2**62), ints(1, 2), ints(1, 2)])
    v.add("Slice", 13, [image], "backwards", [ints(-1, 5), ints(-2**62, 0), ints(2, 3), ints(-2, -1)])
    v.add("Slice", 13, [image, ints(1), ints(3)], "at run time")

    v.add("Split", 9, [image], "attribute", outputs=2, axis=1, split=[1, 3])
    v.add("Split", 11, [image], "equal", outputs=2, axis=-1)
    v.add("Split", 13, [image], "input", [ints(1, 3)], outputs=2, axis=1)
    v.add("Split", 13, [image], "equal parts", outputs=2, axis=1)
    v.add("Split", 18, [image], "uneven", outputs=3, axis=2, num_outputs=3)

    v.add("Squeeze", 9, [normal(1, 3, 1, 2)], "attribute", axes=[0, 2])
    v.add("Squeeze", 11, [normal(1, 3, 1, 2)], "negative", axes=[-2])
    v.add("Squeeze", 11, [normal(1, 3, 1, 2)], "all")
    v.add("Squeeze", 13, [normal(1, 3, 1, 2)], "input", [ints(-2)])
    v.add("Unsqueeze", 9, [vector], "attribute", axes=[0, 4])
    v.add("Unsqueeze", 11, [vector], "negative", axes=[-1, 1])
    v.add("Unsqueeze", 13, [vector], "input", [ints(-1, 1)])
    v.add("Flatten", 9, [image], axis=2)
    v.add("Flatten", 11, [image], "negative", axis=-2)
    v.add("Flatten", 13, [image], "zero", axis=0)
    v.add("Reshape", 9, [image], "copy and rest", [ints(0, -1, 6)])
    v.add("Reshape", 14, [image], "allow zero", [ints(2, -1)], allowzero=1)
    v.add("Reshape", 13, [image, ints(-1, 12)], "at run time")
    v.add("Expand", 9, [normal(3, 1)], "", [ints(2, 1, 6)])
    v.add("Tile", 9, [vector], "", [ints(1, 2, 3)])
    v.add("Concat", 9, [vector, normal(2, 2, 4)], axis=1)
    v.add("Concat", 11, [vector, normal(2, 3, 1)], "negative", axis=-1)
    v.add("Transpose", 9, [image], perm=[0, 3, 1, 2])
    v.add("DepthToSpace", 9, [normal(1, 8, 2, 3)], blocksize=2)
    for mode in ("DCR", "CRD"):
        v.add("DepthToSpace", 11, [normal(1, 8, 2, 3)], mode, blocksize=2, mode=mode)
    v.add("SpaceToDepth", 9, [normal(1, 2, 4, 6)], blocksize=2)
    v.add("Shape", 9, [image], types=[INT64])
    v.add("Shape", 15, [image], "part", types=[INT64], start=1, end=-1)
    v.add("Cast", 9, [vector * 3], "to int", types=[INT64], to=INT64)
    v.add("Cast", 13, [vector], "to bool", types=[BOOL], to=BOOL)
    v.add("Gather", 9, [image], "two axes of indices", [np.array([[0, 2], [1, 1]])], axis=1)
    v.add("Gather", 11, [image], "negative", [np.array(-1)], axis=2)
    v.add("Gather", 13, [image, ints(0, -1)], "at run time", axis=3)
    v.add("Scatter", 9, [normal(3, 3), np.array([[1, 0, 2], [0, 2, 1]]), normal(2, 3)], axis=0)
    v.add("TopK", 9, [vector], "attribute", outputs=2, types=[FLOAT, INT64], k=2)
    v.add("TopK", 10, [vector], "input", [ints(2)], outputs=2, types=[FLOAT, INT64])
    v.add("TopK", 11, [vector], "least", [ints(2)], outputs=2, types=[FLOAT, INT64], largest=0, axis=1)
    v.add("ArgMax", 11, [vector], types=[INT64], axis=-1, keepdims=0)
    v.add("ArgMin", 9, [vector], types=[INT64], axis=1)

    for operator in ("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"):
        x = np.abs(image) + 0.1 if operator == "LogSum" else image
        name = "Reduce" + operator
        v.add(name, 9, [x], "attribute", axes=[1, 3], keepdims=0)
        v.add(name, 11, [x], "all")
        v.add(name, 11, [x], "negative", axes=[-1])
        if operator == "Sum":
            v.add(name, 13, [x], "input", [ints(1, -1)], keepdims=0)
            v.add(name, 13, [x], "nothing", noop_with_empty_axes=1)
        else:
            v.add(name, 13, [x], "attribute", axes=[2, 3])
        v.add(name, 18, [x], "input", [ints(1, -1)], keepdims=0)
        v.add(name, 18, [x, ints(-2)], "at run time")

    scale, shift, mean = normal(4), normal(4), normal(4)
    variance = np.abs(normal(4)) + 0.2
    for version in (9, 14, 15):
        v.add("BatchNormalization", version, [image], "", [scale, shift, mean, variance], epsilon=1e-3)
    v.add("BatchNormalization", 15, [normal(5, 4)], "two axes", [scale, shift, mean, variance])
    v.add("BatchNormalization", 15, [normal(2, 4, 3, 2, 2)], "five axes", [scale, shift, mean, variance])
    v.add("InstanceNormalization", 9, [image], "", [scale, shift])
    v.add("InstanceNormalization", 13, [normal(2, 4, 5)], "one axis", [scale, shift])
    v.add("LayerNormalization", 17, [image], "", [normal(6), normal(6)])
    v.add("LayerNormalization", 17, [image], "statistics", [normal(7, 6)], outputs=3, types=[FLOAT] * 3, axis=2)
    v.add("GroupNormalization", 18, [image], "per group", [normal(2), normal(2)], num_groups=2)
    v.add("GroupNormalization", 21, [image], "per channel", [scale, shift], num_groups=2)
    v.add("LRN", 9, [normal(1, 7, 3, 2)], "odd", size=3, alpha=0.1, beta=0.6, bias=1.5)
    v.add("LRN", 13, [normal(1, 7, 3, 2)], "wide", size=5, alpha=0.2, beta=0.75)
    v.add("LpNormalization", 9, [image], axis=1, p=1)
    v.add("MeanVarianceNormalization", 9, [image])

    pad = [1, 0, 0, 2]
    for version in (9, 11, 22):
        v.add("Conv", version, [image], "", [normal(6, 2, 3, 3), normal(6)], group=2, pads=[1, 1, 1, 1])
        v.add("Conv", version, [image], "uneven", [normal(3, 4, 2, 3)], strides=[2, 1], pads=pad, dilations=[2, 1])
        for auto in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            v.add("Conv", version, [image], auto, [normal(3, 4, 4, 3)], strides=[2, 3], auto_pad=auto)
    v.add("Conv", 11, [normal(2, 3, 9)], "one axis", [normal(4, 3, 3), normal(4)], dilations=[2], pads=[2, 2])
    v.add("Conv", 11, [normal(1, 2, 5, 4, 6)], "three axes", [normal(3, 2, 2, 3, 2), normal(3)], strides=[1, 2, 2])
    v.add("Conv", 13, [image, normal(3, 4, 3, 3)], "weight at run time", pads=[1, 1, 1, 1])
    for version in (9, 11):
        v.add("ConvTranspose", version, [image], "", [normal(4, 3, 3, 3), normal(6)], group=2, strides=[2, 2],
              pads=[1, 1, 1, 1], output_padding=[1, 1])
        v.add("ConvTranspose", version, [image], "uneven", [normal(4, 3, 3, 2), normal(3)], strides=[2, 3], pads=pad)
    v.add("ConvTranspose", 11, [image], "shape", [normal(4, 3, 3, 3), normal(3)], strides=[2, 2], output_shape=[15, 14])
    v.add("ConvTranspose", 11, [image], "shape, smaller", [normal(4, 3, 3, 3)], strides=[2, 2], output_shape=[14, 12])
    for auto in ("SAME_UPPER", "SAME_LOWER"):
        v.add("ConvTranspose", 11, [image], auto, [normal(4, 3, 3, 3), normal(3)], strides=[2, 2], auto_pad=auto)
    v.add("ConvTranspose", 11, [normal(1, 2, 5)], "one axis", [normal(2, 3, 4)], strides=[3], dilations=[2])
    v.add("ConvTranspose", 11, [normal(1, 2, 3, 2, 3)], "three axes", [normal(2, 2, 2, 2, 2)], strides=[2, 1, 2])

    for operator, extra in (("MaxPool", {}), ("AveragePool", {}), ("AveragePool", {"count_include_pad": 1}), ("LpPool", {"p": 3})):
        label = "".join(f" {k}" for k in extra)
        for version in (9, 11, 22 if operator != "LpPool" else 18):
            v.add(operator, version, [image], "plain" + label, kernel_shape=[2, 3], strides=[2, 1], **extra)
            v.add(operator, version, [image], "even" + label, kernel_shape=[3, 3], pads=[1, 1, 1, 1], **extra)
            v.add(operator, version, [image], "uneven" + label, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 2, 1], **extra)
            for auto in ("SAME_UPPER", "SAME_LOWER", "VALID"):
                v.add(operator, version, [image], auto + label, kernel_shape=[3, 2], strides=[2, 2], auto_pad=auto, **extra)
        for kernel, strides, pads in (([3, 3], [2, 2], [0, 0, 0, 0]), ([2, 2], [3, 4], [1, 1, 1, 1]), ([3, 3], [2, 2], [1, 1, 1, 1])):
            if operator != "LpPool":
                import torch
                f = torch.nn.functional
                x = torch.tensor(image)
                if operator == "MaxPool":
                    y = f.max_pool2d(x, kernel, strides, pads[:2], ceil_mode=True)
                else:
                    y = f.avg_pool2d(x, kernel, strides, pads[:2], ceil_mode=True, count_include_pad="count_include_pad" in extra)
                v.add(operator, 19, [image], f"rounding up {kernel} {strides} {pads}{label}", kernel_shape=kernel,
                      strides=strides, pads=pads, ceil_mode=1, expected=[y.numpy()], **extra)
    v.add("MaxPool", 12, [image], "dilated", kernel_shape=[2, 2], dilations=[2, 3], pads=[1, 0, 1, 0])
    v.add("MaxPool", 12, [normal(2, 3, 9)], "one axis", kernel_shape=[3], strides=[2])
    v.add("MaxPool", 12, [normal(1, 2, 5, 4, 6)], "three axes", kernel_shape=[2, 2, 2], strides=[2, 1, 2])
    v.add("MaxPool", 12, [image], "indices", outputs=2, types=[FLOAT, INT64], kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 2, 1])
    v.add("MaxPool", 12, [image], "indices by column", outputs=2, types=[FLOAT, INT64], kernel_shape=[3, 2], storage_order=1)
    v.add("AveragePool", 19, [image], "dilated", kernel_shape=[2, 2], dilations=[2, 1], pads=[1, 1, 1, 1])
    v.add("GlobalAveragePool", 9, [image])
    v.add("GlobalMaxPool", 9, [image])
    v.add("GlobalLpPool", 9, [image], p=3)

    matrix = normal(3, 5)
    for version in (9, 11, 13):
        v.add("Gemm", version, [matrix], "", [normal(4, 5), normal(4)], transB=1)
        v.add("Gemm", version, [matrix], "scaled", [normal(5, 4), normal(3, 1)], alpha=0.5, beta=2.0)
        v.add("Gemm", version, [normal(5, 3)], "transposed", [normal(5, 4), normal(1)], transA=1)
    v.add("Gemm", 11, [matrix], "no bias", [normal(5, 4)], alpha=0.25)
    v.add("MatMul", 9, [normal(2, 3, 5)], "broadcast", [normal(5, 4)])
    v.add("MatMul", 13, [normal(5), normal(2, 5, 3)], "vector")
    v.add("Einsum", 12, [normal(2, 3, 4), normal(2, 4, 5)], equation="bij, bjk -> bik")

    v.add("Upsample", 9, [normal(1, 2, 3, 4)], "nearest", [np.array([1, 1, 2, 3], np.float32)], mode="nearest")
    v.add("Upsample", 9, [normal(1, 2, 3, 4)], "linear", [np.array([1, 1, 2, 3], np.float32)], mode="linear")
    v.add("Resize", 10, [normal(1, 2, 3, 4)], "nearest", [np.array([1, 1, 2, 1.5], np.float32)], mode="nearest")
    v.add("Resize", 10, [normal(1, 2, 6, 8)], "nearest, smaller", [np.array([1, 1, 0.5, 0.6], np.float32)], mode="nearest")
    v.add("Resize", 10, [normal(1, 2, 3, 4)], "linear", [np.array([1, 1, 2, 0.5], np.float32)], mode="linear")
    x = normal(1, 2, 4, 5)
    empty = np.array([], np.float32)
    for version in (11, 13, 18, 19):
        for coordinates in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
            for mode in ("nearest", "linear", "cubic"):
                if mode == "nearest" and coordinates in ("align_corners", "pytorch_half_pixel"):
                    continue
                v.add("Resize", version, [x], f"{mode} {coordinates} scales", [empty, np.array([1, 1, 2, 1.6], np.float32)],
                      mode=mode, coordinate_transformation_mode=coordinates, nearest_mode="floor")
                v.add("Resize", version, [x], f"{mode} {coordinates} sizes", [empty, empty, ints(1, 2, 7, 3)],
                      mode=mode, coordinate_transformation_mode=coordinates)
    for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        v.add("Resize", 11, [x], f"rounding {rounding}", [empty, np.array([1, 1, 2, 1.5], np.float32)], nearest_mode=rounding)
    v.add("Resize", 13, [x], "crop", [np.array([0, 0, .25, .1, 1, 1, 1.1, .9], np.float32), empty, ints(1, 2, 3, 4)],
          mode="linear", coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=7.0)
    v.add("Resize", 13, [x], "cubic, outside excluded", [empty, np.array([1, 1, 2, 1.6], np.float32)], mode="cubic",
          exclude_outside=1, cubic_coeff_a=-0.5)

    for operator in ("Relu", "LeakyRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "Tanh", "Softplus", "Softsign", "Erf",
                     "Identity", "Abs", "Neg", "Exp", "Floor", "Ceil", "Sign", "Sin", "Cos", "Atan", "Sinh", "Cosh", "Asinh"):
        for version in (9, 13):
            v.add(operator, version, [3 * vector])
    for operator in ("Sqrt", "Log", "Reciprocal"):
        v.add(operator, 9, [np.abs(vector) + 0.1])
    v.add("PRelu", 9, [image], "", [np.abs(normal(4, 1, 1))])
    v.add("ThresholdedRelu", 10, [vector], alpha=0.4)
    v.add("Shrink", 9, [vector], bias=0.1, lambd=0.3)
    v.add("Celu", 12, [vector], alpha=0.7)
    v.add("HardSwish", 14, [4 * vector])
    v.add("Mish", 18, [vector])
    v.add("Gelu", 20, [vector], "exact")
    v.add("Gelu", 20, [vector], "tanh", approximate="tanh")
    for operator in ("Add", "Sub", "Mul", "Div"):
        v.add(operator, 9, [image, normal(4, 1, 6)])
        v.add(operator, 13, [np.array([7, -7, 5], np.int64), np.array([2, 2, -3], np.int64)], "whole", types=[INT64])
    v.add("Pow", 9, [np.abs(vector)], "", [np.float32(1.5)])
    v.add("Pow", 12, [vector], "whole exponent", [np.int64(2)])
    v.add("Pow", 13, [np.abs(vector), normal(4)], "broadcast")
    for operator in ("Sum", "Max", "Min", "Mean"):
        v.add(operator, 9, [vector, normal(3, 1), normal(4)])
    for operator in ("Equal", "Less", "Greater"):
        v.add(operator, 11, [np.round(vector), np.round(normal(4))], types=[BOOL])
    v.add("Where", 9, [vector > 0, vector, normal(4)])
    v.add("Mod", 10, [np.array([7, -7, 5], np.int64), np.array([3, 3, -3], np.int64)], types=[INT64])
    v.add("Mod", 10, [vector, normal(4)], "floating", fmod=1)
    v.add("CumSum", 11, [vector], "", [np.int64(1)], exclusive=1, reverse=1)
    v.add("OneHot", 11, [np.array([0, -1, 5])], "", [np.int64(4), np.array([-1, 2], np.float32)])
    v.add("ConstantOfShape", 9, [ints(2, 3)], value=numpy_helper.from_array(np.array([2.5], np.float32)))
    v.add("Range", 11, [np.float32(1), np.float32(3), np.float32(0.4)])
    for operator, gates, states in (("LSTM", 4, 2), ("GRU", 3, 1), ("RNN", 1, 1)):
        for version in (9, 14):
            for direction, many in (("forward", 1), ("reverse", 1), ("bidirectional", 2)):
                weights = [normal(many, gates * 4, 3), normal(many, gates * 4, 4), normal(many, 8 * gates)]
                v.add(operator, version, [normal(5, 2, 3)], direction, weights, outputs=states + 1,
                      hidden_size=4, direction=direction)
        v.add(operator, 14, [normal(5, 2, 3)], "from a state",
              [normal(1, gates * 4, 3), normal(1, gates * 4, 4), None, None] + [normal(1, 2, 4)] * states,
              outputs=states + 1, hidden_size=4)
    v.add("GRU", 14, [normal(5, 2, 3)], "reset behind", [normal(1, 12, 3), normal(1, 12, 4), normal(1, 24)], outputs=2,
          hidden_size=4, linear_before_reset=1)
    recurrent_forms(v)
    version_6(v)
    regions(v)
    return v.cases


def recurrent_forms(v):
    lengths = np.array([5, 0, 3], np.int32)
    functions = {
        "RNN": [["Relu"], ["Affine"], ["LeakyRelu"], ["ThresholdedRelu"], ["ScaledTanh"], ["HardSigmoid"], ["Elu"],
                ["Softsign"], ["Softplus"], ["Sigmoid"]],
        "GRU": [["HardSigmoid", "Softsign"], ["Sigmoid", "ScaledTanh"]],
        "LSTM": [["HardSigmoid", "ScaledTanh", "Elu"], ["Sigmoid", "Relu", "Softsign"]],
    }
    parameters = {"Affine": (0.7, 0.2), "LeakyRelu": (0.1, None), "ThresholdedRelu": (0.3, None), "Elu": (0.8, None),
                  "ScaledTanh": (1.5, 0.6), "HardSigmoid": (0.25, 0.45)}
    for operator, gates, states in (("RNN", 1, 1), ("GRU", 3, 1), ("LSTM", 4, 2)):
        def add(label, direction="forward", lengths=None, starts=False, peepholes=False, **attributes):
            many = 2 if direction == "bidirectional" else 1
            constants = [normal(many, gates * 4, 2), normal(many, gates * 4, 4), normal(many, 8 * gates), lengths]
            constants += [normal(many, 3, 4) if starts else None for _ in range(states)]
            if peepholes:
                constants.append(normal(many, 12))
            while constants[-1] is None:
                constants.pop()
            v.add(operator, 14, [normal(5, 3, 2)], label, constants, outputs=states + 1, hidden_size=4,
                  direction=direction, **attributes)

        for direction in ("forward", "reverse", "bidirectional"):
            add(f"lengths {direction}", direction, lengths=np.maximum(lengths, 1), starts=True)
        add("clipped", clip=0.4)
        both = functions[operator][0] + functions[operator][-1]
        for names in (*functions[operator], both):
            pairs = [parameters.get(name, (None, None)) for name in names]
            alpha, beta = ([p[i] for p in pairs if p[i] is not None] for i in (0, 1))
            add(" ".join(names), "bidirectional" if names is both else "forward", activations=names, **({"activation_alpha": alpha} if alpha else {}),
                **({"activation_beta": beta} if beta else {}))
        if operator == "GRU":
            add("reset behind, both ways", "bidirectional", lengths=np.maximum(lengths, 2), linear_before_reset=1)
        if operator == "LSTM":
            add("peepholes", peepholes=True, starts=True)
            add("peepholes both ways, clipped", "bidirectional", peepholes=True, starts=True, clip=0.5,
                lengths=np.maximum(lengths, 1))
            add("coupled gates", input_forget=1)


def version_6(v):
    """Broadcasting on request, as operator set 6 has it; numpy is the reference."""
    x, middle, scalar = normal(2, 3, 4), normal(3), normal()
    for operator, function in (("Add", np.add), ("Sub", np.subtract), ("Mul", np.multiply), ("Div", np.divide)):
        v.add(operator, 6, [x, middle], "axis", expected=[function(x, middle[:, None])], broadcast=1, axis=1)
        v.add(operator, 6, [x, scalar], "number", expected=[function(x, scalar)], broadcast=1)
    v.add("PRelu", 6, [x, middle], expected=[np.where(x < 0, x * middle[:, None], x)])
    v.add("Dropout", 6, [x], expected=[x], is_test=1)


def regions(v):
    """Boxes, and what the package's own tests of operators leave out."""
    image = normal(2, 3, 9, 8)
    boxes = np.array([[0.5, 1, 6, 7], [2, 2, 3.5, 8], [-3, -2, 20, 4]], np.float32)
    place = np.array([0, 1, 1])
    for version in (10, 16):
        for mode in ("avg", "max"):
            for ratio in (0, 2):
                v.add("RoiAlign", version, [image], f"{mode} {ratio}", [boxes, place], output_height=3, output_width=2,
                      mode=mode, sampling_ratio=ratio, spatial_scale=0.8)
    v.add("RoiAlign", 16, [image], "half pixel off", [boxes, place], output_height=2, output_width=2,
          coordinate_transformation_mode="output_half_pixel")
    whole = np.concatenate([place[:, None], boxes], 1).astype(np.float32)
    v.add("MaxRoiPool", 9, [image], "", [np.abs(whole)], pooled_shape=[3, 2], spatial_scale=0.9)
    v.add("MaxUnpool", 11, [normal(1, 1, 2, 2)], "", [np.array([[[[0, 3], [9, 15]]]])], kernel_shape=[2, 2], strides=[2, 2])
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            v.add("GridSample", 16, [image, 1.3 * normal(2, 4, 5, 2)], f"{mode} {padding}", mode=mode, padding_mode=padding,
                  align_corners=int(padding == "border"))
    v.add("GridSample", 20, [normal(1, 2, 4, 5, 3), normal(1, 3, 2, 2, 3)], "three axes")
    signal = normal(2, 12, 1)
    for onesided in (0, 1):
        for axis in ((1, 2) if onesided else (1,)):
            v.add("DFT", 17, [normal(2, 12, 5, 1)], f"{onesided} {axis}", axis=axis, onesided=onesided)
        v.add("STFT", 17, [signal], f"{onesided}", [np.int64(3), normal(5)], onesided=onesided)
    v.add("DFT", 17, [normal(2, 6, 2)], "inverse", inverse=1)
    v.add("DFT", 17, [normal(2, 6, 1)], "cut", [np.int64(4)])
    long = normal(1, 150, 1)
    spectrum = np.fft.fft(long[0, :, 0])
    v.add("DFT", 17, [long], "two passes", expected=[np.stack([spectrum.real, spectrum.imag], -1)[None].astype(np.float32)])
    v.add("Unique", 11, [np.round(2 * normal(4, 3))], "", outputs=4, types=[FLOAT] + 3 * [INT64])
    v.add("Unique", 11, [np.round(normal(5, 2))], "axis", outputs=4, types=[FLOAT] + 3 * [INT64], axis=0, sorted=0)
    v.add("BitShift", 11, [np.array([200, 7, 1], np.uint8), np.array([1, 3, 7], np.uint8)], types=[TensorProto.UINT8],
          direction="LEFT")
    v.add("Col2Im", 18, [normal(2, 3 * 4, 12)], "", [ints(4, 5), ints(2, 2)])
    v.add("Col2Im", 18, [normal(1, 2 * 4, 12)], "uneven", [ints(3, 4), ints(2, 2)], pads=[0, 1, 1, 0], dilations=[1, 1])
    v.add("CenterCropPad", 18, [normal(5, 4, 7)], "", [ints(6, 4)], axes=[1, -1])


# --- optimized.cases -----------------------------------------------------------------------------


def optimized():
    """Operators of ONNX Runtime's own domain, with the outputs that it gives."""
    v = Versions()
    ours = {"domain": "com.microsoft"}
    x, hidden = normal(2, 3, 8), 8
    for operator in ("Gelu", "FastGelu", "QuickGelu"):
        v.add(operator, 17, [2 * x], **ours)
    v.add("FastGelu", 17, [x], "bias", [normal(8)], **ours)
    v.add("BiasGelu", 17, [x], "", [normal(8)], **ours)
    v.add("QuickGelu", 17, [x], "alpha", alpha=0.9, **ours)
    v.add("FusedMatMul", 17, [x, normal(2, 5, 8)], "", alpha=0.5, transB=1, **ours)
    v.add("FusedMatMul", 17, [normal(2, 8, 3), normal(8, 5)], "left", transA=1, **ours)
    v.add("TransposeMatMul", 17, [x, normal(5, 8)], "", transB=1, **ours)
    v.add("FusedGemm", 17, [normal(3, 5)], "", [normal(5, 4), normal(4)], activation="LeakyRelu", activation_alpha=0.2, **ours)
    image = normal(2, 3, 6, 5)
    for activation, parameters in (("Relu", []), ("LeakyRelu", [0.3]), ("Clip", [-0.2, 0.7]), ("HardSigmoid", [0.3, 0.4]),
                                   ("Tanh", []), ("Sigmoid", [])):
        v.add("FusedConv", 17, [image], activation, [normal(4, 3, 3, 3), normal(4)], activation=activation, pads=[1] * 4,
              **({"activation_params": parameters} if parameters else {}), **ours)
    v.add("FusedConv", 17, [image], "addend", [normal(4, 3, 3, 3), normal(4), normal(2, 4, 4, 3)], activation="Relu", **ours)
    v.add("Inverse", 17, [normal(2, 3, 3) + 3 * np.eye(3, dtype=np.float32)], **ours)

    scale, shift, bias = normal(8), normal(8), normal(8)
    for skip in (normal(2, 3, 8), normal(1, 3, 8)):
        v.add("SkipLayerNormalization", 17, [x, skip], f"{skip.shape}", [scale, shift], epsilon=1e-5, **ours)
    v.add("SkipLayerNormalization", 17, [x, normal(2, 3, 8)], "sum", [scale, shift, bias], outputs=4, unnamed=(1, 2), **ours)
    v.add("SkipSimplifiedLayerNormalization", 17, [x, normal(2, 3, 8)], "sum", [scale, bias], outputs=4, unnamed=(1, 2), **ours)
    v.add("SimplifiedLayerNormalization", 13, [x], "", [scale], epsilon=1e-5)
    v.add("LayerNormalization", 13, [x], "ahead of its set", [scale, shift])
    ids, kinds = np.array([[3, 0, 1], [2, 2, 4]], np.int32), np.array([[0, 0, 1], [1, 0, 1]], np.int32)
    mask = np.array([[1, 1, 0], [1, 1, 1]], np.int32)
    tables = [normal(5, 8), normal(4, 8), normal(2, 8), scale, shift]
    v.add("EmbedLayerNormalization", 17, [ids, kinds], "", tables + [mask], outputs=2, types=[FLOAT, TensorProto.INT32], **ours)
    v.add("EmbedLayerNormalization", 17, [ids], "no segments", [None, *tables[:2], None, *tables[3:], None,
          np.array([[2, 1, 0]], np.int32)], outputs=2, types=[FLOAT, TensorProto.INT32], **ours)

    weights = [normal(8, 24), normal(24)]
    bent = normal(1, 2, 3, 3)
    v.add("Attention", 17, [x], "", weights, num_heads=2, **ours)
    v.add("Attention", 17, [x], "one way", weights, num_heads=2, unidirectional=1, **ours)
    v.add("Attention", 17, [x], "mask", weights + [mask], num_heads=2, **ours)
    v.add("Attention", 17, [x], "mask of pairs", weights + [np.array(random.integers(0, 2, (2, 3, 3)), np.int32)], num_heads=4, **ours)
    v.add("Attention", 17, [x], "lengths", weights + [np.array([2, 3], np.int32)], num_heads=2, **ours)
    v.add("Attention", 17, [x], "ends and starts", weights + [np.array([2, 3, 0, 1], np.int32)], num_heads=2, **ours)
    v.add("Attention", 17, [x], "bias", weights + [None, None, np.repeat(bent, 2, 0)], num_heads=2, scale=0.4, **ours)
    v.add("Attention", 17, [x], "past", weights + [None, normal(2, 2, 2, 5, 4)], num_heads=2, outputs=2, unidirectional=1, **ours)
    v.add("Attention", 17, [x], "sizes", [normal(8, 8 + 8 + 4), normal(20)], num_heads=2, qkv_hidden_sizes=[8, 8, 4], **ours)
    others = [normal(2, 4, 8), normal(2, 4, 8)]
    v.add("MultiHeadAttention", 17, [x, *others], "", num_heads=2, **ours)
    v.add("MultiHeadAttention", 17, [x, *others], "bias", [normal(24)], num_heads=4, scale=0.3, **ours)
    v.add("MultiHeadAttention", 17, [x, *others], "mask", [None, np.array([[1, 1, 0, 1], [1, 0, 0, 1]], np.int32)], num_heads=2, **ours)
    v.add("MultiHeadAttention", 17, [x, *others], "lengths", [None, np.array([2, 4], np.int32)], num_heads=2, **ours)
    v.add("MultiHeadAttention", 17, [x, *others], "added", [None, None, normal(1, 2, 3, 4)], num_heads=2, **ours)
    v.add("MultiHeadAttention", 17, [x, normal(2, 3, 8), normal(2, 3, 8)], "past",
          [None, None, None, normal(2, 2, 5, 4), normal(2, 2, 5, 4)], outputs=3, num_heads=2, unidirectional=1, **ours)
    v.add("MultiHeadAttention", 17, [x, normal(2, 2, 4, 4), normal(2, 2, 4, 4)], "split keys", num_heads=2, **ours)
    turns = [np.cos(normal(6, 2)), np.sin(normal(6, 2))]
    for label, places in (("places", np.array([[0, 2, 1], [3, 4, 5]])), ("start", ints(2))):
        for interleaved in (0, 1):
            v.add("RotaryEmbedding", 17, [x], f"{label} {interleaved}", [places, *turns], interleaved=interleaved, **ours)
    v.add("RotaryEmbedding", 17, [normal(2, 2, 3, 4)], "by heads", [np.array([[0, 2, 1], [3, 4, 5]]), *turns], **ours)
    v.add("RotaryEmbedding", 17, [x], "part", [np.array([[0, 2, 1], [3, 4, 5]]), turns[0][:, :1], turns[1][:, :1]],
          num_heads=2, rotary_embedding_dim=2, **ours)
    return v.cases


# --- networks.cases ------------------------------------------------------------------------------


def exported(network, inputs, version, dynamic, **options):
    import torch
    buffer = io.BytesIO()
    names = [f"in{i}" for i in range(len(inputs))]
    axes = {n: {0: "rows"} for n in names + ["out"]} if dynamic else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, inputs, buffer, opset_version=version, input_names=names, output_names=["out"],
                          dynamic_axes=axes, dynamo=False, **options)
    return buffer.getvalue()


def networks():
    import torch
    from torch import nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2))
            self.left = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1, groups=2), nn.BatchNorm2d(6), nn.SiLU(), nn.Conv2d(6, 6, 1))
            self.short = nn.Conv2d(6, 6, 1)
            self.head = nn.Linear(24, 4)

        def forward(self, x):
            x = self.stem(x)
            x = torch.relu(self.left(x) + self.short(x))
            x = nn.functional.adaptive_avg_pool2d(x, 2)
            return torch.softmax(self.head(torch.flatten(x, 1)), 1)

    class Perceptron(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 8), nn.ELU(), nn.LayerNorm(8),
                                        nn.Dropout(), nn.Linear(8, 3))

        def forward(self, x):
            return torch.sigmoid(self.layers(x))

    class Baked(nn.Module):
        """Shapes as numbers: a batch of one is written into the file."""

        def __init__(self):
            super().__init__()
            self.first = nn.Conv2d(1, 4, 3)
            self.token = nn.Parameter(torch.randn(1, 1, 4))
            self.second = nn.Linear(4, 4)
            self.out = nn.Linear(17 * 4, 3)

        def forward(self, x):
            x = torch.tanh(self.first(x)).reshape(int(x.shape[0]), 4, 16).permute(0, 2, 1)
            x = torch.cat([self.token.expand(int(x.shape[0]), 1, 4), x], 1)
            x = x + torch.softmax(x @ x.transpose(1, 2) / 2, -1) @ self.second(x)
            return self.out(x.reshape(int(x.shape[0]), 68))

    torch.manual_seed(7)
    cases = []
    for name, network, shape in (("residual", Residual(), (2, 8, 8)), ("perceptron", Perceptron(), (5,)), ("baked", Baked(), (1, 6, 6))):
        network.eval()
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(std=0.3)
                module.running_var.uniform_(0.5, 1.5)
        x = torch.randn(5, *shape)
        precise = network.double()
        point = x.double().requires_grad_(True)
        y = precise(point)
        weight = torch.linspace(-1, 2, y.numel(), dtype=torch.double).reshape(y.shape)
        gradient, = torch.autograd.grad((y * weight).sum(), point)
        network.float()
        for version in (9, 11, 13, 17) if name != "baked" else (13,):
            for dynamic in (True, False) if name != "baked" else (False,):
                if name == "perceptron" and version < 17 and version != 13:
                    continue
                # Left to itself the exporter multiplies normalizations into convolutions, in float32: one such
                # file is kept, and its numbers are compared less sharply.
                fused = name == "residual" and version == 17
                data = exported(network, (x[:1],), version, dynamic, training=torch.onnx.TrainingMode.EVAL if fused else
                                torch.onnx.TrainingMode.PRESERVE)
                label = f"{name} {version} {'any rows' if dynamic else 'one row'}" + (", fused" if fused else "")
                cases.append(case(label, data, [("in0", x.numpy())],
                                  [("out", y.detach().numpy()), ("weight", weight.numpy()), ("gradient", gradient.numpy())],
                                  *((1e-4, 1e-6) if fused else (1e-10, 1e-12))))
    return cases


if __name__ == "__main__":
    write("standard.cases", standard())
    write("versions.cases", versions())
    write("optimized.cases", optimized())
    write("networks.cases", networks())
