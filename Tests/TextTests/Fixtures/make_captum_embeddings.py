# SPDX-License-Identifier: Apache-2.0
"""Writes two small readers of words with random weights, and what Captum says of them.

    pip install torch captum onnx transformers
    python make_captum_embeddings.py

embeddings/bert.onnx reads ids, mask and segments through two layers of BERT and its pooler,
embeddings/lstm.onnx ids alone, forth and back. Beside each lie its ids, mask and segments for three
texts, the positions that move (1) and stay (0), the classes that are explained, and the attributions
of Captum's LayerIntegratedGradients at the table of words, [texts, tokens, width], in float32: from
[PAD] at each word, special tokens kept, by Gauss-Legendre's 20 points.

embeddings/pair.onnx looks `second` and then `first` up in one table, and gives the product of what it
makes of both. Captum replaces what a layer gives at every use of it, so that on the path both texts are
the first: pair-captum.npy has what it says of `first`, pair-attributions.npy the integrated gradients
of the network itself, written out. (Looked up the other way round, Captum says zeros.)
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from captum.attr import LayerIntegratedGradients
from torch import nn
from transformers import BertConfig, BertModel

FOLDER = Path(__file__).resolve().parent / "embeddings"
PADDING, BEGINNING, BETWEEN = 0, 2, 3  # [PAD], [CLS], [SEP]
VOCABULARY, STEPS = 60, 20


class Bert(nn.Module):
    """ids, mask and types [batch, length] -> logits [batch, 3]."""

    names = ["input_ids", "attention_mask", "token_type_ids"]

    def __init__(self):
        super().__init__()
        config = BertConfig(
            vocab_size=VOCABULARY, hidden_size=24, num_hidden_layers=2, num_attention_heads=4,
            intermediate_size=48, max_position_embeddings=16, initializer_range=0.4,
            attn_implementation="eager")
        self.network = BertModel(config)
        self.logits = nn.Linear(24, 3)

    def forward(self, ids, mask, types):
        return self.logits(self.network(ids, mask, types).pooler_output)

    @property
    def words(self):
        return self.network.embeddings.word_embeddings


class Lstm(nn.Module):
    """ids [batch, length] -> logits [batch, 3]."""

    names = ["ids"]

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, 16)
        self.recurrence = nn.LSTM(16, 20, batch_first=True, bidirectional=True)
        self.logits = nn.Linear(40, 3)

    def forward(self, ids):
        states, _ = self.recurrence(self.words(ids))
        return self.logits(torch.cat([states[:, -1, :20], states[:, 0, 20:]], 1))


class Pair(nn.Module):
    """first and second [batch, length] -> [batch, 1]."""

    names = ["first", "second"]

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, 16)
        self.dense = nn.Linear(16, 8)

    def meaning(self, vectors):
        return torch.tanh(self.dense(vectors).mean(1))

    def product(self, first, second):
        return (self.meaning(first) * self.meaning(second)).sum(1, keepdim=True)

    def forward(self, first, second):
        held = self.words(second)
        return self.product(self.words(first), held)


def integrated(network, first, second, start):
    """Integrated gradients of the first text, the second held; where that is None, both are the first."""
    end, held = network.words(first).detach(), None
    if second is not None:
        held = network.words(second).detach()
    begin = network.words(start).detach()
    total = torch.zeros_like(end)
    nodes, weights = np.polynomial.legendre.leggauss(STEPS)
    for node, weight in zip((1 + nodes) / 2, weights / 2):
        point = (begin + float(node) * (end - begin)).requires_grad_()
        answer = network.product(point, point if held is None else held).sum()
        total += float(weight) * torch.autograd.grad(answer, point)[0]
    return total * (end - begin)


def texts():
    """Two pairs, one of them filled up, and a text: ids, mask and types [3, 12]."""
    generator = np.random.RandomState(4)
    ids = np.zeros((3, 12), np.int64)
    types = np.zeros_like(ids)
    for row, (first, second) in enumerate([(5, 4), (3, 4), (10, 0)]):
        words = [BEGINNING, *generator.randint(5, VOCABULARY, first), BETWEEN]
        rest = [*generator.randint(5, VOCABULARY, second), BETWEEN] if second else []
        ids[row, :len(words) + len(rest)] = words + rest
        types[row, len(words):len(words) + len(rest)] = 1
    return ids, (ids != PADDING).astype(np.int64), types


def attributions(network, given, target, start, steps=STEPS):
    """Captum's, [texts, tokens, width], from the ids `start`."""
    method = LayerIntegratedGradients(network, network.words)
    return method.attribute(
        given[0], start, target, additional_forward_args=tuple(given[1:]) or None, n_steps=steps,
        method="gausslegendre").detach()


def networks():
    """Name: network, and what it reads."""
    ids, mask, types = map(torch.from_numpy, texts())
    torch.manual_seed(11)
    yield "bert", Bert().eval(), [ids, mask, types]
    yield "lstm", Lstm().eval(), [ids]


def export(network, given, path):
    torch.onnx.export(
        network, tuple(given), str(path), input_names=network.names, output_names=["logits"],
        dynamic_axes={name: {0: "batch"} for name in [*network.names, "logits"]},
        opset_version=17, dynamo=False)
    onnx.checker.check_model(str(path))


def moving(ids):
    """1 where words stand."""
    return (ids > 4).to(torch.float32)


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    for name, network, given in networks():
        moves = moving(given[0])
        target = network(*given).argmax(1)
        start = torch.where(moves == 1, PADDING, given[0])
        found = attributions(network, given, target, start)
        assert found.abs().sum((1, 2)).min() > 0.01
        export(network, given, FOLDER / f"{name}.onnx")
        arrays = dict(zip(network.names, given)) | {
            "moves": moves, "classes": target, "attributions": found}
        for key, tensor in arrays.items():
            np.save(FOLDER / f"{name}-{key}.npy", tensor.numpy())
        print(f"{name}: {(FOLDER / f'{name}.onnx').stat().st_size} bytes, classes {target.tolist()}")

    pair = Pair().eval()
    generator = np.random.RandomState(8)
    first, second = (torch.from_numpy(generator.randint(5, VOCABULARY, (2, 6))) for _ in range(2))
    start = torch.zeros_like(first)
    theirs = attributions(pair, [first, second], 0, start)
    true, both = integrated(pair, first, second, start), integrated(pair, first, None, start)
    assert (theirs - both).abs().max() < 1e-6
    export(pair, [first, second], FOLDER / "pair.onnx")
    for key, tensor in {"first": first, "second": second, "captum": theirs, "attributions": true}.items():
        np.save(FOLDER / f"pair-{key}.npy", tensor.numpy())
    print(f"pair: Captum's are off by {float((theirs - true).abs().sum() / true.abs().sum()):.0%} of their size")


if __name__ == "__main__":
    main()
