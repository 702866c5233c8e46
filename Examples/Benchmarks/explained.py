# SPDX-License-Identifier: Apache-2.0
"""What `attribute explain` says of texts, for the studies of words."""

import json
import subprocess
import tempfile
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / ".build/release/attribute"


def explained(model, tokenizer, texts, *arguments):
    """The report's instances, one for each text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "texts.txt").write_text("".join(text + "\n" for text in texts))
        report = folder / "report.json"
        subprocess.run(
            [PROGRAM, "explain", model, "--tokenizer", tokenizer, "--texts", folder / "texts.txt",
             *arguments, "--output", report], check=True, stdout=subprocess.DEVNULL)
        return json.loads(report.read_text())["instances"]


def words(instance):
    """The words of a text, without special tokens, each with its score."""
    return [(word["text"], word["score"]) for word in instance["words"] if not word["special"]]


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |")


def head(*cells):
    row(*cells)
    print("|" + "---|" * len(cells))


def number(value, digits=3):
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
