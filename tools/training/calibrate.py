"""Fits probabilities and the border between the stages on the validation split, and writes calibration.json.

What is printed is honest: the split is cut in halves by the hash of a text's letters, and each half is
measured with what the other half gave. What ships is fitted on both. A set's prior is not a forum's: rows
are weighted so that ordinary talk counts as much as all collections of hateful posts together.
"""

import argparse
import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from blend import Blend, weighed
from data import HEADS, SPAM_SETS, key_of
from encoder import ENGLISH, LAST, OTHERS, PAD
from export import MODELS
from first_stage import targets_of

UNCLEAR = {
    "english": {"spam": (0.05, 0.9), "toxic": (0.02, 0.5), "nsfw": (0.3, 0.7)},
    "others": {"spam": (0.05, 0.9), "toxic": (0.01, 0.9), "nsfw": (0.3, 0.7)},
}
"""Between which probabilities of the first stage an encoder is asked; `--search` shows what others cost."""
MOST_TALK_HELD_BACK = 0.01
BRIEFLY = ("toxic",)
"""Where only these heads are unclear, an encoder is given fewer pieces."""
AREAS = ("davidson", "edos_sexism", "wiki_context_toxicity", "wiki_detox_testset", "germeval2018", "told_br")


def asked_ids(work, shape, most):
    """Pieces of every row as the program gives them to an encoder."""
    with open(work / f"{shape.name}-ids.pkl", "rb") as file:
        ids = pickle.load(file)
    return [np.append(one[: most - 1], LAST) if len(one) > most else one for one in ids]


def second_logits(work, shape, numbers, most, model=None):
    """What an encoder, the shipped one if left out, says of the rows' first pieces; kept, since it takes minutes."""
    import onnxruntime as ort

    model = model or MODELS / f"{shape.name}.onnx"
    path = work / f"{model.stem}-{most}.npz"
    if not model.exists():
        return None
    mark = hashlib.sha256(model.read_bytes()).hexdigest()
    if path.exists():
        kept = np.load(path)
        if str(kept["model"]) == mark:
            return kept["logits"]
    ids = asked_ids(work, shape, most)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    session = ort.InferenceSession(model, options)
    found = np.zeros((len(ids), len(HEADS)), np.float32)
    order = sorted(numbers, key=lambda i: len(ids[i]))
    for at in range(0, len(order), 32):
        batch = order[at : at + 32]
        table = np.full((len(batch), max(len(ids[i]) for i in batch)), PAD, np.int64)
        for n, i in enumerate(batch):
            table[n, : len(ids[i])] = ids[i]
        found[batch] = session.run(None, {"ids": table})[0]
    np.savez_compressed(path, logits=found, model=mark)
    return found


def half_of(row):
    return hashlib.sha256(("half" + key_of(row.text)).encode()).digest()[0] & 1


def asked(first, english, unclear, besides=()):
    """Of which rows the first stage leaves a head open, but for those named."""
    found = np.zeros(len(first), bool)
    for name, tongue in ((ENGLISH.name, english), (OTHERS.name, ~english)):
        for head, (low, high) in unclear[name].items():
            if head not in besides:
                score = first[:, HEADS.index(head)]
                found |= tongue & (score > low) & (score < high)
    return found


def chosen(first, english, whole, brief):
    """What is known of each row, by how many of its pieces the program would give to the encoder."""
    at = asked(first, english, UNCLEAR, BRIEFLY)
    return np.where(at if whole.ndim == 1 else at[:, None], whole, brief)


def areas(sets, goals, scores):
    return {name: roc_auc_score(goals[sets == name, 1], scores[sets == name, 1]) for name in AREAS}


def quality(sets, goals, scores):
    """Areas by toxicity set, accuracy and false positives over all spam sets, our own sentences."""
    found = areas(sets, goals, scores)
    spam = np.isin(sets, SPAM_SETS)
    says, truth = scores[:, 0] >= 0.5, goals[:, 0] == 1
    tube, own = sets == "youtube_spam", sets == "sentences"
    lines = [f"{name[:12]} {value:.3f}" for name, value in found.items()]
    lines.append(f"mean of four {np.mean(list(found.values())[:4]):.4f}")
    lines.append(f"spam {(says == truth)[spam].mean():.4f}, false positives {says[spam & ~truth].mean():.4f}")
    lines.append(f"youtube {(says == truth)[tube].mean():.4f}")
    if own.any():
        lines.append(f"sentences {roc_auc_score(goals[own, 1] > 0.5, scores[own, 1]):.3f}")
    return "; ".join(lines)


def load(work):
    """Validation rows, what both stages and the experts say of them, which encoder reads each, and how long it is: whole and brief."""
    with open(work / "rows.pkl", "rb") as file:
        rows, _ = pickle.load(file)
    kept = np.array([i for i, row in enumerate(rows) if row.validation and (not row.made or row.set == "sentences")])
    experts = np.load(work / "experts.npz")
    names = [str(name) for name in experts["names"]]
    english = experts["logits"][kept, names.index("english")] > 0
    two, lengths = [np.zeros((len(kept), len(HEADS)), np.float32) for _ in "wb"], [np.zeros(len(kept), np.int64) for _ in "wb"]
    for shape, at in ((ENGLISH, english), (OTHERS, ~english)):
        for which, most in enumerate((shape.asked, shape.brief)):
            said = second_logits(work, shape, kept[at], most)
            if said is None:
                two = None
            if two is not None:
                two[which][at] = said[kept[at]]
            ids = asked_ids(work, shape, most)
            lengths[which][at] = [len(ids[i]) for i in kept[at]]
    return [rows[i] for i in kept], names, np.load(work / "first.npz")["logits"][kept], weighed(names, experts["logits"][kept]), two, english, lengths


def crossed(names, one, others, two, english, goals, sets, half):
    """Scores by the first stage and by both, every row by a blend that has not seen its half."""
    alone, together = np.zeros_like(goals), np.zeros_like(goals)
    for side in (0, 1):
        fit, ask = half != side, half == side
        first = Blend(names, one[fit], others[fit], None, goals[fit], sets[fit])
        alone[ask] = first.scores(one[ask], others[ask])
        if two is None:
            continue
        said = chosen(first.scores(one, others), english, *two)
        for tongue in (english, ~english):
            seen, asked_of = fit & tongue, ask & tongue
            blend = Blend(names, one[seen], others[seen], said[seen], goals[seen], sets[seen], first)
            together[asked_of] = blend.scores(one[asked_of], others[asked_of], said[asked_of])
    return alone, together


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--search", action="store_true", help="show what other borders between the stages would cost")
    arguments = parser.parse_args()
    rows, names, one, others, two, english, lengths = load(arguments.work)
    goals, sets, half = targets_of(rows), np.array([row.set for row in rows]), np.array([half_of(row) for row in rows])
    first = Blend(names, one, others, None, goals, sets)
    scored = first.scores(one, others)
    said = None if two is None else chosen(scored, english, *two)
    both = {
        name: first if said is None else Blend(names, one[at], others[at], said[at], goals[at], sets[at], first)
        for name, at in ((ENGLISH.name, english), (OTHERS.name, ~english))
    }
    made = {
        "version": 4, "columns": names, "kinds": [name[5:] for name in names if name.startswith("kind ")],
        "first": first.written(), "both": {name: blend.written() for name, blend in both.items()}, "unclear": UNCLEAR, "briefly": BRIEFLY,
    }  # fmt: skip
    (MODELS / "calibration.json").write_text(json.dumps(made, indent=2) + "\n", "utf-8")
    print(json.dumps({name: {head: blend[head] for head in ("spam", "toxic")} for name, blend in made["both"].items()}))

    alone, together = crossed(names, one, others, two, english, goals, sets, half)
    print("first alone:", quality(sets, goals, alone))
    if two is None:
        return
    print("both on all:", quality(sets, goals, together))
    options = [UNCLEAR]
    if arguments.search:
        options += [
            dict.fromkeys(UNCLEAR, {"spam": spam, "toxic": toxic, "nsfw": (0.3, 0.7)})
            for spam in ((0.05, 0.9), (0.1, 0.9), (0.2, 0.8), (0.3, 0.7))
            for toxic in ((0.01, 0.9), (0.02, 0.7), (0.02, 0.5), (0.03, 0.5), (0.05, 0.5), (0.08, 0.6))
        ]
    for unclear in options:
        at = asked(alone, english, unclear)
        scores = np.where(at[:, None], together, alone)
        print(f"{unclear}: asked {at.mean():.3f}, pieces a message {(chosen(alone, english, *lengths) * at).mean():.1f};", quality(sets, goals, scores))
    scores = np.where(asked(alone, english, UNCLEAR)[:, None], together, alone)
    talk = (sets == "wiki_context_toxicity") & (goals[:, 1] == 0)
    for number, head in enumerate(HEADS):
        bounds = [np.quantile(scores[talk, number], 1 - held) for held in (MOST_TALK_HELD_BACK, 0.003, 0.001)]
        print(f"{head}: of ordinary talk 1 % lies above {bounds[0]:.3f}, 0.3 % above {bounds[1]:.3f}, 0.1 % above {bounds[2]:.3f}")


if __name__ == "__main__":
    main()
