# SPDX-License-Identifier: Apache-2.0
"""What the network of agreement goes by, and whether attributions from three baselines say so.

    cd Examples && swift build -c release --product attribute
    pip install torch onnx tokenizers
    python Benchmarks/agreement_baselines.py

The sentences are those of Data/agreement.txt, in which every other noun has not the subject's number.
Prints what happens where one noun is put in its other number, and for each baseline in how many
sentences the subject's score is above those of all other nouns, and the greatest of all words; the
means of both kinds of nouns; and on which side the path starts; at last which other words are the
greatest where the subject is not. Scores are those of the right verb against the wrong one.
"""

import sys
from collections import Counter
from pathlib import Path
from statistics import mean, pstdev

EXAMPLES = Path(__file__).resolve().parents[1]
sys.path.append(str(EXAMPLES / "Models"))
from explained import explained, head, number, row, words  # noqa: E402
from train_agreement import PEOPLE, THINGS  # noqa: E402

MODEL, TOKENIZER = EXAMPLES / "Models/agreement.onnx", EXAMPLES / "Models/agreement-tokenizer.json"
TEXTS = (EXAMPLES / "Data/agreement.txt").read_text().splitlines()
# The right verb, the wrong one, the subject, the other nouns.
KNOWN = [line.split() for line in (EXAMPLES / "Data/agreement-nouns.txt").read_text().splitlines()]
OTHER = {pair[index]: pair[1 - index] for pair in THINGS + PEOPLE for index in (0, 1)}
MARGIN = ["--quantity", "token:are@mask-token:is@mask"]


def margins(texts):
    found = explained(MODEL, TOKENIZER, texts, *MARGIN, "--distribution", "point")
    return [instance["quantity"]["instance"] for instance in found]


def changed(name, nouns):
    """How the margin moves where nouns, one list for each text, are put in their other number."""
    places = [(place, noun) for place, own in enumerate(nouns) for noun in own]
    before = margins(TEXTS)
    after = margins([" ".join(OTHER[word] if word == noun else word for word in TEXTS[place].split())
                     for place, noun in places])
    pairs = [(before[place], value) for (place, _), value in zip(places, after)]
    turned = sum(old * new < 0 for old, new in pairs)
    row(name, number(mean(abs(new - old) for old, new in pairs), 2), f"{turned} of {len(pairs)}")


def credited(baseline):
    above, greatest = 0, Counter()
    subjects, others, starts = [], [], []
    for instance, (verb, _, subject, *nouns) in zip(
            explained(MODEL, TOKENIZER, TEXTS, *MARGIN, "--baseline", baseline), KNOWN):
        sign = 1 if verb == "are" else -1
        scores = {}
        for word, score in words(instance):
            scores[word] = scores.get(word, 0) + sign * score
        above += all(scores[noun] < scores[subject] for noun in nouns)
        top = max(words(instance), key=lambda word: abs(word[1]))[0]
        greatest["the subject" if top == subject else top] += 1
        subjects.append(scores[subject])
        others += [scores[noun] for noun in nouns]
        starts.append(instance["quantity"]["start"])
    row(f"`{baseline}`", above, greatest.pop("the subject"), number(mean(subjects), 2), number(mean(others), 2),
        f"{number(mean(starts), 2)} ± {number(pstdev(starts), 2)}")
    return greatest


def main():
    right = sum((value > 0) == (known[0] == "are") for value, known in zip(margins(TEXTS), KNOWN))
    print(f"The right one of *are* and *is* is ahead in {right} of {len(TEXTS)} sentences.\n")
    head("in its other number", "*are* less *is* moves by", "its sign turns")
    changed("the subject", [known[2:3] for known in KNOWN])
    changed("another noun", [known[3:] for known in KNOWN])
    print()
    head("baseline", "subject above all other nouns", "subject greatest of all words",
         "mean of subjects", "mean of other nouns", "*are* less *is* at the start")
    greatest = {baseline: credited(baseline) for baseline in ("mask", "vocabulary-mean", "zeros")}
    print()
    head("baseline", "sentences in which another word is the greatest")
    for baseline, others in greatest.items():
        listed = ", ".join(f"*{word}* {count}" for word, count in others.most_common())
        row(f"`{baseline}`", listed or "none")


if __name__ == "__main__":
    main()
