"""Reading retrieval sets."""

import gzip
import json

import pytest

from tests.bench.retrieval_set import RetrievalSet, SetPassage, across, find_sets, read_set, thinned


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


def made(name, passages, judgements):
    return RetrievalSet(
        name=name,
        queries={query: f"{name} {query}" for query in judgements},
        passages=tuple(SetPassage(id=id_, title="", text=f"{name} {id_}") for id_ in passages),
        judgements=judgements,
    )


def test_questions_of_one_language_for_passages_of_another():
    """The questions are those of the one set, the passages those of the other, as far as they are judged."""
    asked = made("zh", ["1", "2", "3"], {"a": {"1": 1}, "b": {"3": 1}})
    both = across(asked, made("en", ["1", "2"], {"a": {"1": 1}}))
    assert both.name == "zh > en"
    assert both.judgements == {"a": {"1": 1}}
    assert both.queries["a"] == "zh a"
    assert both.passages[0].text == "en 1"
    with pytest.raises(ValueError, match="in common"):
        across(asked, made("fr", ["9"], {"a": {"9": 1}}))


@pytest.mark.parametrize(("most", "kept"), [(1, 1), (3, 3), (7, 7), (10, 10), (99, 10)])
def test_a_thinned_set_keeps_its_passages(most, kept):
    full = made("en", ["1"], {str(number): {"1": 1} for number in range(10)})
    some = thinned(full, most)
    assert len(some.judgements) == kept
    assert some.judgements.items() <= full.judgements.items()
    assert some.passages == full.passages
