"""Measures what ships beside the first stage alone and beside other programs, on the validation split.

Other programs are measured where they are installed: alt-profanity-check (PyPI), obscenity (npm, a folder
that holds it in node_modules), bogofilter and SpamAssassin (Debian). Prints a Markdown table with 95 %
intervals: Wilson's for shares, 400 bootstrap samples for areas.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from data import MAKERS, READ_SETS, SPAM_SETS, Row, is_validation, read
from export import MODELS

ROOT = Path(__file__).parents[2]
MAIL_SETS = ("enron_spam", "ling_spam", "spamassassin")
FINE = {"ham", "ok", "normal", "other", "neither", "non-toxic", "not sexist", "benign_safe", "benign_unsafe_topic"}
AREAS = ("davidson", "edos_sexism", "wiki_context_toxicity", "wiki_detox_testset", "germeval2018", "told_br")
SPAMASSASSIN_SAMPLE = 100
LABELLED = {
    "obscene": ("told_br",), "insult": ("told_br", "germeval2018"), "threat": ("edos_sexism",),
    "identity": ("davidson", "edos_sexism", "told_br", "germeval2018"), "nsfw": ("openai_moderation",),
}  # fmt: skip
"""Which sets say something about a head by their own labels, not by words that stand in for them."""


def validation(folder):
    return {
        name: [(row["text"], row["label"] not in FINE) for row in read(folder, name) if is_validation(row["text"])]
        for name in READ_SETS
    }


def truths(folder, name, head):
    """What a set's labels say of a head, row by row; NaN where nothing."""
    found = []
    for raw in read(folder, name):
        if is_validation(raw["text"]):
            row = Row(raw["text"], name)
            MAKERS[name](row, raw)
            found.append(row.targets.get(head, np.nan))
    return np.array(found, float)


def head_lines(folder, judged):
    """Every head where sets name it: how much of what it says is right, and how much it finds."""
    print("\n| head | set | rows | positive | precision of the label | recall of the label |\n|---|---|---|---|---|---|")
    for head, names in LABELLED.items():
        for name in names:
            truth = truths(folder, name, head)
            known = ~np.isnan(truth)
            yes = truth[known] >= 0.5
            says = np.array([head in answer["labels"] for answer in judged[name]])[known]
            hits = (says & yes).sum()
            print(f"| {head} | {name} | {known.sum()} | {yes.sum()} | {share(hits, says.sum())} | {share(hits, yes.sum())} |")
    truth = truths(folder, "openai_moderation", "nsfw")
    known = ~np.isnan(truth)
    scores = np.array([answer["nsfw_score"] for answer in judged["openai_moderation"]])[known]
    print(f"\nnsfw_score on openai_moderation, area: {area(truth[known] >= 0.5, scores)}")


def product(rows, models):
    """What `impulse moderate --jsonl` answers, set by set."""
    lines = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, (text, _) in enumerate(rows))
    done = subprocess.run(
        [ROOT / "node_modules/.bin/node", ROOT / "app/main/cli/main.ts", "moderate", "--jsonl", "--models", models],
        input=lines, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(len(rows)))
    return answers


def without_second(folder):
    for path in MODELS.iterdir():
        if path.name not in ("english.onnx", "others.onnx"):
            shutil.copy(path, folder)
    return folder


def profanity(rows):
    from profanity_check import predict_prob

    return predict_prob([text for text, _ in rows])


def obscenity(rows, folder):
    script = """
      const { RegExpMatcher, englishDataset, englishRecommendedTransformers } = require('obscenity');
      const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
      const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
      console.log(JSON.stringify(texts.map((text) => Number(matcher.hasMatch(text)))));
    """
    done = subprocess.run(
        ["node", "-e", script], cwd=folder, input=json.dumps([text for text, _ in rows]), capture_output=True, text=True, check=True
    )
    return np.array(json.loads(done.stdout))


def bogofilter(folder, rows):
    """Trained on the rest of the mail sets, asked about the validation rows."""
    with tempfile.TemporaryDirectory() as home:
        home = Path(home)
        for kind in ("spam", "ham", "ask"):
            (home / kind).mkdir()
        count = 0
        for name in MAIL_SETS:
            for row in read(folder, name):
                if not is_validation(row["text"]):
                    count += 1
                    (home / ("ham" if row["label"] == "ham" else "spam") / f"{count}").write_text("\n" + row["text"], "utf-8")
        subprocess.run(["bogofilter", "-d", home, "-s", "-B", home / "spam"], check=True)
        subprocess.run(["bogofilter", "-d", home, "-n", "-B", home / "ham"], check=True)
        for i, (text, _) in enumerate(rows):
            (home / "ask" / f"{i:06d}").write_text("\n" + text, "utf-8")
        done = subprocess.run(["bogofilter", "-d", home, "-T", "-B", home / "ask"], capture_output=True, text=True)
        scores = np.zeros(len(rows))
        for line in done.stdout.splitlines():
            path, _, score = line.rsplit(" ", 2) if line.count(" ") >= 2 else (line, "", "0")
            scores[int(Path(path).name)] = float(score)
        return scores


def spamassassin(rows):
    """Rules without the network, untrained; one process a mail, so a sample. The bound is its own, 5 points."""
    found = []
    for text, _ in rows:
        mail = f"From: a@example.org\nTo: b@example.org\nSubject: {text[:60].splitlines()[0] if text else ''}\n\n{text}\n"
        done = subprocess.run(["spamassassin", "-L", "-t"], input=mail.encode(), capture_output=True)
        status = next((line for line in done.stdout.decode("utf-8", "replace").splitlines() if "score=" in line), "score=0 ")
        found.append(float(status.split("score=")[1].split()[0]))
    return np.array(found)


def share(hits, count):
    if count == 0:
        return "none"
    z, p = 1.96, hits / count
    centre = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{100 * p:.2f} % ({100 * max(0, centre - half):.2f} to {100 * min(1, centre + half):.2f})"


def area(truth, scores):
    truth, scores = np.asarray(truth), np.asarray(scores, float)
    dice = np.random.default_rng(1)
    samples = []
    for _ in range(400):
        at = dice.integers(0, len(truth), len(truth))
        if 0 < truth[at].sum() < len(at):
            samples.append(roc_auc_score(truth[at], scores[at]))
    low, high = np.quantile(samples, [0.025, 0.975])
    return f"{roc_auc_score(truth, scores):.3f} ({low:.3f} to {high:.3f})"


def spam_lines(name, truth, says):
    truth, says = np.asarray(truth), np.asarray(says)
    return [share((says == truth).sum(), len(truth)), share((says & ~truth).sum(), (~truth).sum())]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--obscenity", type=Path)
    arguments = parser.parse_args()
    rows = validation(arguments.data)
    with tempfile.TemporaryDirectory() as plain:
        alone = without_second(Path(plain))
        judged = {name: product(rows[name], MODELS) for name in READ_SETS}
        first = {name: product(rows[name], alone) for name in READ_SETS}
    spam = {"this release": [], "first stage alone": []}
    print("| set | rows | measure | this release | first stage alone |\n|---|---|---|---|---|")
    for name in SPAM_SETS:
        truth = [yes for _, yes in rows[name]]
        cells = []
        for label, answers in (("this release", judged), ("first stage alone", first)):
            says = [answer["spam_score"] >= 0.5 for answer in answers[name]]
            spam[label] += list(zip(truth, says))
            cells.append(spam_lines(name, truth, says))
        print(f"| {name} | {len(truth)} | accuracy | {cells[0][0]} | {cells[1][0]} |")
        print(f"| {name} | {len(truth)} | false positives | {cells[0][1]} | {cells[1][1]} |")
    for measure in (0, 1):
        cells = [spam_lines("all", *zip(*spam[label]))[measure] for label in spam]
        print(f"| all spam sets | {len(spam['this release'])} | {('accuracy', 'false positives')[measure]} | {cells[0]} | {cells[1]} |")
    for name in AREAS + ("mlma", "openai_moderation"):
        truth = [yes for _, yes in rows[name]]
        cells = [area(truth, [a["toxicity_score"] for a in answers[name]]) for answers in (judged, first)]
        print(f"| {name} | {len(truth)} | toxicity AUC | {cells[0]} | {cells[1]} |")
    for name in ("wiki_context_toxicity",):
        fine = [i for i, (_, yes) in enumerate(rows[name]) if not yes]
        cells = [share(sum(answers[name][i]["decision"] != "publish" for i in fine), len(fine)) for answers in (judged, first)]
        print(f"| {name} | {len(fine)} | ordinary talk not published | {cells[0]} | {cells[1]} |")
    asked = [answer["stage"] == "second" for name in READ_SETS for answer in judged[name]]
    print(f"| all sets | {len(asked)} | asked of the second stage | {share(sum(asked), len(asked))} | none |")

    head_lines(arguments.data, judged)

    print("\n| other program | set | measure | it | this release |\n|---|---|---|---|---|")
    others = [("alt-profanity-check", profanity)]
    if arguments.obscenity:
        others.append(("obscenity", lambda part: obscenity(part, arguments.obscenity)))
    for label, judge in others:
        try:
            for name in AREAS:
                truth = [yes for _, yes in rows[name]]
                ours = area(truth, [a["toxicity_score"] for a in judged[name]])
                print(f"| {label} | {name} | toxicity AUC | {area(truth, judge(rows[name]))} | {ours} |", flush=True)
        except ImportError:
            print(f"{label} is not installed.")
    mails = [(text, yes) for name in MAIL_SETS for text, yes in rows[name]]
    ours = np.array([a["spam_score"] >= 0.5 for name in MAIL_SETS for a in judged[name]])
    truth = np.array([yes for _, yes in mails])
    if shutil.which("bogofilter"):
        for measure, cell in enumerate(spam_lines("mails", truth, bogofilter(arguments.data, mails) >= 0.5)):
            own = spam_lines("mails", truth, ours)[measure]
            print(f"| bogofilter | the mail sets | {('accuracy', 'false positives')[measure]} | {cell} | {own} |", flush=True)
    if shutil.which("spamassassin"):
        some = np.random.default_rng(3).choice(len(mails), SPAMASSASSIN_SAMPLE, replace=False)
        points = spamassassin([mails[i] for i in some])
        for measure, cell in enumerate(spam_lines("mails", truth[some], points >= 5)):
            own = spam_lines("mails", truth[some], ours[some])[measure]
            print(f"| SpamAssassin (rules alone, {len(some)} mails) | the mail sets | {('accuracy', 'false positives')[measure]} | {cell} | {own} |")


if __name__ == "__main__":
    main()
