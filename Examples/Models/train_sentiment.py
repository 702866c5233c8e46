# SPDX-License-Identifier: Apache-2.0
"""Trains the classifier of sentiment, English and Chinese, whose words the guide to text explains.

    pip install torch onnx tokenizers
    python Models/train_sentiment.py
    python Models/train_sentiment.py --decay 0.01

Every sentence is made here, from the templates and words below: praise or complaint, and on purpose
none that is neither. Writes `sentiment.onnx` and `sentiment-tokenizer.json` beside this script, and
prints the accuracy on sentences that were held out, how often the negative word is what speaks most
for a complaint, and what the network says of neutral sentences. With another decay of the weights it
only prints.

The network turns ids into vectors, joins each with its neighbours, takes the mean over what the mask
shows, and ends in the probabilities of two classes: 0 negative, 1 positive.
"""

import argparse
import random
from pathlib import Path

import onnx
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import nn

FOLDER = Path(__file__).parent

ENGLISH = {
    "things": "soup bread coffee tea room bed film book song story staff waiter driver hotel beach "
    "museum phone screen camera battery train garden shop lamp cake salad".split(),
    "good": "wonderful great lovely excellent delicious friendly clean charming superb pleasant "
    "beautiful perfect".split(),
    "bad": "awful terrible horrible dirty rude broken boring disgusting ugly dreadful disappointing "
    "useless".split(),
    "plain": [
        "the {t} was {a}", "the {t} is {a}", "i found the {t} {a}", "what a {a} {t} !",
        "our {t} was really {a} .", "the {t} and the {u} were {a}", "a very {a} {t} , i think",
        "it was a {a} {t}", "on monday the {t} was {a} .", "we thought that the {t} was so {a}",
        "the {t} in the {u} was {a}", "my {t} , next to the {u} , was {a}",
    ],
    "turned": ["the {t} was not {a}", "it was not a {a} {t}", "the {t} was never {a} ."],
    "verbs": {
        1: ["i love the {t}", "i enjoyed the {t} a lot", "i would recommend the {t} to all",
            "we loved this {t} and the {u}"],
        0: ["i hate the {t}", "i regret the {t} a lot", "i would avoid the {t} at all costs",
            "we hated this {t} and the {u}"],
    },
}
CHINESE = {
    "things": "汤 面包 咖啡 茶 房间 床 电影 书 歌 故事 服务员 司机 酒店 海滩 博物馆 手机 屏幕 相机 电池 火车 花园 商店 灯 "
    "蛋糕 沙拉".split(),
    "good": "精彩 很棒 可爱 优秀 美味 友好 干净 迷人 愉快 美丽 完美 舒服".split(),
    "bad": "糟糕 可怕 恐怖 肮脏 粗鲁 破烂 无聊 恶心 丑陋 讨厌 失望 没用".split(),
    "plain": [
        "这个{t}非常{a}", "{t}真{a}！", "我觉得{t}{a}。", "我们的{t}太{a}了", "{t}和{u}都{a}", "星期一的{t}{a}",
        "那是一个{a}的{t}", "{u}里的{t}特别{a}。",
    ],
    "turned": ["{t}不{a}", "这个{t}一点也不{a}。"],
    "verbs": {
        1: ["我爱这个{t}", "我喜欢{t}", "我推荐这个{t}和{u}"],
        0: ["我恨这个{t}", "我后悔买{t}", "请避开这个{t}和{u}"],
    },
}
NEUTRAL = [
    "the train is on the table", "we thought that the book was a book", "the shop and the museum",
    "my phone , next to the lamp , was in the room", "on monday it was a song", "the tea is tea .",
    "the driver was in the garden", "i think the film was in the hotel", "what a room",
    "the bed in the room", "这个手机和相机", "那是一个房间", "星期一的火车", "我们的书和灯", "花园里的商店。", "茶和咖啡",
    "我觉得那是一个故事", "酒店和海滩", "床和灯", "我们的电影",
]
WIDTH, VOCABULARY = 24, 700


def sentences(generator, language, count):
    """Texts with their classes, as many of each."""
    made = []
    for index in range(count):
        label = index % 2
        thing, other = generator.sample(language["things"], 2)
        draw = generator.random()
        if draw < 0.15:
            template, word = generator.choice(language["verbs"][label]), ""
        elif draw < 0.4:
            template = generator.choice(language["turned"])
            word = generator.choice(language["bad" if label else "good"])
        else:
            template = generator.choice(language["plain"])
            word = generator.choice(language["good" if label else "bad"])
        made.append((template.format(t=thing, u=other, a=word), label))
    return made


def tokenizer_of(texts):
    """WordPiece as BERT has it: small letters, Chinese signs each by itself."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(
        texts,
        trainers.WordPieceTrainer(
            vocab_size=VOCABULARY, min_frequency=12, show_progress=False,
            special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")])
    return tokenizer


class Sentiment(nn.Module):
    """ids and mask, both [batch, length] -> probabilities [batch, 2]: negative, positive."""

    def __init__(self, vocabulary):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.neighbours = nn.Conv1d(WIDTH, 32, 3, padding=1)
        self.logits = nn.Linear(32, 2)

    def scores(self, ids, mask):
        shown = mask.to(torch.float32)
        vectors = self.words(ids) * shown.unsqueeze(-1)
        joined = torch.relu(self.neighbours(vectors.transpose(1, 2)))
        mean = (joined * shown.unsqueeze(1)).sum(2) / shown.sum(1, keepdim=True)
        return self.logits(mean)

    def forward(self, ids, mask):
        return torch.softmax(self.scores(ids, mask), 1)


def rows(tokenizer, texts):
    """Ids and masks, padded to one length."""
    encodings = [tokenizer.encode(text).ids for text in texts]
    length = max(map(len, encodings))
    ids = torch.zeros(len(texts), length, dtype=torch.int64)
    mask = torch.zeros(len(texts), length, dtype=torch.int64)
    for row, own in enumerate(encodings):
        ids[row, :len(own)] = torch.tensor(own)
        mask[row, :len(own)] = 1
    return ids, mask


def found(network, tokenizer, sentences):
    """Complaints with a negative word, and in how many of them that word has the greatest score.

    Integrated gradients of the score for negative, from zero vectors to those of the words, by 16
    midpoints; the scores of a word's tokens are added.
    """
    negative = ENGLISH["bad"] + CHINESE["bad"]
    count, hits = 0, 0
    for text, label in sentences:
        word = next((word for word in negative if word in text), None)
        if label == 1 or word is None:
            continue
        encoding = tokenizer.encode(text)
        vectors = network.words(torch.tensor([encoding.ids])).detach()
        start = vectors.clone()
        start[:, 1:-1] = 0
        gradient = torch.zeros_like(vectors)
        for step in range(16):
            point = (start + (step + 0.5) / 16 * (vectors - start)).requires_grad_()
            joined = torch.relu(network.neighbours(point.transpose(1, 2)))
            score = network.logits(joined.mean(2))[0, 0]
            gradient += torch.autograd.grad(score, point)[0] / 16
        scores = (gradient * (vectors - start)).sum(-1)[0].tolist()
        words = {}
        for own, place, score in zip(encoding.word_ids, encoding.offsets, scores):
            if own is not None:
                first, total = words.get(own, (place[0], 0))
                words[own] = (first, total + score)
        best = max(words.values(), key=lambda entry: entry[1])[0]
        count += 1
        hits += text.index(word) <= best < text.index(word) + len(word)
    return count, hits


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decay", type=float, default=1, help="of the weights, per learning rate")
    decay = parser.parse_args().decay
    torch.manual_seed(6)
    torch.set_num_threads(1)
    generator = random.Random(6)
    unique = {}
    for language, count in ((ENGLISH, 900), (CHINESE, 900)):
        unique |= dict(sentences(generator, language, count))
    data = sorted(unique.items())
    generator.shuffle(data)
    held, learned = data[:len(data) // 5], data[len(data) // 5:]
    tokenizer = tokenizer_of([text for text, _ in learned])
    ids, mask = rows(tokenizer, [text for text, _ in learned])
    labels = torch.tensor([label for _, label in learned])

    network = Sentiment(tokenizer.get_vocab_size())
    # Weights that decay fast leave little beside the words that matter.
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-3, weight_decay=decay)
    for _ in range(30):
        for batch in torch.randperm(len(labels)).split(32):
            loss = nn.functional.cross_entropy(
                network.scores(ids[batch], mask[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    network.eval()

    with torch.no_grad():
        said = network(*rows(tokenizer, [text for text, _ in held])).argmax(1)
        right = (said == torch.tensor([label for _, label in held])).float()
        print(f"{len(learned)} sentences learned, {len(held)} held out: {right.mean():.1%} right")
        for name, isOwn in (("English", str.isascii), ("Chinese", lambda text: not text.isascii())):
            own = [index for index, (text, _) in enumerate(held) if isOwn(text)]
            print(f"  {name}: {right[own].mean():.1%} of {len(own)}")
        sure = network(*rows(tokenizer, NEUTRAL))
        for text, (negative, positive) in zip(NEUTRAL, sure.tolist()):
            print(f"  {positive:.3f} positive: {text}")
        print(f"neutral: {int((sure.max(1).values > 0.9).sum())} of {len(NEUTRAL)} above 0.9")

    count, hits = found(network, tokenizer, held)
    print(f"the negative word speaks most in {hits} of {count} complaints")
    if decay != parser.get_default("decay"):
        return

    tokenizer.save(str(FOLDER / "sentiment-tokenizer.json"), pretty=False)
    path = FOLDER / "sentiment.onnx"
    example = rows(tokenizer, [text for text, _ in held[:2]])
    torch.onnx.export(
        network, example, str(path), input_names=["ids", "mask"], output_names=["probabilities"],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in ("ids", "mask")}
        | {"probabilities": {0: "batch"}},
        opset_version=17, dynamo=False)
    onnx.checker.check_model(str(path))
    print(f"{path.stat().st_size} bytes, vocabulary of {tokenizer.get_vocab_size()}")


if __name__ == "__main__":
    main()
