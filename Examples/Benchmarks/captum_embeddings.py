# SPDX-License-Identifier: Apache-2.0
"""Ours against Captum at the embeddings: how far the attributions of words are apart.

    cd Examples && swift build -c release --product attribute
    pip install torch captum onnx transformers
    python Benchmarks/captum_embeddings.py [--encoder FOLDER] [--steps 20]

Both take Gauss-Legendre's points, from [PAD] at each word, in float32: layer integrated gradients of
the logit of the predicted class for a BERT and an LSTM with random weights, the networks of
Tests/TextTests/Fixtures/make_captum_embeddings.py; and of the cosine between two sentences for the
encoder with real weights that Models/export_sentence_encoder.py has written to FOLDER. Prints Σ|ours −
Captum's| / Σ|Captum's| of each, and fails above 1e-4.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

EXAMPLES = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(EXAMPLES / "Models"), str(EXAMPLES.parent / "Tests/TextTests/Fixtures")]
import make_captum_embeddings as small  # noqa: E402

LIMIT = 1e-4
PAIRS = [
    ("A man is playing a guitar.", "Someone plays music."),
    ("The stock market fell sharply today.", "Shares lost much of their value."),
    ("How do I reset my password?", "I forgot my login details."),
]


def ours(model, arguments, folder, steps):
    """What `attribute explain` says."""
    output = folder / "ours.npy"
    subprocess.run(
        [EXAMPLES / ".build/release/attribute", "explain", model, *arguments, "--from", "embeddings",
         "--rule", "gauss-legendre", "--steps", str(steps), "--output", output],
        check=True, stdout=subprocess.DEVNULL)
    return np.load(output)


def difference(a, b):
    assert a.shape == b.shape and a.dtype == b.dtype == np.float32, (a.shape, b.shape)
    return np.abs(a - b).sum(dtype=np.float64) / np.abs(b).sum(dtype=np.float64)


def network(name, network, given, folder, steps):
    target = network(*given).argmax(1)
    theirs = small.attributions(network, given, target, torch.zeros_like(given[0]), steps)
    path = folder / f"{name}.onnx"
    small.export(network, given, path)
    arguments = ["--label", ",".join(map(str, target.tolist())), "--baseline", "token:0"]
    for key, tensor in zip(network.names, given):
        np.save(folder / f"{key}.npy", tensor.numpy())
        arguments.append(f"{key}={folder / key}.npy")
    return difference(ours(path, arguments, folder, steps), theirs.numpy())


def encoder(source, folder, steps):
    import export_sentence_encoder as real
    from captum.attr import LayerIntegratedGradients
    from tokenizers import Tokenizer

    network = real.Encoder(real.get_model_path())
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    apart = []
    for text, other in PAIRS:
        reads = [torch.from_numpy(rows) for rows in real.rows(tokenizer, [other]).values()]
        vector = network(*reads).detach()
        method = LayerIntegratedGradients(
            lambda *given: torch.cosine_similarity(network(*given), vector, 1),
            network.network.embeddings.word_embeddings)
        ids, mask, types = (torch.from_numpy(rows) for rows in real.rows(tokenizer, [text]).values())
        start = torch.zeros_like(ids)  # [PAD]
        start[:, 0], start[:, -1] = ids[:, 0], ids[:, -1]
        theirs = method.attribute(
            ids, start, additional_forward_args=(mask, types), n_steps=steps, method="gausslegendre")
        found = ours(
            source / "encoder.onnx", ["--tokenizer", source / "tokenizer.json", "--text", text,
                                      "--similar-to", other, "--baseline", "pad"], folder, steps)
        apart.append(difference(found, theirs.detach().numpy()))
    return max(apart)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--encoder", metavar="FOLDER", type=Path,
                        help="where encoder.onnx and tokenizer.json lie; without, it is left out")
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for key, model, given in small.networks():
            found[key] = network(key, model, given, folder, arguments.steps)
        if arguments.encoder:
            found["sentence encoder"] = encoder(arguments.encoder, folder, arguments.steps)
    for key, apart in found.items():
        print(f"{key}: {apart:.1e}")
    if max(found.values()) > LIMIT:
        raise SystemExit(f"further apart than {LIMIT:.0e}")


if __name__ == "__main__":
    main()
