# SPDX-License-Identifier: Apache-2.0
"""Trains the masked language model that knows whether a verb is singular or plural.

    pip install torch onnx tokenizers
    python train_agreement.py

Writes agreement.onnx and agreement-tokenizer.json here, and two files in ../Data, and prints
accuracies. In the sentences, which a small grammar makes from a seed, the verb has the number of its
subject while other nouns stand around it: "the keys near the cabinet are old". Two nouns that stand
together in a held-out sentence do so in none that is learned from, so that pairs cannot be known by
heart. agreement.txt has held-out sentences with the verb masked, a subject of one number and other
nouns of the other, one on each line; agreement-nouns.txt has the right verb, the wrong one, the
subject and the other nouns of each.
"""

import random
from pathlib import Path

import onnx
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER.parent / "Data"

THINGS = [(word, word + "s") for word in (
    "key cabinet door lamp book table letter box picture window cup chair road garden river tree "
    "bottle boat engine bell").split()] + [
    ("knife", "knives"), ("shelf", "shelves"), ("city", "cities"), ("story", "stories")]
PEOPLE = [("man", "men"), ("woman", "women"), ("child", "children"), ("doctor", "doctors"),
          ("teacher", "teachers"), ("driver", "drivers")]
VERBS = [("is", "are"), ("was", "were"), ("looks", "look"), ("stays", "stay")]
ACTIONS = [("sees", "see"), ("wants", "want"), ("knows", "know"), ("draws", "draw")]
PLACES = "near behind beside under above with for".split()
QUALITIES = "old new red small large quiet fine strange cheap famous".split()
WORDS = ["the", "that", ",", ".", *PLACES, *QUALITIES,
         *(form for pair in THINGS + PEOPLE + VERBS + ACTIONS for form in pair)]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WIDTH, HEADS, LAYERS, LONGEST = 32, 4, 2, 24


def sentence(generator):
    """Words, where the verb is, its pair, the number, the subject, and the other nouns.

    Nouns are (index, number) of THINGS + PEOPLE.
    """
    nouns, words, others = THINGS + PEOPLE, [], []

    def phrase(choices):
        index, number = nouns.index(generator.choice(choices)), generator.randrange(2)
        quality = [generator.choice(QUALITIES)] if generator.random() < 0.3 else []
        words.extend(["the", *quality, nouns[index][number]])
        return index, number

    if generator.random() < 0.25:  # ahead of the subject, so that the first noun need not be it
        words.append(generator.choice(PLACES))
        others.append(phrase(THINGS))
        words.append(",")
    subject = phrase(THINGS)
    draw = generator.random()
    if draw < 0.5:
        for _ in range(1 if draw < 0.35 else 2):
            words.append(generator.choice(PLACES))
            others.append(phrase(THINGS))
    elif draw < 0.8:
        words.append("that")
        others.append(phrase(PEOPLE))
        words.append(generator.choice(ACTIONS)[others[-1][1]])
    place, pair = len(words), generator.choice(VERBS)
    words.extend([pair[subject[1]], generator.choice(QUALITIES)])
    if generator.random() < 0.5:
        words.append(".")
    return words, place, pair, subject, others


def is_held_out(subject, others):
    """Whether two nouns are together that no sentence to learn from has."""
    return any((subject[0] * 7 + other[0] * 3) % 5 == 0 for other in others)


def tokenizer():
    """A token for each word, as BERT's WordPiece writes them."""
    names = SPECIAL + WORDS
    result = Tokenizer(models.WordPiece({name: id for id, name in enumerate(names)}, unk_token="[UNK]"))
    result.add_special_tokens(SPECIAL)
    result.normalizer = normalizers.BertNormalizer(lowercase=True)
    result.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    result.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(name, names.index(name)) for name in ("[CLS]", "[SEP]")])
    return result


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x, shown):
        def heads(values):
            return values.reshape(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)
        scores = heads(self.query(x)) @ heads(self.key(x)).transpose(2, 3) * (WIDTH // HEADS) ** -0.5
        scores = scores + (shown[:, None, None, :] - 1) * 1e4
        mixed = torch.softmax(scores, 3) @ heads(self.value(x))
        return self.out(mixed.transpose(1, 2).reshape(x.shape[0], x.shape[1], WIDTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.before, self.behind = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(3 * WIDTH, WIDTH)

    def forward(self, x, shown):
        x = x + self.attention(self.before(x), shown)
        return x + self.narrow(nn.functional.gelu(self.wide(self.behind(x))))


class Agreement(nn.Module):
    """ids and mask, both [batch, length] -> logits [batch, length, vocabulary]."""

    def __init__(self, vocabulary):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.places = nn.Embedding(LONGEST, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.last = nn.LayerNorm(WIDTH)
        self.logits = nn.Linear(WIDTH, vocabulary)

    def forward(self, ids, mask):
        shown = mask.to(torch.float32)
        x = self.words(ids) + self.places(torch.cumsum(mask, 1) - 1)
        for block in self.blocks:
            x = block(x, shown)
        return self.logits(self.last(x))


def rows(encoder, texts):
    """Ids and masks, filled up to one length."""
    encodings = [encoder.encode(text).ids for text in texts]
    length = max(map(len, encodings))
    ids = torch.zeros(len(encodings), length, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for row, own in enumerate(encodings):
        ids[row, :len(own)] = torch.tensor(own)
        mask[row, :len(own)] = 1
    return ids, mask


def asked(entry):
    """The sentence with its verb masked."""
    words, place = entry[0], entry[1]
    return " ".join([*words[:place], "[MASK]", *words[place + 1:]])


def main():
    torch.manual_seed(7)
    torch.set_num_threads(1)
    generator = random.Random(7)
    learned, held = {}, {}
    while len(learned) < 12000 or len(held) < 1000:
        entry = sentence(generator)
        group, most = (held, 1000) if is_held_out(entry[3], entry[4]) else (learned, 12000)
        if len(group) < most:
            group[" ".join(entry[0])] = entry
    learned, held = list(learned.values()), list(held.values())
    encoder = tokenizer()
    ids, mask = rows(encoder, [" ".join(entry[0]) for entry in learned])
    verbs = torch.tensor([entry[1] + 1 for entry in learned])  # behind [CLS]
    hidden = encoder.token_to_id("[MASK]")

    network = Agreement(encoder.get_vocab_size())
    epochs, size = 40, 64
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 3e-3, total_steps=epochs * -(-len(learned) // size))
    for _ in range(epochs):
        for batch in torch.randperm(len(learned)).split(size):
            words, shown = ids[batch], mask[batch]
            # The verb in every other sentence, and one in ten of all words.
            chosen = (torch.rand(words.shape) < 0.1) & (words >= len(SPECIAL))
            alone = torch.rand(len(batch)) < 0.5
            chosen[alone, verbs[batch][alone]] = True
            logits = network(torch.where(chosen, hidden, words), shown)
            loss = nn.functional.cross_entropy(logits[chosen], words[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    network.eval()

    single = [encoder.token_to_id(pair[0]) for pair in VERBS]
    plural = [encoder.token_to_id(pair[1]) for pair in VERBS]

    def right(entries):
        """The share of sentences in which the verb of the greatest logit has the right number."""
        place = torch.tensor([entry[1] + 1 for entry in entries])
        with torch.no_grad():
            logits = network(*rows(encoder, map(asked, entries)))[torch.arange(len(entries)), place]
        best = logits.argmax(1)
        good = [int(word) in (plural if entry[3][1] else single) for word, entry in zip(best, entries)]
        return sum(good) / len(good)

    misled = [entry for entry in held if entry[4] and all(o[1] != entry[3][1] for o in entry[4])]
    print(f"{len(learned)} sentences learned, {len(held)} held out")
    print(f"  learned: {right(learned[:1000]):.1%} of verbs have the right number")
    print(f"  held out: {right(held):.1%}; other nouns all of the other number: "
          f"{right(misled):.1%} of {len(misled)}")

    def margin(text):
        """The logit of "are" less that of "is" where the mask stands."""
        given = rows(encoder, [text])
        with torch.no_grad():
            logits = network(*given)[0, given[0][0].tolist().index(hidden)]
        return float(logits[plural[0]] - logits[single[0]])

    nouns = THINGS + PEOPLE
    change, turned, count = [0, 0], [0, 0], [0, 0]
    for entry in misled:
        text = asked(entry)
        for index, number in [entry[3], *entry[4]]:
            kind = int((index, number) != entry[3])
            other = " ".join(
                nouns[index][1 - number] if word == nouns[index][number] else word for word in text.split())
            before, after = margin(text), margin(other)
            change[kind] += abs(after - before)
            turned[kind] += before * after < 0
            count[kind] += 1
    for kind, name in enumerate(("the subject", "another noun")):
        print(f"  {name} in its other number: the margin of are and is moves by "
              f"{change[kind] / count[kind]:.2f}, and turns in {turned[kind]} of {count[kind]}")

    encoder.save(str(FOLDER / "agreement-tokenizer.json"), pretty=False)
    lines = []
    for entry in misled[:200]:
        number = entry[3][1]
        forms = [nouns[index][count] for index, count in [entry[3], *entry[4]]]
        if len(set(forms)) == len(forms):  # so that a noun's spelling tells which it is
            lines.append((asked(entry), " ".join([VERBS[0][number], VERBS[0][1 - number], *forms])))
    (DATA / "agreement.txt").write_text("".join(line + "\n" for line, _ in lines))
    (DATA / "agreement-nouns.txt").write_text("".join(line + "\n" for _, line in lines))
    path = FOLDER / "agreement.onnx"
    torch.onnx.export(
        network, rows(encoder, map(asked, held[:2])), str(path), input_names=["ids", "mask"],
        output_names=["logits"],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in ("ids", "mask", "logits")},
        opset_version=17, dynamo=False)
    onnx.checker.check_model(str(path))
    print(f"{path.stat().st_size} bytes, vocabulary of {encoder.get_vocab_size()}")


if __name__ == "__main__":
    main()
