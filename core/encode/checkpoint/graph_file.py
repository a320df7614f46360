"""Is this model.onnx a graph that we made for these weights? ONNX Runtime opens nothing else.

Such a file lies in a checkpoint's folder, which may be anybody's, and ONNX Runtime trusts what it is given:
a graph may read any file as its weights, name operators of other libraries or ask for endless memory. So its
bytes (a Protocol Buffers message, https://onnx.ai/onnx/repo-docs/IR.html) are walked through first. A graph
may hold the few operators below, small constants, and tensors that lie in model.safetensors exactly where its
header says; anything else is refused. What is left can be slow or wrong, but do no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.encode.checkpoint.files import SAFETENSORS
from core.encode.checkpoint.stored_tensors import StoredTensors
from core.encode.json_files import check_size
from core.errors import ModelDamagedError

GRAPH, GRAPH_INT8 = "model.onnx", "model-int8.onnx"
"""The same network; the other one multiplies in 8 bits."""

MOST_GRAPH_BYTES = 2 * 2**20
"""Two layers take 10 kB, twelve 50."""

OPERATORS = frozenset(
    {
        "Abs", "Add", "Cast", "Concat", "Div", "DynamicQuantizeLinear", "Gather", "Gelu", "Gemm",
        "LayerNormalization", "LpNormalization", "MatMul", "MatMulInteger", "Max", "Mul", "ReduceMax",
        "Reshape", "Round", "Shape", "Slice", "Softmax", "Sub", "Transpose", "Unsqueeze",
    }
)  # fmt: skip
"""All of ONNX's own; of no other domain, because those may be of any library."""

DTYPES = {"F32": 1, "F16": 10}
"""safetensors' names of types -> ONNX's numbers."""

# Numbers of fields (onnx/onnx.proto) that a graph of ours has; all others are refused.
_MODEL, _GRAPH = {"ir": 1, "producer": 2, "graph": 7, "opset": 8}, {"node": 1, "name": 2, "initializer": 5}
_GRAPH_ENDS = {"input": 11, "output": 12}
_NODE = {"input": 1, "output": 2, "name": 3, "operator": 4, "attribute": 5}
_ATTRIBUTE = {"name": 1, "float": 2, "int": 3, "ints": 8, "type": 20}
_TENSOR = {"dims": 1, "type": 2, "name": 8, "raw": 9, "external": 13, "location": 14}
_ENTRY = {"key": 1, "value": 2}
_OPSET = {"domain": 1, "version": 2}  # without an operator, a domain is only a name

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

_Fields = list[tuple[int, int | bytes]]


def read_graph(path: Path, weights: StoredTensors) -> bytes:
    """The file, checked. Raises ModelDamagedError: no graph, one for other weights, or none of ours."""
    check_size(path, weights.model, MOST_GRAPH_BYTES)
    try:
        content = path.read_bytes()
        for graph in _messages(_fields(content, _MODEL), _MODEL["graph"]):
            _check_graph(_fields(graph, _GRAPH | _GRAPH_ENDS), weights)
        for opset in _messages(_fields(content, _MODEL), _MODEL["opset"]):
            _fields(opset, _OPSET)
    except (OSError, ValueError) as error:
        raise ModelDamagedError(weights.model, f"{path.name} cannot be used: {error}") from error
    return content


def _check_graph(graph: _Fields, weights: StoredTensors) -> None:
    for node in _messages(graph, _GRAPH["node"]):
        fields = _fields(node, _NODE)
        for operator in _messages(fields, _NODE["operator"]):
            if operator.decode("utf-8", "replace") not in OPERATORS:
                raise ValueError(f"it has the operator {operator.decode('utf-8', 'replace')!r}")
        for attribute in _messages(fields, _NODE["attribute"]):
            _fields(attribute, _ATTRIBUTE)
    for tensor in _messages(graph, _GRAPH["initializer"]):
        _check_tensor(_fields(tensor, _TENSOR), weights)


def _check_tensor(tensor: _Fields, weights: StoredTensors) -> None:
    """Of a tensor outside this file everything has to be as model.safetensors says."""
    external = [_entry(each) for each in _messages(tensor, _TENSOR["external"])]
    if not external and not any(number == _TENSOR["location"] for number, _ in tensor):
        return
    name = b"".join(_messages(tensor, _TENSOR["name"])).decode("utf-8", "replace")
    stored = weights.get(name)
    place = [("location", SAFETENSORS), ("offset", str(stored.offset)), ("length", str(stored.length))]
    dims = [value for number, value in tensor if number == _TENSOR["dims"]]
    types = [value for number, value in tensor if number == _TENSOR["type"]]
    if external != place or dims != [*stored.shape] or types != [DTYPES.get(stored.dtype)]:
        raise ValueError(f"{name} is elsewhere in {SAFETENSORS}: this graph was made for other weights")


def _entry(content: bytes) -> tuple[str, str]:
    fields = _fields(content, _ENTRY)
    key, value = (b"".join(_messages(fields, _ENTRY[name])).decode("utf-8") for name in ("key", "value"))
    return key, value


def _messages(fields: _Fields, wanted: int) -> Iterator[bytes]:
    """The strings and messages in a field, each time that it is there."""
    for number, value in fields:
        if number == wanted:
            if not isinstance(value, bytes):
                raise ValueError(f"field {number} is a number")
            yield value


def _fields(content: bytes, known: dict[str, int]) -> _Fields:
    """The numbers and values of a message's fields. Raises ValueError for one that is not `known`."""
    found: _Fields = []
    at = 0
    while at < len(content):
        tag, at = _varint(content, at)
        number, kind = tag >> 3, tag & 7
        if number not in known.values():
            raise ValueError(f"it has a part of the kind {number}, which no graph of ours has")
        value: int | bytes
        if kind == _VARINT:
            value, at = _varint(content, at)
        else:
            length, at = _varint(content, at) if kind == _BYTES else (_WIDTHS.get(kind, -1), at)
            if length < 0 or at + length > len(content):
                raise ValueError("it is no Protocol Buffers message, or ends too early")
            value, at = content[at : at + length], at + length
        found.append((number, value))
    return found


_WIDTHS = {_FIXED64: 8, _FIXED32: 4}


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where the next one begins."""
    value = shift = 0
    while at < len(content) and shift < 64:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("it is no Protocol Buffers message, or ends too early")
