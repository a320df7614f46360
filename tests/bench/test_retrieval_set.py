"""Reading retrieval sets."""

import gzip
import json

import pytest

from tests.bench.retrieval_set import find_sets, read_set


def write_set(folder, *, queries, passages, qrels):
    folder.mkdir(parents=True)
    for name, rows in (("queries", queries), ("passages", passages)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")


QUERIES = [{"id": "q1", "text": "首都は?"}, {"id": "q2", "text": "unanswered"}]
PASSAGES = [{"id": "p1", "text": "東京", "title": "日本"}, {"id": "p2", "text": "大阪"}]


def test_a_set_is_read(tmp_path):
    """Texts, titles and grades come back; a query without a relevant passage has no judgement."""
    write_set(
        tmp_path / "x" / "ja", queries=QUERIES, passages=PASSAGES, qrels="q1\tp1\t2\nq1\tp2\t0\nq2\tp1\t0\n"
    )
    assert find_sets(tmp_path) == {"x/ja": tmp_path / "x" / "ja"}
    found = read_set(tmp_path / "x" / "ja")
    assert found.name == "ja"
    assert found.queries == {"q1": "首都は?", "q2": "unanswered"}
    assert [(p.id, p.title, p.text) for p in found.passages] == [("p1", "日本", "東京"), ("p2", "", "大阪")]
    assert found.judgements == {"q1": {"p1": 2, "p2": 0}}


@pytest.mark.parametrize("qrels", ["q1\tp9\t1\n", "q9\tp1\t1\n", "q1 p1 1\n"])
def test_a_broken_set_is_refused(tmp_path, qrels):
    """Judgements of unknown ids, or in another format, are an error and not a worse result."""
    write_set(tmp_path / "set", queries=QUERIES, passages=PASSAGES, qrels=qrels)
    with pytest.raises(ValueError, match=r"qrels\.tsv"):
        read_set(tmp_path / "set")
