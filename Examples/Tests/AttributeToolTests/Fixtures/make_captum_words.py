# SPDX-License-Identifier: Apache-2.0
"""Writes captum-words.json: what Captum's layer integrated gradients say of `Data/sentences.txt`.

    pip install torch captum onnx tokenizers
    python make_captum_words.py

For each sentence the attribution of every token, summed over its vector: of the logit of class 0, from
[MASK] at each word with [CLS] and [SEP] kept, by 50 midpoints. The weights are those in
`Models/sentiment.onnx`.
"""

import json
import sys
from pathlib import Path

import onnx
import torch
from captum.attr import LayerIntegratedGradients
from onnx import numpy_helper
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[2]
sys.path.insert(0, str(EXAMPLES / "Models"))
import train_sentiment

tokenizer = Tokenizer.from_file(str(EXAMPLES / "Models/sentiment-tokenizer.json"))
stored = onnx.load(EXAMPLES / "Models/sentiment.onnx").graph.initializer
weights = {tensor.name: torch.tensor(numpy_helper.to_array(tensor)) for tensor in stored}
network = train_sentiment.Sentiment(tokenizer.get_vocab_size()).eval()
network.load_state_dict({name: weights[name] for name in network.state_dict()})

method = LayerIntegratedGradients(lambda ids, mask: network.scores(ids, mask)[:, 0], network.words)
found = []
for text in (EXAMPLES / "Data/sentences.txt").read_text().splitlines():
    ids, mask = train_sentiment.rows(tokenizer, [text])
    start = ids.clone()
    start[:, 1:-1] = tokenizer.token_to_id("[MASK]")
    values = method.attribute(
        ids, start, additional_forward_args=(mask,), n_steps=50, method="riemann_middle")
    found.append({"text": text, "scores": values.sum(-1)[0].tolist()})
lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in found)
(HERE / "captum-words.json").write_text(f"[\n{lines}\n]\n")
