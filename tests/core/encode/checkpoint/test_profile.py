"""Every value of a profile, and who said so."""

import json

import pytest

from core.encode.checkpoint.family import Family, family_of, shape_of
from core.encode.checkpoint.files import Layout, read_files
from core.encode.checkpoint.known import KNOWN
from core.encode.checkpoint.profile import build_profile
from core.errors import ModelDamagedError, ModelUnsupportedError
from tests.core.encode.checkpoints.fabricate import fabricate


@pytest.fixture
def make(tmp_path):
    """Fabricates a checkpoint; `metadata` and `config` change its JSON files (None removes a field)."""

    def fabricated(kind, *, metadata=None, config=None):
        fabricate(kind, tmp_path)
        for name, changes in (("artifact.metadata", metadata), ("config.json", config)):
            if changes:
                rewrite(tmp_path / name, changes)
        return tmp_path

    return fabricated


def rewrite(path, changes):
    content = json.loads(path.read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in content.items() if value is not None}
    path.write_text(json.dumps(kept), encoding="utf-8")


def profile_of(folder, known=None, **person):
    files = read_files(folder, "m")
    shape = shape_of(files, family_of(files))
    return build_profile(files, shape, KNOWN[known] if known else None, person)


def said(profile, name):
    return getattr(profile, name), profile.origins[name]


def test_the_publisher_is_believed_before_what_is_known(make):
    profile = profile_of(make("jacolbert", metadata={"doc_maxlen": 40}), "jacolbert")
    assert said(profile, "doc_length") == (40, "artifact.metadata")


@pytest.mark.parametrize("said", [True, False, None])
def test_questions_are_filled_up_unless_the_publisher_says_otherwise(make, said):
    """`do_query_expansion`, in the layout of colbert-ai too, which has no such field and always fills up."""
    profile = profile_of(make("jacolbert", metadata={"do_query_expansion": said}))
    assert profile.query_expansion is (said is not False)
    origin = "default of colbert-ai" if said is None else "artifact.metadata"
    assert profile.origins["query_expansion"] == origin


def test_what_is_known_counts_where_the_publisher_says_nothing(make):
    """JaColBERTv2.5's folder may lack its metadata, and no metadata names the length rule."""
    folder = make("jacolbert-v2.5")
    (folder / "artifact.metadata").unlink()
    profile = profile_of(folder, "jacolbert-v2.5", doc_length="48")
    assert said(profile, "query_length_rule") == ("dynamic", "known model")
    assert said(profile, "doc_length") == (48, "you")


def test_without_anything_the_defaults_are_those_of_colbert_ai(make):
    folder = make("jacolbert", config={"max_position_embeddings": 512})
    (folder / "artifact.metadata").unlink()
    assert said(profile_of(folder), "doc_length") == (220, "default of colbert-ai")


@pytest.mark.parametrize(
    "damage", [{"attend_to_mask_tokens": False}, {"query_token_id": None, "doc_token_id": None}]
)
def test_early_snapshots_of_jina_v2_are_corrected(make, damage):
    """They said that masks are not attended to, or named no markers; the weights were never made for that."""
    profile = profile_of(make("jina-v2", metadata=damage), "jina-colbert-v2", doc_length=20)
    assert profile.attend_to_masks is True
    assert (profile.query_marker, profile.doc_marker) == ("[QueryMarker]", "[DocumentMarker]")
    origins = {profile.origins[name] for name in ("attend_to_masks", "query_marker")}
    assert "correction" in origins or "known model" in origins


def test_other_models_are_not_corrected(make):
    profile = profile_of(make("jina-v2", metadata={"attend_to_mask_tokens": False}))
    assert said(profile, "attend_to_masks") == (False, "artifact.metadata")


def test_fields_of_training_and_labels_that_look_like_markers_are_passed_over(make):
    """`query_token` is a label that nothing uses; `query_token_id` names the marker."""
    profile = profile_of(make("jacolbert-v2.5"))
    assert said(profile, "query_marker") == ("[unused0]", "artifact.metadata")


def test_punctuation_is_kept_where_the_publisher_says_so(make):
    """colbert-ai crashes there, PyLate ignores it."""
    assert profile_of(make("jacolbert", metadata={"mask_punctuation": False})).skiplist_rule == "none"


def test_pylate_has_rules_of_its_own(make):
    folder = make("jacolbert-pylate")
    assert read_files(folder, "m").layout is Layout.PYLATE
    profile = profile_of(folder)
    assert said(profile, "skiplist_rule") == ("pylate", "config_sentence_transformers.json")
    assert profile.strip


@pytest.mark.parametrize(
    "person",
    [
        {"doc_length": 3},
        {"doc_length": 10**6},
        {"doc_length": "many"},
        {"query_length_rule": "elastic"},
        {"attend_to_masks": "perhaps"},
        {"dim": 7},
    ],
)
def test_what_a_person_sets_must_make_sense(make, person):
    with pytest.raises(ModelUnsupportedError, match="a value that was set"):
        profile_of(make("jacolbert"), **person)


@pytest.mark.parametrize("metadata", [{"doc_maxlen": 10**6}, {"query_maxlen": "32"}, {"query_token_id": " "}])
def test_what_a_publisher_says_must_make_sense(make, metadata):
    with pytest.raises(ModelDamagedError, match=r"artifact\.metadata"):
        profile_of(make("jacolbert", metadata=metadata))


def test_another_similarity_is_refused(make):
    with pytest.raises(ModelUnsupportedError, match="similarity"):
        profile_of(make("jacolbert", metadata={"similarity": "l2"}))


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("jacolbert", Family.BERT),
        ("jina-v1", Family.JINA_BERT),
        ("jina-v2", Family.ROTARY),
        ("colbert-xm", Family.XMOD),
    ],
)
def test_families_are_told_by_what_is_raw(make, kind, family):
    """Jina v1 calls itself `bert`, Jina v2 nothing at all."""
    assert family_of(read_files(make(kind), "m")) is family


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "modernbert"},
        {"position_embedding_type": "relative_key"},
        {"hidden_act": "gelu_new"},
        {"model_type": None},
    ],
)
def test_other_networks_are_refused_by_name(make, config):
    with pytest.raises(ModelUnsupportedError, match=r"config\.json"):
        family_of(read_files(make("jacolbert", config=config), "m"))


@pytest.mark.parametrize(
    "config",
    [{"hidden_size": 0}, {"num_hidden_layers": 10**9}, {"vocab_size": "32"}, {"layer_norm_eps": 2.0}],
)
def test_sizes_beyond_reason_are_refused(make, config):
    files = read_files(make("jacolbert", config=config), "m")
    with pytest.raises(ModelDamagedError, match=next(iter(config))):
        shape_of(files, family_of(files))
