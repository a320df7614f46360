"""The built-in encoder."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.encode.lexical.directions import DIM, add_directions, directions
from core.encode.lexical.encoder import BATCH_CHARACTERS, LexicalEncoder
from core.encode.lexical.rarity import RarityTable, key_of, table_bytes
from core.errors import LibraryDamagedError
from core.folding.units import Kind
from core.layout import RARITY_TABLE

ENCODER = LexicalEncoder.open(RARITY_TABLE)
GOLDEN_DIRECTIONS = [
    "afcd1d7b39a820e254154c969cd51fbb",
    "c15c0289ec2d0a913fcc996ebfd09823",
    "202c651b7771d9e4254c3fab3ba1309a",
]
SAMPLE = "検索エンジン Mikke は foo_bar_v1.2 を한국어로ค้นหา: CVE-2024-1234, Überschrift!"
TEXTS = st.text(
    st.one_of(st.characters(), st.sampled_from("検索エンジンのabc de 12 ค้น 한국 ㍿ｶﾞ\u0301\n。")), max_size=60
)


def score(question, passage):
    """Exact MaxSim."""
    query, [found] = ENCODER.encode_query(question), ENCODER.encode_passages([passage])
    if len(query.vectors) == 0 or len(found.vectors) == 0:
        return 0.0
    return float((query.vectors @ found.vectors.T).max(axis=1).sum())


def best(question, passages):
    return max(passages, key=lambda passage: score(question, passage))


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_spans_and_vectors_belong_together(texts):
    """Every token has a unit vector and a span inside the given string; token_spans gives the same spans."""
    results = ENCODER.encode_passages(texts)
    assert len(results) == len(texts)
    for text, found in zip(texts, results, strict=True):
        assert found.vectors.shape == (len(found.spans), DIM)
        assert found.vectors.dtype == np.float32
        assert found.spans.dtype == np.int32
        assert np.isfinite(found.vectors).all()
        np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
        assert all(0 <= start < end <= len(text) for start, end in found.spans)
        np.testing.assert_array_equal(ENCODER.token_spans(text), found.spans)
        np.testing.assert_array_equal(ENCODER.encode_query(text).spans, found.spans)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_a_text_is_encoded_alike_alone_and_in_company(texts):
    """The vectors of a text depend on that text only, bit for bit."""
    for text, found in zip(texts, ENCODER.encode_passages(texts), strict=True):
        [alone] = ENCODER.encode_passages([text])
        assert alone.vectors.tobytes() == found.vectors.tobytes()


def test_batches_do_not_show():
    """Texts on both sides of the border of a batch are encoded as in one call each."""
    texts = [SAMPLE * (1 + number % 7) for number in range(BATCH_CHARACTERS // 100)]
    together = ENCODER.encode_passages(texts)
    for number in (0, 1, len(texts) // 2, len(texts) - 1):
        [alone] = ENCODER.encode_passages([texts[number]])
        np.testing.assert_array_equal(alone.vectors, together[number].vectors)


def test_spans_lead_back_to_what_was_written():
    """Spans are in characters of the given string, through width, case and composition."""
    text = "㍿ﾃｽﾄ　Ｃａｆｅ\u0301 が ﬁx"
    spans = ENCODER.token_spans(text).tolist()
    assert [text[start:end] for start, end in spans] == [
        "㍿", "㍿", "㍿", "㍿", "ﾃ", "ｽ", "ﾄ", "Ｃａｆｅ\u0301", "が", "ﬁx",
    ]  # fmt: skip


def test_query_tokens_carry_their_weight():
    """A particle weighs less than a content character, an article less than a rare word."""
    for question in ("の索", "the zymurgy"):
        light, heavy = np.linalg.norm(ENCODER.encode_query(question).vectors, axis=1)
        assert light < heavy / 2


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("東京都の人口", "東京都の人口は千四百万人である。", "京都の人口は百四十万人で、東の方にある。"),
        ("CVE-2024-1234", "Fixes CVE-2024-1234 in the parser.", "Fixes CVE-2024-1243 and CVE-2023-1234."),
        ("version 1.2.3", "version 1.2.3 of it", "version 3.2.1 of it"),
        ("foo_bar", "call foo_bar() here", "call foo() or bar() here"),
        ("indexing files", "It indexes a file.", "It paints a wall."),
        ("Haustür", "Die Haustüren sind zu.", "Die Kellertreppe ist steil."),
        ("서울의 인구", "서울은 인구가 많다", "부산은 바다가 많다"),
        ("ความเร็วแสง", "แสงมีความเร็วสูงมาก", "เสียงดังมาก"),
        ("PYTHONの使い方", "ｐｙｔｈｏｎの使い方を説明する", "Rubyの使い方を説明する"),
        ("كتاب", "الكِتابُ مفيد", "الشمس مشرقة"),
    ],
)
def test_the_better_match_wins(question, right, wrong):
    """Order, numbers, word forms, width and vowel points: the passage a reader would choose scores more."""
    assert best(question, [wrong, right]) == right


def test_unrelated_tokens_stay_below_the_noise_floor():
    """Almost no token of an unrelated text is more similar than `noise_floor`."""
    query = ENCODER.encode_query("索引 圧縮 量子化")
    [found] = ENCODER.encode_passages(["完全に別の話題、つまり料理や旅行や天気について書く。" * 5])
    similarities = query.vectors @ found.vectors.T / np.linalg.norm(query.vectors, axis=1, keepdims=True)
    assert (similarities < ENCODER.noise_floor).mean() > 0.98


def test_threads_share_an_encoder():
    """Calls from several threads give what one thread gives."""
    texts = [SAMPLE + str(number) for number in range(40)]
    expected = [found.vectors.tobytes() for found in ENCODER.encode_passages(texts)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda text: ENCODER.encode_passages([text])[0].vectors.tobytes(), texts))
    assert results == expected


def test_another_process_gives_the_same_vectors():
    """Nothing depends on the hash seed of the process."""
    program = (
        "import sys, hashlib; from core.layout import RARITY_TABLE;"
        "from core.encode.lexical.encoder import LexicalEncoder;"
        "found = LexicalEncoder.open(RARITY_TABLE).encode_passages([sys.argv[1]])[0];"
        "print(hashlib.sha256(found.vectors.tobytes()).hexdigest())"
    )
    root = Path(__file__).resolve().parents[4]
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", program, SAMPLE],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
            cwd=root,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_directions_are_fixed_for_ever():
    """These bits are in every library on every disk: a change needs a new ALGORITHM_VERSION."""
    bits = np.packbits(directions(np.array([0, 1, 2**64 - 1], dtype=np.uint64)) > 0, axis=1)
    assert [row.tobytes().hex() for row in bits] == GOLDEN_DIRECTIONS


def test_directions_are_nearly_orthogonal():
    """The cosines of unrelated directions scatter around 0 as random ones do."""
    vectors = directions(np.arange(2000, dtype=np.uint64))
    cosines = (vectors @ vectors.T)[np.triu_indices(2000, k=1)]
    assert abs(cosines.mean()) < 0.002
    assert abs(cosines.std() - 1 / np.sqrt(DIM)) < 0.001


def test_adding_directions_in_blocks_is_adding_them():
    """The blockwise sum equals the plain one."""
    features = np.arange(3000, dtype=np.uint64)
    weights = np.linspace(0, 1, 3000, dtype=np.float32)
    vectors = np.zeros((3000, DIM), dtype=np.float32)
    add_directions(vectors, features, weights)
    np.testing.assert_array_equal(vectors, directions(features) * weights[:, None])


def test_the_digest_names_algorithm_and_table():
    """32 hexadecimal digits that change with the table."""
    other = LexicalEncoder(
        RarityTable.from_bytes(table_bytes(np.zeros(0, np.uint32), np.zeros(0)), Path("x"))
    )
    assert len(ENCODER.digest) == 32
    assert int(ENCODER.digest, 16)
    assert ENCODER.digest == LexicalEncoder.open(RARITY_TABLE).digest != other.digest


def test_a_rarity_table_is_read_as_it_was_written():
    """Entries come back to half a step, the least rare of equal keys stays, others get the default."""
    hashes = np.array([7 << 40, 9 << 40, 7 << 40, 11 << 40], dtype=np.uint64)
    content = table_bytes(key_of(hashes[:3]), np.array([3.0, 1.5, 2.0]))
    table = RarityTable.from_bytes(content, Path("x"))
    kinds = np.full(3, Kind.WORD, dtype=np.uint8)
    found = table.of_units(hashes[[0, 1, 3]], kinds, np.array([4, 4, 20]))
    np.testing.assert_allclose(found, [2.0, 1.5, 8.0], atol=0.5 / 24)


@pytest.mark.parametrize("content", [b"", b"something else entirely", None])
def test_a_damaged_table_is_refused(tmp_path, content):
    """A table that is missing, foreign or cut off is an error that names the file."""
    path = tmp_path / "rarity.bin"
    if content is not None:
        path.write_bytes(content or RARITY_TABLE.read_bytes()[:-1])
    with pytest.raises(LibraryDamagedError) as error:
        LexicalEncoder.open(path)
    assert error.value.path == path


def test_the_table_is_small():
    """The table is a part of every copy of the program: at most a megabyte."""
    assert RARITY_TABLE.stat().st_size <= 2**20
