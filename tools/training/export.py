"""Writes the models of resources/models: all stages as ONNX, pieces, calibration and the manifest."""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from encoder import SHAPES

MODELS = Path(__file__).parents[2] / "resources/models"

FILES = (
    ("first", "first-stage.onnx", "Words and parts of words", "Apache-2.0", "first-stage.md"),
    ("languages", "languages.bin", "Languages by sequences of letters", "Apache-2.0 (eld)", "languages.md"),
    ("english", "english.onnx", "Transformer for unclear English", "Apache-2.0 (all-MiniLM-L6-v2)", "second-stage.md"),
    ("english-pieces", "english-pieces.json", "Its vocabulary", "Apache-2.0 (all-MiniLM-L6-v2)", "second-stage.md"),
    ("others", "others.onnx", "Transformer for what is unclear in other languages", "MIT (multilingual-e5-small), changes Apache-2.0", "second-stage.md"),
    ("others-pieces", "others-pieces.json", "Its vocabulary", "MIT (multilingual-e5-small)", "second-stage.md"),
    ("calibration", "calibration.json", "From logits to probabilities", "Apache-2.0", "first-stage.md"),
    ("image", "nsfw-image.onnx", "NSFW images (MobileNetV2 of nsfwjs)", "MIT (nsfwjs)", "nsfw-image.md"),
)


def first_stage(work):
    """Rows of the table by bucket, and the logits of a message's buckets: the heads first, then experts and kinds."""
    parts = [np.load(work / name) for name in ("first.npz", "experts.npz")]
    table = np.ascontiguousarray(np.concatenate([parts[0]["table"], parts[1]["tables"]], 1))
    scales, bias = (np.concatenate([part[name] for part in parts]).astype(np.float32) for name in ("scales", "bias"))
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"], axis=0),
        helper.make_node("Identity", ["scale"], ["scales"]),
        helper.make_node("Identity", ["shift"], ["bias"]),
        helper.make_node("Cast", ["rows"], ["wide"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["wide", "axis"], ["sum"], keepdims=0),
        helper.make_node("Shape", ["ids"], ["shape"]),
        helper.make_node("Cast", ["shape"], ["count"], to=TensorProto.FLOAT),
        helper.make_node("Sqrt", ["count"], ["norm"]),
        helper.make_node("Mul", ["sum", "scale"], ["scaled"]),
        helper.make_node("Div", ["scaled", "norm"], ["mean"]),
        helper.make_node("Add", ["mean", "shift"], ["logits"]),
    ]
    heads = table.shape[1]
    graph = helper.make_graph(
        nodes,
        "first-stage",
        [helper.make_tensor_value_info("ids", TensorProto.INT32, ["n"])],
        [
            helper.make_tensor_value_info("rows", TensorProto.INT8, ["n", heads]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [heads]),
            helper.make_tensor_value_info("bias", TensorProto.FLOAT, [heads]),
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, [heads]),
        ],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(scales, "scale"),
            numpy_helper.from_array(bias, "shift"),
            numpy_helper.from_array(np.array([0], np.int64), "axis"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, MODELS / "first-stage.onnx")


def quantised(model, plain, path):
    """Exports an encoder, then turns its matrices and its table of pieces into signed bytes."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model.eval()
    torch.onnx.export(
        model, (torch.ones(2, 8, dtype=torch.int64),), str(plain), input_names=["ids"], output_names=["logits"],
        dynamic_axes={"ids": {0: "batch", 1: "length"}, "logits": {0: "batch"}}, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(
        plain, path, weight_type=QuantType.QInt8, per_channel=True,
        op_types_to_quantize=["MatMul", "Gather", "Gemm"],
    )  # fmt: skip


def encoder(work, shape):
    """The pupil that distil.py left, and its vocabulary."""
    import torch

    from data import HEADS, SETS
    from encoder import Encoder

    pupil = torch.load(work / f"{shape.name}-pupil.pt", weights_only=False, map_location="cpu")["mean"]
    model = Encoder(pupil["words.weight"].shape[0], shape, len(shape.kept), len(HEADS), len(SETS))
    model.load_state_dict(pupil)
    quantised(model, work / f"{shape.name}-fp32.onnx", MODELS / f"{shape.name}.onnx")
    vocabulary = json.loads((work / f"{shape.name}-pieces.json").read_text("utf-8"))
    vocabulary.pop("rows")
    (MODELS / f"{shape.name}-pieces.json").write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n", "utf-8")


def manifest():
    """Names every file that is there by its size and hash."""
    files = []
    for part, name, title, licence, card in FILES:
        path = MODELS / name
        if not path.exists():
            continue
        content = path.read_bytes()
        files.append({
            "part": part, "file": name, "sizeBytes": len(content), "sha256": hashlib.sha256(content).hexdigest(),
            "title": title, "licence": licence, "card": card,
        })  # fmt: skip
    (MODELS / "manifest.json").write_text(json.dumps({"version": 1, "files": files}, indent=2) + "\n", "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", choices=["first", *SHAPES, "manifest"])
    arguments = parser.parse_args()
    MODELS.mkdir(parents=True, exist_ok=True)
    if arguments.only in (None, "first"):
        first_stage(arguments.work)
    for shape in SHAPES.values():
        if arguments.only in (None, shape.name):
            encoder(arguments.work, shape)
    manifest()


if __name__ == "__main__":
    main()
