"""The network of a BERT checkpoint as an ONNX graph, so that it runs without PyTorch.

`write_graph(folder)` writes model.onnx beside model.safetensors. The graph has no weights of its own: it
names where each tensor lies in that file. Only ONNX's own operators are used: ONNX Runtime's fused attention
and normalisation were tried and are no faster on a processor, as four fifths of the time are in the matrices.

`in_8_bits` makes another graph, for processors that multiply small integers faster than floats. Weights are
rounded to 7 bits, each row of a matrix by its own scale, when the file is opened; what goes into a matrix is
rounded to 8 bits, by one scale for all tokens that are in the network together.

float16 weights: of the embeddings a few rows are read and converted each time; the matrices are converted
once, when the file is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from core.encode.checkpoint.family import Family, Shape, family_of, shape_of
from core.encode.checkpoint.files import PROJECTION, SAFETENSORS, Layout, read_files
from core.encode.checkpoint.graph_file import DTYPES, GRAPH, GRAPH_INT8, read_graph
from core.encode.checkpoint.stored_tensors import StoredTensors
from core.errors import ModelUnsupportedError

OPSET, IR_VERSION = 20, 9
"""The first ones with Gelu; ONNX Runtime 1.23, the last for Intel Macs, has them."""

IDS, ATTENTION, EMBEDDINGS = "input_ids", "attention_mask", "embeddings"
"""As core/encode/colbert/onnx_network.py calls them."""

LARGEST_WEIGHT = 63.0
"""Of a weight in 8 bits: processors without VNNI add two products of 8 bits in 16, where 127 would overflow
(ONNX Runtime's documentation of quantisation, "reduce_range").
"""

_TINY = 1e-30
"""In the place of the scale of a row that is all zero."""

_HIDDEN = -1e9
"""Added to the logit of a token that is not looked at: softmax makes exactly 0 of it."""


def write_graph(folder: Path, *, in_8_bits: bool = False) -> Path:
    """Write model.onnx for the checkpoint in `folder` (BERT in Stanford's layout, float32 or float16), or
    model-int8.onnx.

    Raises ModelDamagedError, ModelUnsupportedError.
    """
    files = read_files(folder, folder.name)
    family = family_of(files)
    if family is not Family.BERT or files.layout is not Layout.STANFORD or files.weights.name != SAFETENSORS:
        raise ModelUnsupportedError(
            files.model, "only BERT in Stanford's layout, in safetensors, has a graph"
        )
    weights = StoredTensors.open(files.weights, files.model)
    made = _GraphInt8(weights) if in_8_bits else _Graph(weights)
    content = _network(made, shape_of(files, family)).SerializeToString(deterministic=True)
    path = folder / (GRAPH_INT8 if in_8_bits else GRAPH)
    path.write_bytes(content)
    read_graph(path, weights)
    return path


def _network(made: _Graph, shape: Shape) -> onnx.ModelProto:
    stored = made.weights.tensors
    prefix = "bert." if "bert.embeddings.word_embeddings.weight" in stored else ""
    size = made.node("Shape", IDS)  # (texts, tokens)
    hidden = _embeddings(made, f"{prefix}embeddings", size, shape)
    unseen = made.node("Sub", made.floats(1.0), made.float32(ATTENTION))
    mask = made.node("Mul", made.node("Unsqueeze", unseen, made.integers(1, 2)), made.floats(_HIDDEN))
    for layer in range(shape.layers):
        hidden = _layer(made, f"{prefix}encoder.layer.{layer}", hidden, _Sizes(size, mask, shape))
    projected = made.node("Gemm", hidden, made.weight(PROJECTION), transB=1)
    unit = made.node("LpNormalization", projected, axis=-1, p=2)
    dim = made.weights.get(PROJECTION).shape[0]
    made.node("Reshape", unit, made.with_sizes(size, dim), output=EMBEDDINGS)
    return made.model(dim)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """What all layers share: `size` (texts, tokens), `mask` to be added to logits, the network's shape."""

    size: str
    mask: str
    shape: Shape


def _embeddings(made: _Graph, name: str, size: str, shape: Shape) -> str:
    """`(texts x tokens, hidden)`. Token types are always 0."""
    zero = made.integers(0)
    tokens = made.node("Slice", size, made.integers(1), made.integers(2))
    words = made.node("Gather", made.stored(f"{name}.word_embeddings.weight"), IDS)
    places = made.node("Slice", made.stored(f"{name}.position_embeddings.weight"), zero, tokens, zero)
    kind = made.node(
        "Slice", made.stored(f"{name}.token_type_embeddings.weight"), zero, made.integers(1), zero
    )
    constant = made.node("Add", made.float32(places), made.float32(kind))
    summed = made.node("Add", made.float32(words), constant)
    return made.norm(
        made.node("Reshape", summed, made.integers(-1, shape.hidden)), f"{name}.LayerNorm", shape
    )


def _layer(made: _Graph, name: str, hidden: str, sizes: _Sizes) -> str:
    attended = made.linear(
        _attention(made, f"{name}.attention.self", hidden, sizes), f"{name}.attention.output.dense"
    )
    hidden = made.norm(made.node("Add", attended, hidden), f"{name}.attention.output.LayerNorm", sizes.shape)
    inner = made.node("Gelu", made.linear(hidden, f"{name}.intermediate.dense"))
    outer = made.linear(inner, f"{name}.output.dense")
    return made.norm(made.node("Add", outer, hidden), f"{name}.output.LayerNorm", sizes.shape)


def _attention(made: _Graph, name: str, hidden: str, sizes: _Sizes) -> str:
    width = sizes.shape.hidden // sizes.shape.heads
    apart = made.with_sizes(sizes.size, sizes.shape.heads, width)

    def heads(part: str, order: Sequence[int]) -> str:
        split = made.node("Reshape", made.linear(hidden, f"{name}.{part}"), apart)
        return made.node("Transpose", split, perm=order)

    queries, keys = heads("query", (0, 2, 1, 3)), heads("key", (0, 2, 3, 1))
    logits = made.node("Mul", made.node("MatMul", queries, keys), made.floats(width**-0.5))
    shares = made.node("Softmax", made.node("Add", logits, sizes.mask), axis=-1)
    read = made.node("MatMul", shares, heads("value", (0, 2, 1, 3)))
    together = made.node("Transpose", read, perm=(0, 2, 1, 3))
    return made.node("Reshape", together, made.integers(-1, sizes.shape.hidden))


@dataclass
class _Graph:
    """A graph that grows; every method returns the name of a value."""

    weights: StoredTensors
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    tensors: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: object) -> str:
        name = output or f"{operator.lower()}-{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def nodes_of(self, operator: str, *inputs: str, outputs: int) -> list[str]:
        """The same for an operator with several results."""
        names = [f"{operator.lower()}-{len(self.nodes)}-{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names))
        return names

    def integers(self, *values: int) -> str:
        name = "int64 " + " ".join(map(str, values))
        self.tensors.setdefault(name, _constant(name, values, TensorProto.INT64))
        return name

    def floats(self, *values: float) -> str:
        name = "float32 " + " ".join(map(str, values))
        self.tensors.setdefault(name, _constant(name, values, TensorProto.FLOAT))
        return name

    def with_sizes(self, size: str, *more: int) -> str:
        """The shape (texts, tokens, …)."""
        return self.node("Concat", size, self.integers(*more), axis=0)

    def stored(self, name: str) -> str:
        """A tensor of model.safetensors, in its own type."""
        if name not in self.tensors:
            self.tensors[name] = _external(name, self.weights)
        return name

    def float32(self, value: str) -> str:
        return self.node("Cast", value, to=TensorProto.FLOAT)

    def weight(self, name: str) -> str:
        """A tensor of model.safetensors in float32."""
        stored = self.stored(name)
        return stored if self.weights.get(name).dtype == "F32" else self.float32(stored)

    def linear(self, value: str, name: str) -> str:
        return self.node("Gemm", value, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), transB=1)

    def norm(self, value: str, name: str, shape: Shape) -> str:
        return self.node(
            "LayerNormalization",
            value,
            self.weight(f"{name}.weight"),
            self.weight(f"{name}.bias"),
            axis=-1,
            epsilon=shape.epsilon,
        )

    def model(self, dim: int) -> onnx.ModelProto:
        def described(name: str, kind: int, *more: int) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, kind, ["texts", "tokens", *more])

        inputs = [described(name, TensorProto.INT64) for name in (IDS, ATTENTION)]
        outputs = [described(EMBEDDINGS, TensorProto.FLOAT, dim)]
        graph = helper.make_graph(self.nodes, "colbert", inputs, outputs, [*self.tensors.values()])
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


class _GraphInt8(_Graph):
    """A graph whose linear layers, but for the projection, multiply in 8 bits."""

    def linear(self, value: str, name: str) -> str:
        weight = self.weight(f"{name}.weight")
        largest = self.node("ReduceMax", self.node("Abs", weight), self.integers(1), keepdims=1)
        scale = self.node("Max", self.node("Div", largest, self.floats(LARGEST_WEIGHT)), self.floats(_TINY))
        rounded = self.node("Round", self.node("Div", weight, scale))
        small = self.node("Transpose", self.node("Cast", rounded, to=TensorProto.INT8), perm=(1, 0))
        row_scales = self.node("Reshape", scale, self.integers(-1))
        bytes_, step, zero = self.nodes_of("DynamicQuantizeLinear", value, outputs=3)
        summed = self.node("Cast", self.node("MatMulInteger", bytes_, small, zero), to=TensorProto.FLOAT)
        product = self.node("Mul", summed, self.node("Mul", step, row_scales))
        return self.node("Add", product, self.weight(f"{name}.bias"))


def _constant(name: str, values: Sequence[float], kind: int) -> onnx.TensorProto:
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    return onnx.numpy_helper.from_array(np.array(values, dtype=dtype), name)


def _external(name: str, weights: StoredTensors) -> onnx.TensorProto:
    stored = weights.get(name)
    if stored.dtype not in DTYPES:
        raise ModelUnsupportedError(weights.model, f"{name} is {stored.dtype}, not float32 or float16")
    tensor = TensorProto(name=name, data_type=DTYPES[stored.dtype], dims=stored.shape)
    tensor.data_location = TensorProto.EXTERNAL
    place = {"location": SAFETENSORS, "offset": str(stored.offset), "length": str(stored.length)}
    for key, value in place.items():
        tensor.external_data.add(key=key, value=value)
    return tensor
