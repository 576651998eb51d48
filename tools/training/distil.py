"""Teaches an encoder of the second stage with fewer layers what the trained one says.

The pupil begins with every second layer of its teacher and learns both from the teacher's answers, given
in signed bytes, and from the rows' own goals; after DistilBERT (arXiv:1910.01108), without hidden states.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from calibrate import second_logits
from data import HEADS, SETS
from encoder import LAST, SHAPES, Encoder
from export import quantised
from first_stage import report_of
from second_stage import HEAD_MASS, MEAN_OF, batches, chosen, learnt_from, padded, scores_of, weighed_goals

TAUGHT = 0.7
"""The share of the teacher in the loss; the rest is the rows' own."""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=SHAPES)
    parser.add_argument("work", type=Path)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(3)
    shape = SHAPES[arguments.which]
    rows, ids, own_rows, vocabulary, first = learnt_from(arguments.work, shape)
    # Longer lines are never asked of the pupil.
    ids = [np.append(one[: shape.asked - 1], LAST) if len(one) > shape.asked else one for one in ids]
    lengths = [len(one) for one in ids]
    dice = np.random.default_rng(17)
    passes = [chosen(rows, own_rows, first, False, dice) for _ in range(arguments.epochs)]
    model = Encoder(len(vocabulary["pieces"]), shape, shape.layers, len(HEADS), len(SETS))
    model.load_state_dict(torch.load(arguments.work / f"{shape.name}.pt", weights_only=False)["mean"])
    teacher = arguments.work / f"{shape.name}-teacher.onnx"
    start = time.time()
    quantised(model, arguments.work / f"{shape.name}-fp32.onnx", teacher)
    taught = 1 / (1 + np.exp(-second_logits(arguments.work, shape, sorted(set().union(*passes)), shape.asked, teacher)))
    print(f"the teacher has spoken, {time.time() - start:.0f} s", flush=True)
    goals, own = weighed_goals(rows)
    sets = np.array([SETS.index(row.set) for row in rows])

    model.layers = torch.nn.ModuleList(model.layers[number] for number in shape.kept)
    for part in (model.words, model.places, model.norm):
        part.requires_grad_(False)
    learning = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=arguments.rate, weight_decay=0.01, fused=True)
    plan = [batch for numbers in passes for batch in batches(numbers, lengths, dice)]
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_OF))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / 80) * (1 - 0.98 * step / len(plan)))
    spam_free = torch.tensor([0.0 if head == "spam" else 1.0 for head in HEADS])
    print(f"{sum(map(len, passes))} rows, {sum(lengths[i] for numbers in passes for i in numbers)} pieces, {len(plan)} steps", flush=True)
    start, total = time.time(), 0.0
    for step, batch in enumerate(plan):
        model.train()
        z = model(padded(ids, batch))
        offsets = model.offsets(torch.from_numpy(sets[batch])) * spam_free
        said = F.binary_cross_entropy_with_logits(z, torch.from_numpy(taught[batch]), reduction="none") * torch.from_numpy(HEAD_MASS)
        true = F.binary_cross_entropy_with_logits(z + offsets, torch.from_numpy(goals[batch]), reduction="none") * torch.from_numpy(own[batch])
        loss = (TAUGHT * said.sum() + (1 - TAUGHT) * true.sum()) / len(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimiser.step()
        mean.update_parameters(model)
        optimiser.zero_grad()
        schedule.step()
        total += loss.item()
        if (step + 1) % 50 == 0:
            print(f"  {step + 1}: {total / 50:.4f}, {time.time() - start:.0f} s", flush=True)
            total = 0.0
    torch.save({"mean": mean.module.state_dict()}, arguments.work / f"{shape.name}-pupil.pt")
    some = [i for i, row in enumerate(rows) if own_rows[i] and row.validation and not row.made]
    print(report_of(rows, scores_of(mean.module, ids, some), some))


if __name__ == "__main__":
    main()
