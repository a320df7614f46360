"""Whatever happens to the files and the program, the library ends up the same as the disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.domain import BUILT_IN_MODEL, DocumentId, DocumentState, PassageId, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import CancelledError
from core.extract.formats import format_of
from core.index import merge
from core.indexing import switching
from core.layout import RARITY_TABLE, LibraryLayout
from core.progress import CancelToken, Committed, ModelChanged
from tests.core.conftest import index, inline_collection, maintain
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.oracle import COMPRESSED_TOLERANCE, Oracle, check_stored, check_whole
from tests.core.small import forms_of, small_codebooks

WORDS = (
    "kumquat",
    "zeppelin",
    "marzipan",
    "obsidian",
    "thistle",
    "gondola",
    "朝顔",
    "蒸気機関",
    "夕立",
    "観覧車",
)
NAMES = ("a.txt", "b.md", "メモ.txt", "sub/c.txt", "sub/d.html", "sub/deep/e.txt")


class Impatient(CancelToken):
    """Cancels after so many steps of the job."""

    def __init__(self, steps):
        super().__init__()
        self._left = iter(range(steps))

    def checkpoint(self):
        if next(self._left, None) is None:
            self.cancel()
        super().checkpoint()


class History(RuleBasedStateMachine):
    """Adds, edits, moves and deletes files, forgets, trains, merges, changes models, re-opens and interrupts;
    a dict says what should be found, and how well it answers.
    """

    @initialize()
    def start(self):
        self.root = Path(tempfile.mkdtemp())
        self.files = self.root / "files"
        self.files.mkdir()
        self.stack = ExitStack()
        # Two segments are enough for a merge, and some sentences for a codebook, so that short histories have
        # many of them, and segments of several forms.
        self.patches = ExitStack()
        patch = self.patches.enter_context(small_codebooks(first=12, growth=2))
        patch.setattr(merge, "TIER_FACTOR", 2)
        patch.setattr(switching, "ENCODED_AT_ONCE", 2)
        encoders = {BUILT_IN_MODEL: LexicalEncoder.open(RARITY_TABLE), OTHER: WordEncoder()}
        self.encoders = FixedEncoders(encoders)
        self.oracles = {name: Oracle(each, COMPRESSED_TOLERANCE) for name, each in encoders.items()}
        self.expected: dict[str, str] = {}
        self.ids: dict[str, DocumentId] = {}
        self.seen_passages: dict[PassageId, str] = {}
        self.open()
        self.collection.add_source(self.files)

    def open(self):
        opened = inline_collection(self.root / "library", self.encoders)
        self.collection = self.stack.enter_context(opened)

    @property
    def oracle(self) -> Oracle:
        return self.oracles[self.collection.status().model]

    @rule(name=st.sampled_from(NAMES), word=st.sampled_from(WORDS), copies=st.integers(1, 30))
    def write(self, name, word, copies):
        """A file is new or has other content."""
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"The word is {word}. " * copies, encoding="utf-8")
        self._new_time(path)
        self.expected[name] = word

    @rule(name=st.sampled_from(NAMES))
    def touch(self, name):
        """A file has a new time and the old content."""
        if name in self.expected:
            self._new_time(self.files / name)

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name):
        if name in self.expected:
            (self.files / name).unlink()
            del self.expected[name]

    @rule(old=st.sampled_from(NAMES), new=st.sampled_from(NAMES))
    def rename(self, old, new):
        if old not in self.expected or old == new:
            return
        (self.files / new).parent.mkdir(parents=True, exist_ok=True)
        (self.files / old).replace(self.files / new)
        self.expected[new] = self.expected.pop(old)

    @rule()
    def delete_folder(self):
        shutil.rmtree(self.files / "sub", ignore_errors=True)
        self.expected = {name: word for name, word in self.expected.items() if not name.startswith("sub/")}

    @rule()
    def reopen(self):
        self.stack.close()
        self.open()

    @rule(steps=st.integers(0, 4))
    def interrupted_sync(self, steps):
        """A job is dropped half-way, as when the program ends."""
        events = self.collection.sync(CancelToken())
        for _, _event in zip(range(steps), events, strict=False):
            pass
        events.close()

    @rule(name=st.sampled_from(NAMES))
    def refresh(self, name):
        """One path is looked at, as when the watcher noticed it."""
        list(self.collection.refresh([self.files / name], CancelToken()))

    @rule(name=st.sampled_from(NAMES), word=st.sampled_from(WORDS), copies=st.integers(1, 30))
    def save(self, name, word, copies):
        """A file is saved while somebody watches, who also tidies up."""
        self.write(name, word, copies)
        self.refresh(name)
        self.abandoned_maintenance(copies % 4)

    @rule()
    def maintain(self):
        maintain(self.collection)

    @rule(steps=st.integers(0, 3))
    def abandoned_maintenance(self, steps):
        """A maintenance is dropped between two steps: between a training and the first merge, too."""
        events = self.collection.maintain(CancelToken())
        for _, _event in zip(range(steps), events, strict=False):
            pass
        events.close()

    @rule(steps=st.integers(1, 6))
    def interrupted_maintenance(self, steps):
        """A merge is cancelled at one of its steps."""
        with suppress(CancelledError):
            list(self.collection.maintain(Impatient(steps)))

    @rule(name=st.sampled_from([BUILT_IN_MODEL, OTHER]))
    def use_model(self, name):
        """The person wants another model, or the old one after all."""
        self.collection.use_model(name)
        status = self.collection.status()
        assert name in (status.model, status.switch and status.switch.model)

    @rule(steps=st.integers(0, 4))
    def abandoned_switch(self, steps):
        """A switch is dropped half-way, as when the program ends."""
        self._want_the_other()
        events = self.collection.switch(CancelToken())
        for _, _event in zip(range(steps), events, strict=False):
            pass
        events.close()

    @rule(steps=st.integers(1, 3))
    def cancelled_switch(self, steps):
        """A switch is stopped; what it has done so far is kept."""
        with suppress(CancelledError):
            list(self.collection.switch(Impatient(steps)))

    def _want_the_other(self):
        answering = self.collection.status().model
        self.collection.use_model(OTHER if answering == BUILT_IN_MODEL else BUILT_IN_MODEL)

    @rule(again=st.booleans())
    def switch(self, again):
        """A switch comes to its end, and the model that was wanted answers."""
        if again:
            self._want_the_other()
        wanted = self.collection.status().switch
        events = list(self.collection.switch(CancelToken()))
        if wanted:
            event("another model took over")
            assert events[-1] == ModelChanged(model=wanted.model)
        check_whole(self.collection)
        check_stored(self.collection, self.oracle.encoder, *WORDS)

    @rule()
    def forget_and_add_again(self):
        self.collection.forget_source(self.files)
        assert self.collection.status().passages == 0
        self.collection.add_source(self.files)

    @rule()
    def verify(self):
        *_, verified = self.collection.verify(CancelToken())
        assert verified.damaged == ()

    @rule(word=st.sampled_from(WORDS))
    def search(self, word):
        """Whatever is committed answers with exactly the scores of what is stored."""
        check_stored(self.collection, self.oracle.encoder, word)

    @rule()
    def sync(self):
        index(self.collection)
        found = {str(d.path.relative_to(self.files)): d for d in self.collection.documents()}
        assert found.keys() == self.expected.keys()
        assert {d.state for d in found.values()} <= {DocumentState.INDEXED}
        assert all(document.format == format_of(document.path) for document in found.values())
        self._search_finds_exactly_what_is_there()
        assert not [event for event in self.collection.sync(CancelToken()) if isinstance(event, Committed)]

    def _search_finds_exactly_what_is_there(self):
        files = [self.files / name for name in self.expected]
        check_stored(self.collection, self.oracle.encoder, *WORDS)
        for word in WORDS:
            self.oracle.check(self.collection, files, word)
            reply = self.collection.search(Query(text=word, limit=20))
            names = {str(result.document.path.relative_to(self.files)) for result in reply.results}
            assert names == {name for name, its_word in self.expected.items() if its_word == word}, word
            for result in reply.results:
                for hit in result.hits:
                    marked = {hit.text[h.span.start : h.span.end] for h in hit.highlights}
                    assert word in marked
                    assert self.seen_passages.setdefault(hit.passage_id, word) == word

    @invariant()
    def index_files_are_listed(self):
        """Every live segment is there; the library folder is its owner's only."""
        if not hasattr(self, "root"):
            return
        layout = LibraryLayout(self.root / "library")
        assert layout.root.stat().st_mode & 0o077 == 0
        self.collection.status()
        forms = {form.codebook for form in forms_of(self.collection)}
        exact = " and exact segments" if b"" in forms else ""
        event(f"{len(forms - {b''})} codebooks{exact} at once")

    def _new_time(self, path):
        self.clock = getattr(self, "clock", 1_700_000_000_000_000_000) + 1_000_000_000
        os.utime(path, ns=(self.clock, self.clock))

    def teardown(self):
        if hasattr(self, "stack"):
            self.stack.close()
            self.patches.close()
            shutil.rmtree(self.root)


History.TestCase.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistory = History.TestCase
