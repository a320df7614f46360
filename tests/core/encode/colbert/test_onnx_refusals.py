"""Only a graph that we made for these weights is given to ONNX Runtime: what else may a file hold?"""

import json

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from safetensors.numpy import load_file, save_file

from core.encode.checkpoint.graph_file import GRAPH, read_graph
from core.encode.checkpoint.stored_tensors import StoredTensors
from core.encode.colbert.encoder import ColbertEncoder
from core.errors import ModelDamagedError, ModelError, ModelUnsupportedError

WEIGHTS = "model.safetensors"


def change(folder, how):
    path = folder / GRAPH
    model = onnx.load(path, load_external_data=False)
    how(model)
    path.write_bytes(model.SerializeToString())


def external(model, name):
    return next(each for each in model.graph.initializer if each.name == name)


@pytest.mark.parametrize("damage", [lambda _: b"", lambda old: old[: len(old) // 2], lambda _: b"nothing"])
@pytest.mark.parametrize("name", [GRAPH, WEIGHTS])
def test_a_damaged_file_is_named(name, damage, copy_of):
    """Emptied, cut short, or something else altogether."""
    folder = copy_of("plain")
    (folder / name).write_bytes(damage((folder / name).read_bytes()))
    with pytest.raises(ModelDamagedError, match=name):
        ColbertEncoder.open(folder)


def test_weights_that_end_early_are_named(copy_of):
    """By a single byte, behind a whole header."""
    folder = copy_of("plain")
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(content[:-1])
    with pytest.raises(ModelDamagedError, match=WEIGHTS):
        ColbertEncoder.open(folder)


def test_a_graph_for_other_weights_is_no_graph(copy_of):
    """Weights that are exchanged without it would be read from wrong places, without an error."""
    folder = copy_of("plain")
    tensors = load_file(folder / WEIGHTS)
    tensors["bert.embeddings.position_embeddings.weight"] = np.ones((400, 32), np.float16)
    save_file(tensors, folder / WEIGHTS)
    with pytest.raises(ModelDamagedError, match="other weights"):
        ColbertEncoder.open(folder)


def test_a_tensor_that_the_weights_lack_is_named(copy_of):
    folder = copy_of("plain")
    tensors = load_file(folder / WEIGHTS)
    tensors.pop("bert.encoder.layer.1.attention.self.key.bias")
    save_file(tensors, folder / WEIGHTS)
    with pytest.raises(ModelDamagedError, match=r"layer\.1\.attention\.self\.key\.bias|other weights"):
        ColbertEncoder.open(folder)


def test_a_projection_of_another_network_is_refused(copy_of):
    folder = copy_of("plain")
    tensors = load_file(folder / WEIGHTS)
    tensors["linear.weight"] = np.full((16, 32), np.nan, np.float16)
    save_file(tensors, folder / WEIGHTS)
    with pytest.raises(ModelDamagedError, match="finite"):
        ColbertEncoder.open(folder)


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "config.json", "./model.safetensors"])
def test_weights_are_read_from_the_weights_only(location, copy_of):
    """Not from another file of the folder, nor of the machine."""
    folder = copy_of("plain")

    def elsewhere(model):
        external(model, "linear.weight").external_data[0].value = location

    change(folder, elsewhere)
    with pytest.raises(ModelDamagedError, match="elsewhere"):
        ColbertEncoder.open(folder)


@pytest.mark.parametrize(("entry", "value"), [(1, "0"), (2, "2"), (2, "99999999")])
def test_nor_from_another_place_in_it(entry, value, copy_of):
    folder = copy_of("plain")

    def elsewhere(model):
        external(model, "linear.weight").external_data[entry].value = value

    change(folder, elsewhere)
    with pytest.raises(ModelDamagedError, match="elsewhere"):
        ColbertEncoder.open(folder)


def _domain(model):
    model.graph.node.append(helper.make_node("Gelu", ["embeddings"], ["more"], domain="com.microsoft"))


def _operator(model):
    model.graph.node.append(helper.make_node("Loop", ["embeddings"], ["more"]))


def _subgraph(model):
    graph = helper.make_graph([], "inner", [], [])
    model.graph.node[0].attribute.append(helper.make_attribute("body", graph))


def _constant(model):
    tensor = helper.make_tensor("value", TensorProto.FLOAT, [1], [1.0])
    model.graph.node[0].attribute.append(helper.make_attribute("value", tensor))


def _function(model):
    model.functions.append(helper.make_function("mine", "Gelu", ["x"], ["y"], [], []))


def _metadata(model):
    helper.set_model_props(model, {"anything": "at all"})


def _sparse(model):
    model.graph.sparse_initializer.add()


@pytest.mark.parametrize("strange", [_domain, _operator, _subgraph, _constant, _function, _metadata, _sparse])
def test_nothing_else_may_be_in_a_graph(strange, copy_of):
    """Operators of libraries, loops, graphs in graphs, functions under the names of operators."""
    folder = copy_of("plain")
    change(folder, strange)
    with pytest.raises(ModelDamagedError, match=GRAPH):
        ColbertEncoder.open(folder)


def test_a_graph_of_another_network_is_refused(copy_of):
    """Well-formed, but nothing comes out that an encoder could use."""
    folder = copy_of("plain")

    def renamed(model):
        model.graph.output[0].name = model.graph.node[-1].output[0] = "else"

    change(folder, renamed)
    with pytest.raises(ModelDamagedError, match=GRAPH):
        ColbertEncoder.open(folder)


def test_a_graph_is_for_bert_only(copy_of):
    """Beside any other network it is somebody else's."""
    folder = copy_of("plain")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"position_embedding_type": "alibi"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelUnsupportedError, match="BERT"):
        ColbertEncoder.open(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_the_bytes_are_there_is_an_answer(data, with_graph, tmp_path):
    """A few changed bytes: the file is taken or refused, and nothing else is ever raised."""
    folder = with_graph("plain")
    content = bytearray((folder / GRAPH).read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    changed = tmp_path / GRAPH
    changed.write_bytes(content)
    try:
        assert read_graph(changed, StoredTensors.open(folder / WEIGHTS, "m")) == bytes(content)
    except ModelError as error:
        assert GRAPH in error.detail or WEIGHTS in error.detail  # noqa: PT017 - either is right
