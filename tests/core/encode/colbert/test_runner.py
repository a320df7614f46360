"""Batches on a device that is too small, wanted for a question, or vanishes: networks that only pretend."""

import threading

import numpy as np
import pytest

from core.domain import UNKNOWN_LANGUAGE
from core.encode.colbert.inputs import Inputs
from core.encode.colbert.network import DeviceLostError, DeviceMemoryError, Precision
from core.encode.colbert.runner import Runner
from core.errors import CancelledError
from core.progress import CancelToken

SECONDS = 10.0


class PretendedNetwork:
    """The vector of a token is its id, three times. `holds` is how many tokens fit into its memory."""

    precision, dim, threads = Precision.FP32, 3, 2

    def __init__(self, device="cpu", *, holds=10**9, fails=None, concurrent=True, batch_tokens=None):
        self.device = device
        self.concurrent = concurrent
        self.batch_tokens = batch_tokens or {"cpu": 512, "cuda": 65_536}[device]
        self.holds = holds
        self.fails = fails
        self.launched = []
        self.memory_given_back = 0

    def embed(self, ids, _attention, _languages):
        self.launched.append(ids.shape)
        if ids.size > self.holds:
            raise DeviceMemoryError("too much")
        if self.fails:
            raise self.fails
        return np.repeat(ids[:, :, None], 3, axis=2).astype(np.float32)

    def use_threads(self, count):
        pass

    def release_memory(self):
        self.memory_given_back += 1


def inputs_of(*lengths):
    made = []
    for number, length in enumerate(lengths):
        ids = np.full(length, number + 1, dtype=np.int32)
        keep = np.arange(length) % 2 == 0
        spans = np.zeros((length, 2), dtype=np.int32)
        made.append(Inputs(ids=ids, attention=np.ones(length, dtype=bool), keep=keep, spans=spans))
    return made


def never(_device):
    raise AssertionError("the network must not be opened again")


def check(found, inputs):
    assert len(found) == len(inputs)
    for number, (vectors, each) in enumerate(zip(found, inputs, strict=True)):
        assert vectors.shape == (int(each.keep.sum()), 3)
        assert (vectors == number + 1).all()


@pytest.mark.parametrize("concurrent", [False, True])
def test_order_is_restored(concurrent):
    """Texts are sorted by length for the network and come back as they were given."""
    inputs = inputs_of(5, 300, 1, 299, 7, 300, 2)
    network = PretendedNetwork(concurrent=concurrent)
    check(Runner(network, never, 0).passages(inputs, [UNKNOWN_LANGUAGE] * 7, CancelToken()), inputs)
    assert len(network.launched) > 1


def test_no_texts_no_vectors():
    assert Runner(PretendedNetwork(), never, 0).passages([], [], CancelToken()) == []


def test_out_of_memory_halves_the_batch_and_goes_on():
    """What did not fit is done in smaller parts, and so is all that follows."""
    inputs = inputs_of(*[40] * 64)
    network = PretendedNetwork("cuda", holds=700, concurrent=False)
    runner = Runner(network, never, 0)
    check(runner.passages(inputs, [UNKNOWN_LANGUAGE] * 64, CancelToken()), inputs)
    assert network.launched[0] == (64, 40)
    assert network.memory_given_back
    network.launched.clear()
    check(runner.passages(inputs, [UNKNOWN_LANGUAGE] * 64, CancelToken()), inputs)
    assert network.launched[0][0] < 64


def test_a_text_too_large_for_the_card_goes_to_the_processor(caplog):
    """And that is said."""
    processor = PretendedNetwork("cpu", concurrent=False)
    runner = Runner(PretendedNetwork("cuda", holds=100, concurrent=False), lambda _: processor, 0)
    inputs = inputs_of(90, 200, 80)
    check(runner.passages(inputs, [UNKNOWN_LANGUAGE] * 3, CancelToken()), inputs)
    assert runner.device == "cpu"
    assert "graphics card" in caplog.text


@pytest.mark.parametrize("ask", ["passages", "question"])
def test_a_card_that_disappears_is_replaced_by_the_processor(ask, caplog):
    """Nothing is lost, and it is said why it is slower from now on."""
    processor = PretendedNetwork("cpu", concurrent=False)
    card = PretendedNetwork("cuda", fails=DeviceLostError("CUDA error: device lost"), concurrent=False)
    runner = Runner(card, lambda device: processor if device == "cpu" else None, 0)
    inputs = inputs_of(3)
    if ask == "passages":
        check(runner.passages(inputs, [UNKNOWN_LANGUAGE], CancelToken()), inputs)
    else:
        check([runner.question(inputs[0], UNKNOWN_LANGUAGE)], inputs)
    assert runner.device == "cpu"
    assert "device lost" in caplog.text


def test_an_error_of_the_processor_is_nobodys_to_hide():
    broken = PretendedNetwork("cpu", fails=RuntimeError("shapes"), concurrent=False)
    with pytest.raises(RuntimeError, match="shapes"):
        Runner(broken, never, 0).passages(inputs_of(3), [UNKNOWN_LANGUAGE], CancelToken())


class GatedNetwork(PretendedNetwork):
    """A question has one token; a batch of passages waits until it is let through."""

    def __init__(self, *, concurrent):
        super().__init__(concurrent=concurrent, batch_tokens=10)
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)
        self.question_begun, self.end_question = threading.Event(), threading.Event()

    def embed(self, ids, attention, languages):
        if ids.size == 1:
            self.question_begun.set()
            assert self.end_question.wait(SECONDS)
        else:
            self.begun.release()
            assert self.go_on.acquire(timeout=SECONDS)
        return super().embed(ids, attention, languages)


@pytest.mark.parametrize(("concurrent", "at_once"), [(False, 1), (True, 2)])
def test_a_question_waits_for_no_passages_and_holds_them_back(concurrent, at_once):
    """It is answered beside the batches that have begun; none begins before it is done."""
    network = GatedNetwork(concurrent=concurrent)
    runner = Runner(network, never, 0)
    passages = inputs_of(*[10] * 6)
    (question,) = inputs_of(1)
    indexing = threading.Thread(
        target=runner.passages, args=(passages, [UNKNOWN_LANGUAGE] * 6, CancelToken())
    )
    asking = threading.Thread(target=runner.question, args=(question, UNKNOWN_LANGUAGE))
    indexing.start()
    for _ in range(at_once):
        assert network.begun.acquire(timeout=SECONDS)
    asking.start()
    assert network.question_begun.wait(SECONDS)
    network.go_on.release(at_once)
    assert not network.begun.acquire(timeout=0.2)
    network.end_question.set()
    asking.join(SECONDS)
    network.go_on.release(6)
    indexing.join(SECONDS)
    assert not indexing.is_alive()
    assert len(network.launched) == 7


@pytest.mark.parametrize("concurrent", [False, True])
def test_a_cancel_waits_for_the_batches_that_have_begun_only(concurrent):
    """Not for all that was asked for: a window must close soon, and a large model takes seconds."""
    cancel = CancelToken()
    network = PretendedNetwork(concurrent=concurrent, batch_tokens=10)
    embed = network.embed

    def embed_and_cancel(*given):
        cancel.cancel()
        return embed(*given)

    network.embed = embed_and_cancel
    with pytest.raises(CancelledError):
        Runner(network, never, 0).passages(inputs_of(*[10] * 50), [UNKNOWN_LANGUAGE] * 50, cancel)
    assert len(network.launched) <= 2
