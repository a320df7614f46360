"""The models of this machine: which there are, which could be installed, and their encoders."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from core.domain import (
    BUILT_IN_MODEL,
    OWN_MODEL,
    PARTS_OF_MIKKE,
    Companion,
    Language,
    Model,
    ModelName,
    ProfileValue,
)
from core.encode.encoder import Encoder
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import ModelDamagedError, ModelInUseError, ModelMissingError, ModelUnsupportedError
from core.layout import OWN_MODEL_FOLDER, OWN_RECORD, RARITY_TABLE, ModelsLayout
from core.models.copying import checked_name, name_for, origin_of
from core.models.install import Copy, Events, Hub, delete, install_copy, install_published, try_with
from core.models.known import PUBLISHED, Published
from core.models.own import companion_of, open_own, read_own_record
from core.models.parts import missing_part, need_parts
from core.models.record import Record, load_record
from core.models.speed import Speeds, encoder_speed, estimated_speed, key_of
from core.models.trying import Trial, open_checkpoint
from core.progress import CancelToken, InstallEvent, ModelInstalled

_Stamp = tuple[int, int] | None

_OWN_TITLE = "Mikke's own: meaning in many languages"


class Models:
    """Implements `core.encode.encoder.Encoders`. Cheap to make: nothing is read before it is asked for.

    Thread-safe. Everybody who asks for the encoder of a model gets the same one while anybody holds it, until
    the model is set to encode otherwise or is installed anew, by whatever program.
    """

    def __init__(self, layout: ModelsLayout, published: Sequence[Published], hub: Hub, own: Path) -> None:
        self._layout = layout
        self._own = own
        self._published = {each.name: each for each in published}
        self._hub = hub
        self._speeds = Speeds(layout.speeds)
        self._lock = threading.Lock()
        self._opening: dict[ModelName, threading.Lock] = {}
        self._open: WeakValueDictionary[ModelName, Encoder] = WeakValueDictionary()
        self._records: dict[ModelName, _Stamp] = {}

    @classmethod
    def of(
        cls,
        layout: ModelsLayout,
        published: Sequence[Published] = PUBLISHED,
        hub: Hub | None = None,
        own: Path = OWN_MODEL_FOLDER,
    ) -> Models:
        """Those in `layout`; `published` can be installed from `hub`; the one of Mikke's own is in `own`."""
        return cls(layout, published, hub or Hub(), own)

    # --- Which there are -----------------------------------------------------------------------

    def all(self) -> tuple[Model, ...]:
        """Mikke's own, the built-in one, the published ones, then a person's own by name. Never fails."""
        own = sorted(set(self._installed()) - {*self._published, *PARTS_OF_MIKKE})
        names = (*PARTS_OF_MIKKE, *self._published, *own)
        return tuple(self._described(name) for name in names)

    def get(self, name: ModelName) -> Model:
        """Raises ModelMissingError if it is neither installed nor a name that we know, ModelDamagedError."""
        if name not in PARTS_OF_MIKKE and name not in self._published:
            return self._of_record(self._record(name))
        return self._described(name)

    def better_for(self, language: Language) -> tuple[Model, ...]:
        """Neural models that were trained for a language: the more specialised first."""
        found = [model for model in self.all() if model.languages is not None and language in model.languages]
        return tuple(sorted(found, key=lambda model: len(model.languages or ())))

    # --- Encoders ------------------------------------------------------------------------------

    def open(self, name: ModelName) -> Encoder:
        """Raises ModelMissingError, ModelDamagedError, ModelUnsupportedError, PartMissingError."""
        with self._lock:
            opening = self._opening.setdefault(name, threading.Lock())
        with opening:
            stamp = self._stamp(name)
            encoder = self._open.get(name)
            if encoder is None or self._records.get(name) != stamp:
                encoder = self._opened(name)
                self._open[name] = encoder
                self._records[name] = stamp
            return encoder

    def companion(self, digest: str) -> Companion:
        """What comes with the model whose encoder has this digest."""
        return companion_of(self._own, digest)

    def _stamp(self, name: ModelName) -> _Stamp:
        """Changes whenever a program writes the record of a model, which it does by putting another in its
        place.
        """
        try:
            found = self._layout.record(name).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _opened(self, name: ModelName) -> Encoder:
        if name == BUILT_IN_MODEL:
            return LexicalEncoder.open(RARITY_TABLE)
        if name == OWN_MODEL:
            return open_own(self._own)
        record = self._record(name)
        published = self._published.get(name)
        need_parts(name, published.parts if published else ("models",))
        checkpoint = self._layout.checkpoint(name)
        for file in record.files:
            path = checkpoint / file.name
            if not path.is_file() or path.stat().st_size != file.size:
                raise ModelDamagedError(name, f"{path} is not as it was installed")
        trial = Trial(
            name=name,
            checkpoint=checkpoint,
            weights_digest=record.weights_digest,
            noise_floor=record.checked.noise_floor,
            person=record.person,
            device=record.checked.device,
            precision=record.checked.precision,
        )
        return open_checkpoint(trial)

    # --- Installing ----------------------------------------------------------------------------

    def install(self, name: ModelName, cancel: CancelToken) -> Iterator[InstallEvent]:
        """Fetch a published model, check it and try it. The network is used here and nowhere else.

        Raises ModelMissingError for an unknown name, and what `install_published` raises.
        """
        published = self._published.get(name)
        if published is None:
            raise ModelMissingError(name, "No published model that Mikke knows has this name")
        yield from self._events(install_published(self._layout, published, self._hub, cancel))

    def install_from(
        self, folder: Path, name: ModelName | None, cancel: CancelToken
    ) -> Iterator[InstallEvent]:
        """Copy a checkpoint from a folder, check it and try it; no network is used. Without a name it gets
        that of the model that it is known to be, or the folder's.

        Raises what `install_copy` raises, and ModelUnsupportedError for an unusable name.
        """
        origin = origin_of(folder)
        chosen = checked_name(name) if name else name_for(folder, origin, tuple(self._published.values()))
        copy = Copy(folder=folder, name=chosen, origin=origin, published=self._published.get(chosen))
        yield from self._events(install_copy(self._layout, copy, cancel))

    def set_values(
        self, name: ModelName, values: Mapping[str, Any], cancel: CancelToken
    ) -> Iterator[InstallEvent]:
        """Encode with these values of the profile instead (None: with the publisher's again). The model is
        tried with them first; what was encoded before has to be encoded again then.

        Raises ModelMissingError, and what `install_copy` raises.
        """
        if name in PARTS_OF_MIKKE:
            raise ModelUnsupportedError(name, "It is a part of Mikke")
        record = self._record(name)
        kept = {key: value for key, value in {**record.person, **values}.items() if value is not None}
        yield from self._events(try_with(self._layout, record, kept, cancel))

    def remove(self, name: ModelName) -> None:
        """Delete a model, or what is left of an unfinished installation.

        Whoever calls asks the libraries first. Raises ModelMissingError, ModelInUseError.
        """
        if name in PARTS_OF_MIKKE:
            raise ModelInUseError(name, "It is a part of Mikke")
        if not delete(self._layout, checked_name(name)):
            raise ModelMissingError(name)

    def _events(self, steps: Events) -> Generator[InstallEvent, None, None]:
        record = yield from steps
        yield ModelInstalled(model=self._of_record(record))

    # --- What they cost ------------------------------------------------------------------------

    def measure_speeds(self, cancel: CancelToken) -> str:
        """Find out what `all` does not know yet: half a second for each shape of network. Returns the part of
        Mikke that is not installed and without which there is no estimate; empty if there is one.

        Raises CancelledError.
        """
        self._layout.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._speeds.measure(BUILT_IN_MODEL, lambda: encoder_speed(self.open(BUILT_IN_MODEL)))
        with contextlib.suppress(ModelDamagedError):  # the list says so
            self._speeds.measure(OWN_MODEL, lambda: encoder_speed(self.open(OWN_MODEL)))
        cancel.checkpoint()
        if missing_part(("models",)):
            return "models"
        for published in self._published.values():
            cancel.checkpoint()
            shape = published.shape
            self._speeds.measure(key_of(shape), lambda shape=shape: estimated_speed(shape))  # type: ignore[misc]
        return ""

    # --- Descriptions --------------------------------------------------------------------------

    def _installed(self) -> list[ModelName]:
        try:
            folders = list(self._layout.root.iterdir())
        except OSError:
            return []
        return [ModelName(folder.name) for folder in folders if self._layout.record(folder.name).is_file()]

    def _record(self, name: ModelName) -> Record:
        try:
            return load_record(self._layout.record(name), name)
        except FileNotFoundError as error:
            known = name in self._published
            detail = "It can be installed" if known else "No model that Mikke knows has this name"
            raise ModelMissingError(name, detail) from error

    def _described(self, name: ModelName) -> Model:
        if name == BUILT_IN_MODEL:
            return self._built_in()
        try:
            if name == OWN_MODEL:
                return self._of_mikke()
            return self._of_record(self._record(name))
        except ModelMissingError:
            return self._of_published(self._published[name])
        except ModelDamagedError as error:
            return self._damaged(name, error.detail)

    def _built_in(self) -> Model:
        speed = self._speeds.known().get(BUILT_IN_MODEL)
        return Model(
            name=BUILT_IN_MODEL,
            title="Built in: words and parts of words",
            languages=None,
            licence="AGPL-3.0-or-later",
            restriction="",
            repository="",
            revision="",
            bytes=RARITY_TABLE.stat().st_size,
            installed=True,
            passages_per_second=speed,
            measured=speed is not None,
        )

    def _of_mikke(self) -> Model:
        """Raises ModelDamagedError."""
        record = read_own_record(self._own)
        speed = self._speeds.known().get(OWN_MODEL)
        return Model(
            name=OWN_MODEL,
            title=_OWN_TITLE,
            languages=record.described.languages,
            licence=record.described.licence,
            restriction="",
            repository="",
            revision="",
            bytes=record.bytes,
            installed=True,
            passages_per_second=speed,
            measured=speed is not None,
            profile=record.profile,
        )

    def _of_published(self, published: Published) -> Model:
        return Model(
            name=published.name,
            title=published.title,
            languages=published.languages,
            licence=published.licence,
            restriction=published.restriction,
            repository=published.repository,
            revision=published.revision or "",
            bytes=published.bytes,
            installed=False,
            passages_per_second=self._speeds.known().get(key_of(published.shape)),
        )

    def _of_record(self, record: Record) -> Model:
        published = self._published.get(record.name)
        return Model(
            name=record.name,
            title=published.title if published else str(record.name),
            languages=published.languages if published else None,
            licence=published.licence if published else "",
            restriction=published.restriction if published else "",
            repository=record.repository,
            revision=record.revision,
            bytes=record.bytes,
            installed=True,
            passages_per_second=record.checked.passages_per_second,
            measured=True,
            profile=(*record.checked.profile, *_places(record)),
        )

    def _damaged(self, name: ModelName, detail: str) -> Model:
        """Shown all the same, so that the person can install it again or remove it."""
        published = self._published.get(name)
        unnamed, record = str(name), self._layout.record(name).name
        if name == OWN_MODEL:
            unnamed, record = _OWN_TITLE, OWN_RECORD
        return Model(
            name=name,
            title=published.title if published else unnamed,
            languages=published.languages if published else None,
            licence=published.licence if published else "",
            restriction=published.restriction if published else "",
            repository=published.repository if published else "",
            revision="",
            bytes=published.bytes if published else 0,
            installed=published is None and name != OWN_MODEL,
            profile=(ProfileValue(name="damaged", value=detail, origin=record),),
        )


def _places(record: Record) -> tuple[ProfileValue, ...]:
    """Where and how exactly it encodes, and who decided that."""
    return tuple(
        ProfileValue(
            name=name,
            value=str(record.person.get(name, measured)),
            origin="you" if name in record.person else "the fastest when it was tried",
        )
        for name, measured in (("device", record.checked.device), ("precision", record.checked.precision))
    )
