"""Running peers, with scripts made up here in the place of engines."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.bench.peers import run as module
from tests.bench.peers.folder import read_folder, write_folder
from tests.bench.peers.measuring import measure
from tests.bench.peers.run import PeerResult, peers_python, run_one, run_peers

PYTHON = Path(sys.executable)

REPORT = {
    "peer": "plain",
    "version": "1",
    "settings": "none",
    "build_s": 1.5,
    "bytes_on_disk": 10,
    "peak_rss_bytes": 20,
    "searches": [
        {"settings": "slow", "search_ms": [3.0, 4.0], "rankings": [[1, 0], [0]]},
        {"settings": "fast", "search_ms": [1.0, 2.0], "rankings": [[1], [0]]},
    ],
    "add_one_s": 0.1,
    "delete_one_s": None,
}


def script(code, limit_s=20.0):
    return run_one("plain", [str(PYTHON), "-c", code], limit_s)


def test_each_choice_of_settings_is_a_result():
    """Two ways to search one index are two results with the same build; noise on stderr is no error."""
    slow, fast = script(
        f"import sys; print('noise', file=sys.stderr); print({json.dumps(json.dumps(REPORT))})"
    )
    assert slow == PeerResult(
        peer="plain", version="1", settings="none; search: slow", build_s=1.5,
        search_ms=(3.0, 4.0), rankings=((1, 0), (0,)), bytes_on_disk=10, peak_rss_bytes=20, add_one_s=0.1,
    )  # fmt: skip
    assert (fast.settings, fast.search_ms, fast.error) == ("none; search: fast", (1.0, 2.0), None)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import no_such_engine", "No module named 'no_such_engine'"),
        ("import os; os.abort()", "signal 6"),
        ("print('not a report')", "cannot be read"),
        ("print('{}')", "cannot be read"),
    ],
)
def test_a_peer_that_fails_says_why(code, told):
    """An exception, a crash of native code and nonsense are results with their reason."""
    [result] = script(code)
    assert result.peer == "plain"
    assert told in result.error


def test_a_peer_that_takes_too_long_is_ended():
    """After its time a peer is killed, and that is its result."""
    [result] = script("import time; time.sleep(60)", limit_s=0.5)
    assert result.error == "not done after 0 s"


def test_a_peer_leaves_nothing_behind(tmp_path):
    """Its index lies in the folder that it was given while it runs, and is gone when it was killed, too."""
    code = (
        "import tempfile, pathlib, time\n"
        "(pathlib.Path(tempfile.mkdtemp()) / 'index').write_bytes(b'12345')\n"
        f"pathlib.Path({str(tmp_path)!r}, 'seen').write_text(tempfile.gettempdir())\n"
        "time.sleep(60)"
    )
    [result] = run_one("plain", [str(PYTHON), "-c", code], 2, tmp_path)
    assert result.error == "not done after 2 s"
    assert Path((tmp_path / "seen").read_text(encoding="utf-8")).parent == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["seen"]


def test_a_peer_without_an_environment_is_told():
    """An interpreter that is not there stops nobody."""
    [result] = run_one("plain", ["/no/such/python"], 1)
    assert "could not be started" in result.error


def test_a_peer_that_set_up_left_out_is_not_started(tmp_path, monkeypatch):
    """The others run, and its result repeats what set-up wrote down."""
    python = peers_python(tmp_path)
    python.parent.mkdir(parents=True)
    (python.parents[1] / "mikke-missing-peers.json").write_text(
        '{"tachiom": "no compiler"}', encoding="utf-8"
    )
    started = []
    monkeypatch.setattr(module, "run_one", lambda name, *_: started.append(name) or [PeerResult(peer=name)])
    results = run_peers(tmp_path, python, ["tachiom", "lancedb"])
    assert started == ["lancedb"]
    assert [(each.peer, each.error) for each in results] == [
        ("tachiom", "not installed: no compiler"),
        ("lancedb", None),
    ]


# --- What the scripts share ----------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Five passages of two or three tokens, and two queries, the second of one token."""
    rng = np.random.default_rng(0)
    counts = np.array([2, 3, 2, 3, 2])
    vectors = rng.standard_normal((12, 4)).astype(np.float32)
    queries = rng.standard_normal((2, 32, 4)).astype(np.float32)
    queries[1, 1:] = 0
    write_folder(tmp_path, [(counts[:2], vectors[:5]), (counts[2:], vectors[5:])], queries)
    return tmp_path, counts, vectors, queries


def test_a_folder_gives_back_what_was_written(folder):
    """Batch by batch or at once, numpy reads the same arrays; a query comes without its padding."""
    path, counts, vectors, queries = folder
    found = read_folder(path)
    assert np.array_equal(np.load(path / "vectors.npy"), vectors)
    assert np.array_equal(found.counts, counts)
    assert [len(passage) for passage in found.passages()] == counts.tolist()
    assert np.array_equal(np.concatenate(found.passages()), vectors)
    assert np.array_equal(found.query(0), queries[0])
    assert np.array_equal(found.query(1), queries[1, :1])


def test_a_folder_that_contradicts_itself_is_refused(folder):
    """Counts of another collection would give every passage another's tokens."""
    path, counts, _, _ = folder
    np.save(path / "counts.npy", counts + 1)
    with pytest.raises(ValueError, match=r"counts\.npy"):
        read_folder(path)


class Plain:
    """An engine that scores everything."""

    distribution = "numpy"
    settings = "none"

    def prepare(self, passages):
        self.passages = list(passages)

    def build(self, place):
        (place / "sub").mkdir()
        (place / "sub" / "index").write_bytes(b"12345")

    def searches(self):
        return {"all": self.search}

    def search(self, query):
        scores = [(query @ passage.T).max(axis=1).sum() for passage in self.passages]
        return np.argsort(scores)[::-1][:10]

    def add(self, passage):
        self.passages.append(passage)

    def delete(self, number):
        raise NotImplementedError


def test_a_peer_is_measured(folder):
    """One time and one ranking for each query, the bytes below its folder, None for what it can't do."""
    path, _, _, queries = folder
    report = measure(Plain(), read_folder(path))
    [searched] = report.searches
    assert [len(searched.search_ms), len(searched.rankings)] == [len(queries), len(queries)]
    assert sorted(searched.rankings[0]) == [0, 1, 2, 3, 4]
    assert report.version == np.__version__
    assert report.bytes_on_disk == 5
    assert report.peak_rss_bytes > 10**7
    assert report.add_one_s is not None
    assert report.delete_one_s is None
    assert len(measure(Plain(), read_folder(path), queries=1).searches[0].rankings) == 1


def test_a_change_that_fails_does_not_cost_the_searches(folder):
    """Some engines refuse a change in a state of theirs; what was measured before still counts."""

    class Frozen(Plain):
        def add(self, passage):
            raise RuntimeError(f"frozen: {len(passage)}")

    report = measure(Frozen(), read_folder(folder[0]))
    assert report.add_one_s is None
    assert len(report.searches) == 1
