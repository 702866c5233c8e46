# SPDX-License-Identifier: Apache-2.0
"""Trains small tokenizers on generated text, and writes what they make of strings.

    pip install tokenizers
    python make_tokenizers.py            # writes the fixtures beside this script
    python make_tokenizers.py --strings 1000000 --seed 7 --tokenizer FILE > strings.jsonl

classes.json holds the characters of each class. NAME.json are tokenizers; NAME.jsonl hold for each string, in a line of JSON, the text and its ids,
special tokens included. The second form writes such lines of another tokenizer to standard output.
"""

import argparse
import json
import random
import sys
from pathlib import Path

from tokenizers import (AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors,
                        trainers)

HERE = Path(__file__).resolve().parent

# First and last code points of what strings are drawn from.
SCRIPTS = [
    (0x20, 0x7E), (0x61, 0x7A), (0x41, 0x5A), (0x30, 0x39), (0xA0, 0xFF), (0x100, 0x24F), (0x250, 0x2FF),
    (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x531, 0x58F), (0x591, 0x5F4), (0x600, 0x6FF),
    (0x900, 0x97F), (0x980, 0x9FE), (0xB80, 0xBFA), (0xE01, 0xE5B), (0xF00, 0xFDA), (0x10A0, 0x10FF),
    (0x1100, 0x11FF), (0x1200, 0x137C), (0x13A0, 0x13FF), (0x1780, 0x17F9), (0x1820, 0x18AA),
    (0x1D00, 0x1DBF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x218B), (0x2190, 0x23FF),
    (0x2460, 0x24FF), (0x2600, 0x27BF), (0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3041, 0x30FF),
    (0x3130, 0x318E), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA48C), (0xAC00, 0xD7A3),
    (0xE000, 0xE00F), (0xF900, 0xFAD9), (0xFB00, 0xFDFF), (0xFE00, 0xFE6B), (0xFF01, 0xFFEE),
    (0x10000, 0x100FA), (0x10400, 0x1044F), (0x12000, 0x120FF), (0x1D400, 0x1D7FF), (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x20000, 0x2A6DF), (0x2B820, 0x2CEA1), (0xE0020, 0xE007F),
]
BLANKS = [" ", " ", " ", " ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\u200b", "\u0085", ""]
PIECES = ["'s", "'ll", "'T", "don't", "[MASK]", "[SEP]", "<mask>", "</s>", "[", "##ing", "U.S.A.", "3.14", "1,000",
          "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇭", "é", "e\u0301", "ﬁ", "İstanbul", "ΣΊΣΥΦΟΣ", "straße", "ẞ", "a\u0300\u0323", "한국어",
          "각", "\u1100\u1161\u11a8", "क्षि", "நி", "مُحَمَّد", "שָׁלוֹם", "中文字", "日本語テスト", "�", "\x00", "\x07", "x" * 120]


def word(source):
    kind = source.random()
    if kind < 0.15:
        return source.choice(PIECES)
    if kind < 0.2:
        while 0xD800 <= (point := source.randrange(0x110000)) < 0xE000:
            pass
        return chr(point)
    first, last = source.choice(SCRIPTS)
    return "".join(chr(source.randint(first, last)) for _ in range(source.randint(1, 8)))


def strings(count, seed):
    source = random.Random(seed)
    for _ in range(count):
        yield "".join(word(source) + source.choice(BLANKS) for _ in range(source.randint(0, 10)))


def english(count, seed):
    """Words of a few syllables, so that there are merges to learn."""
    source = random.Random(seed)
    syllables = "the an in er re ti on ing st es da Ko lo mi sa né ñu ß жи ка 中 文 に ほ 한 국 क म 😀 9 20".split()
    for _ in range(count):
        yield " ".join("".join(source.choices(syllables, k=source.randint(1, 4))) for _ in range(12))


def words(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    # Characters of all scripts are tokens, so that ids tell what became of each.
    tokenizer.train_from_iterator([*english(3000, 1), *strings(1500, 1)], trainers.WordPieceTrainer(
        vocab_size=6500, limit_alphabet=3000, special_tokens=special, show_progress=False))
    ends = [(token, tokenizer.token_to_id(token)) for token in ("[SEP]", "[CLS]")]
    tokenizer.post_processor = processors.BertProcessing(*ends)
    return tokenizer


def byte_pairs(name):
    tokenizer = Tokenizer(models.BPE())
    special = ["<s>", "<pad>", "</s>", "<mask>"]
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=name == "roberta")
    if name == "split":
        expression = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
                      r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(expression), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.train_from_iterator(english(3000, 2), trainers.BpeTrainer(
        vocab_size=700, special_tokens=special[:3], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    if name == "gpt2":
        tokenizer.add_tokens([AddedToken("Sano", single_word=True), AddedToken("Koko", rstrip=True)])
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    elif name == "roberta":
        ends = [(token, tokenizer.token_to_id(token)) for token in ("</s>", "<s>")]
        tokenizer.post_processor = processors.RobertaProcessing(*ends)
    else:
        start = tokenizer.token_to_id("<s>")
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing("<s> $A", "<s> $A <s>:1 $B:1", [("<s>", start)])])
    return tokenizer


def lines(tokenizer, count, seed):
    tokenizer.no_padding()
    for text in strings(count, seed):
        yield json.dumps({"text": text, "ids": tokenizer.encode(text).ids}, ensure_ascii=True) + "\n"


def classes():
    """What becomes of every character between two letters, as ranges of code points."""
    bert = pre_tokenizers.BertPreTokenizer()
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False)

    def cleaned(**options):
        return normalizers.BertNormalizer(**{"clean_text": False, "handle_chinese_chars": False,
                                             "strip_accents": False, "lowercase": False} | options)

    clean, accents, ideographs = cleaned(clean_text=True), cleaned(strip_accents=True), cleaned(
        handle_chinese_chars=True)

    def parts(splitter, text):
        return [text[slice(*span)] for _, span in splitter.pre_tokenize_str(text)]

    tests = {
        "removed": lambda c: clean.normalize_str(f"a{c}b") == "ab",
        "blank": lambda c: parts(bert, f"a{c}b") == ["a", "b"],
        "punctuation": lambda c: parts(bert, f"a{c}b") == ["a", c, "b"],
        "accent": lambda c: accents.normalize_str(f"a{c}b") == "ab",
        "mark": lambda c: normalizers.StripAccents().normalize_str(f"a{c}b") == "ab",
        "ideograph": lambda c: ideographs.normalize_str(c) == f" {c} ",
        "letter": lambda c: len(parts(bytes_, f"a{c}b")) == 1,
        "numeral": lambda c: len(parts(bytes_, f"1{c}1")) == 1,
    }
    characters = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    found = {}
    for name, test in tests.items():
        ranges = []
        for point in (ord(character) for character in characters if test(character)):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
        found[name] = ranges
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--strings", type=int, default=200)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--tokenizer", metavar="FILE")
    arguments = parser.parse_args()
    if arguments.tokenizer:
        sys.stdout.writelines(
            lines(Tokenizer.from_file(arguments.tokenizer), arguments.strings, arguments.seed))
        return
    made = {"bert-small-letters": words(True), "bert-any-letters": words(False)}
    made |= {name: byte_pairs(name) for name in ("gpt2", "roberta", "split")}
    for name, tokenizer in made.items():
        tokenizer.save(str(HERE / f"{name}.json"), pretty=False)
        with open(HERE / f"{name}.jsonl", "w") as file:
            file.writelines(lines(tokenizer, arguments.strings, arguments.seed))
            for text in english(40, 9):
                file.write(json.dumps({"text": text, "ids": tokenizer.encode(text).ids}) + "\n")
    (HERE / "classes.json").write_text(json.dumps(classes(), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
