"""Writes resources/models/nsfw-image.onnx from the TensorFlow.js files that the npm package nsfwjs carries.

    npm pack nsfwjs@4.3.0 && tar xzf nsfwjs-4.3.0.tgz
    python nsfw_image.py package [--check]

Nothing is trained and nothing is rounded: weights stay the unsigned bytes with a scale and a least value
that the package holds, and become floats when the model is loaded. `--check` compares the graph with a
forward pass that is written here in numpy from the package's own topology.
"""

import argparse
import base64
import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export import MODELS

FAMILY = "mobilenet_v2_mid"
SIDE = 224
CLASSES = ("drawing", "hentai", "neutral", "porn", "sexy")
MOST_OFF = 1e-4


def module(path):
    """What a bundle of the package exports, as JSON."""
    script = "process.stdout.write(JSON.stringify(require(process.argv[1])))"
    return json.loads(subprocess.run(["node", "-e", script, path.resolve()], capture_output=True, check=True).stdout)


def read(package):
    """Nodes of the topology, and every weight as (bytes, scale, least value)."""
    folder = package / "dist/models" / FAMILY
    model = module(folder / "model.min.js")
    group = model["weightsManifest"][0]
    blob = b"".join(base64.b64decode(module(folder / f"{name}.min.js")) for name in group["paths"])
    weights, at = {}, 0
    for entry in group["weights"]:
        count = int(np.prod(entry["shape"]))
        rule = entry.get("quantization")
        if rule is None:
            size = {"float32": 4, "int32": 4}[entry["dtype"]] * count
            weights[entry["name"]] = (np.frombuffer(blob, entry["dtype"], count, at).reshape(entry["shape"]), None, None)
        else:
            size = count
            bytes_ = np.frombuffer(blob, np.uint8, count, at).reshape(entry["shape"])
            weights[entry["name"]] = (bytes_, np.float32(rule["scale"]), np.float32(rule["min"]))
        at += size
    assert at == len(blob), "the weights are not as long as their list says"
    return model["modelTopology"]["node"], weights


def plain(weight):
    values, scale, least = weight
    return values.astype(np.float32) if scale is None else values.astype(np.float32) * scale + least


def text_of(attribute):
    return base64.b64decode(attribute["s"]).decode()


def fused(node):
    return [base64.b64decode(name).decode() for name in node["attr"].get("fused_ops", {}).get("list", {}).get("s", [])]


def stride(node):
    return int(node["attr"]["strides"]["list"]["i"][1])


def graph(nodes, weights):
    """The graph in ONNX: pictures as rows of pixels from 0 to 1, one probability a class."""
    made, constants, known = [], [], {}

    def constant(name, order=None):
        """A weight by the package's name, its axes in the order ONNX wants; turned into floats by the graph."""
        key = (name, order)
        if key in known:
            return known[key]
        short = f"w{len(known)}"
        values, scale, least = weights[name]
        values = np.ascontiguousarray(values if order is None else values.transpose(order))
        if scale is None:
            constants.append(numpy_helper.from_array(values.astype(np.float32), short))
        else:
            constants.extend([
                numpy_helper.from_array(values, short + ".bytes"),
                numpy_helper.from_array(scale, short + ".scale"),
                numpy_helper.from_array(least, short + ".least"),
            ])
            made.extend([
                helper.make_node("Cast", [short + ".bytes"], [short + ".wide"], to=TensorProto.FLOAT),
                helper.make_node("Mul", [short + ".wide", short + ".scale"], [short + ".scaled"]),
                helper.make_node("Add", [short + ".scaled", short + ".least"], [short]),
            ])
        known[key] = short
        return short

    constants.extend([numpy_helper.from_array(np.float32(0), "zero"), numpy_helper.from_array(np.float32(6), "six")])
    made.append(helper.make_node("Transpose", ["pixels"], ["input"], perm=[0, 3, 1, 2]))
    for node in nodes:
        name, op = node["name"], node["op"]
        inputs = [part.split(":")[0] for part in node.get("input", [])]
        if op in ("Const", "Placeholder"):
            continue
        out = name
        if op in ("_FusedConv2D", "FusedDepthwiseConv2dNative"):
            deep = op == "FusedDepthwiseConv2dNative"
            assert text_of(node["attr"]["data_format"]) == "NHWC" and text_of(node["attr"]["padding"]) == "SAME"
            kernel = weights[inputs[1]][0].shape
            rules = {"strides": [stride(node)] * 2, "auto_pad": "SAME_UPPER", "kernel_shape": list(kernel[:2])}
            if deep:
                assert kernel[3] == 1
                rules["group"] = kernel[2]
            shape = (2, 3, 0, 1) if deep else (3, 2, 0, 1)
            held = fused(node)
            last = out if held == ["BiasAdd"] else out + ".sum"
            made.append(helper.make_node("Conv", [inputs[0], constant(inputs[1], shape), constant(inputs[2])], [last], **rules))
            if held == ["BiasAdd", "Relu6"]:
                made.append(helper.make_node("Clip", [last, "zero", "six"], [out]))
            else:
                assert held == ["BiasAdd"]
        elif op == "_FusedMatMul":
            assert fused(node) == ["BiasAdd"]
            made.append(helper.make_node("Gemm", [inputs[0], constant(inputs[1]), constant(inputs[2])], [out]))
        elif op in ("Mul", "Sub", "AddV2"):
            sides = [constant(part) if part in weights else part for part in inputs]
            made.append(helper.make_node({"AddV2": "Add"}.get(op, op), sides, [out]))
        elif op == "AvgPool":
            assert node["attr"]["ksize"]["list"]["i"] == ["1", "7", "7", "1"]
            made.append(helper.make_node("GlobalAveragePool", inputs, [out]))
        elif op == "Squeeze":
            made.append(helper.make_node("Flatten", inputs, [out]))
        elif op == "Softmax":
            made.append(helper.make_node("Softmax", inputs, [out], axis=-1))
        elif op == "Identity":
            made.append(helper.make_node("Identity", inputs, ["scores"]))
        else:
            raise ValueError(f"an operation that is not known here: {op}")
    # Long names of another program's scopes say nothing here.
    names = {}
    for node in made:
        for ends in (node.input, node.output):
            for at, name in enumerate(ends):
                if "/" in name:
                    ends[at] = names.setdefault(name, f"x{len(names)}")
    whole = helper.make_graph(
        made,
        "nsfw-image",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", len(CLASSES)])],
        constants,
    )
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def forward(nodes, weights, pixels):
    """The same by numpy, in the package's own order of axes: the reference."""
    values = {"input": pixels.astype(np.float32)}

    def padded(x, size, step):
        spare = [max(0, (-(-side // step) - 1) * step + size - side) for side in x.shape[1:3]]
        return np.pad(x, [(0, 0), *[(part // 2, part - part // 2) for part in spare], (0, 0)])

    for node in nodes:
        op, inputs = node["op"], [part.split(":")[0] for part in node.get("input", [])]
        if op in ("Const", "Placeholder"):
            continue
        args = [plain(weights[part]) if part in weights else values[part] for part in inputs]
        if op in ("_FusedConv2D", "FusedDepthwiseConv2dNative"):
            kernel, step = args[1], stride(node)
            x = padded(args[0], kernel.shape[0], step)
            side = (x.shape[1] - kernel.shape[0]) // step + 1
            total = 0
            for down in range(kernel.shape[0]):
                for right in range(kernel.shape[1]):
                    part = x[:, down : down + side * step : step, right : right + side * step : step]
                    tap = kernel[down, right]
                    total = total + (part * tap[:, 0] if op.startswith("FusedDepth") else part @ tap)
            found = total + args[2]
            if "Relu6" in fused(node):
                found = np.clip(found, 0, 6)
        elif op == "_FusedMatMul":
            found = args[0] @ args[1] + args[2]
        elif op == "Softmax":
            found = np.exp(args[0] - args[0].max(-1, keepdims=True))
            found = found / found.sum(-1, keepdims=True)
        else:
            simple = {
                "Mul": lambda a, b: a * b, "Sub": lambda a, b: a - b, "AddV2": lambda a, b: a + b, "Identity": lambda a: a,
                "AvgPool": lambda a: a.mean((1, 2), keepdims=True), "Squeeze": lambda a: a[:, 0, 0],
            }  # fmt: skip
            found = simple[op](*args)
        values[node["name"]] = found
    return values["Identity"]


def pictures():
    """Pictures that anybody can make again: noise, a plane, a slope, stripes."""
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    noise = (np.arange(SIDE * SIDE * 3, dtype=np.uint64) * 2654435761 % 4294967296 / 4294967296).reshape(SIDE, SIDE, 3)
    plane = np.full((SIDE, SIDE, 3), 0.5)
    slope = np.stack([x / SIDE, y / SIDE, (x + y) / (2 * SIDE)], -1)
    stripes = np.repeat(((x // 16 + y // 8) % 2)[..., None], 3, -1).astype(float)
    return np.stack([noise, plane, slope, stripes]).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the unpacked npm package nsfwjs")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    version = json.loads((arguments.package / "package.json").read_text("utf-8"))["version"]
    nodes, weights = read(arguments.package)
    path = MODELS / "nsfw-image.onnx"
    onnx.save(graph(nodes, weights), path)
    print(f"nsfwjs {version}, {FAMILY}: {len(weights)} weights, {path.stat().st_size} bytes")
    if not arguments.check:
        return
    import onnxruntime as ort

    shown = pictures()
    ours = ort.InferenceSession(path).run(None, {"pixels": shown})[0]
    reference = forward(nodes, weights, shown)
    off = np.abs(ours - reference).max()
    print(json.dumps(reference.round(6).tolist()))
    print(f"furthest from the reference: {off:.2e}")
    assert off < MOST_OFF


if __name__ == "__main__":
    main()
