"""All wording for what went wrong, in plain words. Knows no Qt: the window and the command line share it.

Sentences are templates marked by `QT_TRANSLATE_NOOP`, which the translation tools look for; they are
translated first and filled in afterwards, so that a translation can move the names about.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.domain import DocumentState, Hint, HintKind, Reason, StateReason
from core.errors import (
    CancelledError,
    CoreError,
    DiskFullError,
    DownloadError,
    ExtractionError,
    FolderNotFoundError,
    LibraryDamagedError,
    LibraryError,
    LibraryInUseError,
    LibraryMissingError,
    LibraryTooNewError,
    LibraryUnwritableError,
    ModelDamagedError,
    ModelError,
    ModelInUseError,
    ModelMissingError,
    ModelUnsupportedError,
    PartMissingError,
    SourceError,
    TrainingError,
    UnknownSourceError,
)

CONTEXT = "messages"
"""The translation context of every sentence in this file."""

Translate = Callable[[str], str]


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: ARG001, N802 - the name that lupdate looks for
    """Mark `text` for translation; gives it back as it is."""
    return text


def untranslated(text: str) -> str:
    """The `translate` of whoever speaks English only."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """What a person reads about a failure: what happened, the particulars, what to do (may be empty)."""

    title: str
    detail: str = ""
    action: str = ""

    @property
    def in_one_line(self) -> str:
        parts = (self.title, self.detail, self.action)
        return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


_ERRORS: dict[type[Exception], UserMessage] = {
    LibraryInUseError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "Another Mikke is writing to this library"),
        detail=QT_TRANSLATE_NOOP("messages", "{path} can have one writer at a time. Searching still works."),
        action=QT_TRANSLATE_NOOP("messages", "Wait until the other one has finished, or close it."),
    ),
    LibraryMissingError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "There is no library yet"),
        detail=QT_TRANSLATE_NOOP("messages", "{path} has none."),
        action=QT_TRANSLATE_NOOP(
            "messages", "Open Mikke and add a folder, or give the command: mikke add FOLDER"
        ),
    ),
    LibraryTooNewError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "This library was made by a newer Mikke"),
        detail=QT_TRANSLATE_NOOP(
            "messages", "{path} has version {found}; this program reads up to version {supported}."
        ),
        action=QT_TRANSLATE_NOOP("messages", "Update Mikke, or use another library folder."),
    ),
    LibraryDamagedError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "A file of the library cannot be read"),
        detail=QT_TRANSLATE_NOOP("messages", "{path}: {detail}"),
        action=QT_TRANSLATE_NOOP(
            "messages",
            "Your own files are not affected. Look at all folders again (mikke sync), which repairs the "
            "index; mikke verify reads and repairs all of the library. If that does not help, move the "
            "library folder away; Mikke makes a new one.",
        ),
    ),
    LibraryUnwritableError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "The library folder cannot be written"),
        detail=QT_TRANSLATE_NOOP("messages", "{path}: {detail}"),
        action=QT_TRANSLATE_NOOP("messages", "Check the permissions of that folder, or choose another one."),
    ),
    DiskFullError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "The disk is full"),
        detail=QT_TRANSLATE_NOOP("messages", "There is not enough space in {path}: {detail}"),
        action=QT_TRANSLATE_NOOP("messages", "Free some space, then try again. Nothing was lost."),
    ),
    TrainingError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "The index could not be compressed"),
        detail=QT_TRANSLATE_NOOP("messages", "{path}: {detail}"),
        action=QT_TRANSLATE_NOOP(
            "messages",
            "Everything can be searched as before; the index only stays larger and slower. Close programs "
            "that need much memory: Mikke tries again after the next files it reads. If that does not help, "
            "please report this.",
        ),
    ),
    LibraryError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "Something is wrong with the library"),
        detail=QT_TRANSLATE_NOOP("messages", "{path}: {detail}"),
    ),
    FolderNotFoundError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "This folder was not found"),
        detail=QT_TRANSLATE_NOOP("messages", "{path} is not there, or it is not a folder."),
        action=QT_TRANSLATE_NOOP("messages", "Check the name, or whether the drive is connected."),
    ),
    UnknownSourceError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "This folder is not in the library"),
        detail=QT_TRANSLATE_NOOP("messages", "{path} was never added, or it was already removed."),
    ),
    SourceError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "Something is wrong with a folder"),
        detail=QT_TRANSLATE_NOOP("messages", "{path}"),
    ),
    ModelMissingError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "The model {model} is not installed"),
        detail=QT_TRANSLATE_NOOP("messages", "{detail}"),
        action=QT_TRANSLATE_NOOP(
            "messages", "Models in the window, or mikke models list, shows which models there are."
        ),
    ),
    ModelDamagedError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "The model {model} is damaged"),
        detail=QT_TRANSLATE_NOOP("messages", "{detail}"),
        action=QT_TRANSLATE_NOOP("messages", "Install it again. Your library is not affected."),
    ),
    ModelUnsupportedError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "Mikke cannot use the model {model}"),
        detail=QT_TRANSLATE_NOOP("messages", "{detail}"),
    ),
    ModelInUseError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "The model {model} is needed"),
        detail=QT_TRANSLATE_NOOP("messages", "{detail}"),
        action=QT_TRANSLATE_NOOP("messages", "Use another model first, then remove this one."),
    ),
    PartMissingError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "A part of Mikke that {model} needs is not installed: {part}"),
        detail=QT_TRANSLATE_NOOP("messages", "{detail}"),
        action=QT_TRANSLATE_NOOP(
            "messages",
            "Start Mikke once with: python3 packaging/tasks.py run --models. In an installed program: "
            'pip install "mikke[models,japanese]"',
        ),
    ),
    DownloadError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "The model {model} could not be fetched"),
        detail=QT_TRANSLATE_NOOP("messages", "{detail}"),
        action=QT_TRANSLATE_NOOP(
            "messages", "Try again later: it goes on where it stopped. Without a network, install a copy."
        ),
    ),
    ModelError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "Something is wrong with the model {model}"),
        detail=QT_TRANSLATE_NOOP("messages", "{detail}"),
    ),
    CancelledError: UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "Stopped"),
        detail=QT_TRANSLATE_NOOP("messages", "What was read so far can be found."),
    ),
    CoreError: UserMessage(title=QT_TRANSLATE_NOOP("messages", "Something went wrong")),
}

ASSISTANTS_MISSING = UserMessage(
    title="The part of Mikke for assistants is not installed",
    action="Start Mikke once with: python3 packaging/tasks.py run --assistants. In an installed program: "
    'pip install "mikke[assistants]"',
)
"""For the command line, which speaks English."""

_DETAILS = {  # the particulars that core always says in the same words
    "It can be installed": QT_TRANSLATE_NOOP("messages", "It can be installed"),
    "No model that Mikke knows has this name": QT_TRANSLATE_NOOP(
        "messages", "No model that Mikke knows has this name"
    ),
    "It is a part of Mikke": QT_TRANSLATE_NOOP("messages", "It is a part of Mikke"),
}

_OS_ERROR = UserMessage(
    title=QT_TRANSLATE_NOOP("messages", "The system refused"),
    detail=QT_TRANSLATE_NOOP("messages", "{path}: {detail}"),
)
_UNEXPECTED = UserMessage(
    title=QT_TRANSLATE_NOOP("messages", "Mikke made a mistake"),
    detail=QT_TRANSLATE_NOOP("messages", "{kind}: {detail}"),
    action=QT_TRANSLATE_NOOP("messages", "Your files are not affected. Please report this."),
)
_UNREADABLE_TITLE = QT_TRANSLATE_NOOP("messages", "This file cannot be read")

_REASONS: dict[Reason, str] = {
    Reason.EMPTY: QT_TRANSLATE_NOOP("messages", "The file is empty."),
    Reason.UNSUPPORTED: QT_TRANSLATE_NOOP("messages", "Mikke cannot read this kind of file yet."),
    Reason.BINARY: QT_TRANSLATE_NOOP("messages", "This is not text, whatever its name says."),
    Reason.NO_TEXT: QT_TRANSLATE_NOOP(
        "messages", "There is no text inside, perhaps only scanned pictures of pages."
    ),
    Reason.SYMLINK: QT_TRANSLATE_NOOP(
        "messages", "This is a link. Add the folder that it points to if you want it searched."
    ),
    Reason.SPECIAL_FILE: QT_TRANSLATE_NOOP("messages", "This is not an ordinary file (a device, say)."),
    Reason.OTHER_FILE_SYSTEM: QT_TRANSLATE_NOOP(
        "messages", "This is on another drive. Add that folder by itself if you want it searched."
    ),
    Reason.ENCRYPTED: QT_TRANSLATE_NOOP(
        "messages", "The file is protected by a password. Save a copy without one to make it searchable."
    ),
    Reason.DAMAGED: QT_TRANSLATE_NOOP(
        "messages", "The file is damaged. Try to open it and to save it again in its own program."
    ),
    Reason.NO_PERMISSION: QT_TRANSLATE_NOOP(
        "messages", "You may not read this file. Change its permissions; Mikke then tries again."
    ),
    Reason.VANISHED: QT_TRANSLATE_NOOP("messages", "The file disappeared while Mikke was about to read it."),
    Reason.READ_ERROR: QT_TRANSLATE_NOOP(
        "messages", "The disk reported an error. Check the drive and its connection."
    ),
    Reason.TIMED_OUT: QT_TRANSLATE_NOOP(
        "messages", "Reading took too long and was stopped. Mikke tries again when the file changes."
    ),
    Reason.OUT_OF_MEMORY: QT_TRANSLATE_NOOP(
        "messages", "Reading needed too much memory and was stopped. Splitting the file may help."
    ),
    Reason.CRASHED: QT_TRANSLATE_NOOP(
        "messages", "The file made the reader crash; it is probably damaged. Nothing else was affected."
    ),
    Reason.TOO_LONG: QT_TRANSLATE_NOOP(
        "messages", "The file is very long: its beginning can be found, the rest cannot."
    ),
    Reason.PARTLY_DAMAGED: QT_TRANSLATE_NOOP(
        "messages", "Some pages of the file are damaged; the others can be found."
    ),
}

_STATES: dict[DocumentState, str] = {
    DocumentState.PENDING: QT_TRANSLATE_NOOP("messages", "waiting"),
    DocumentState.INDEXED: QT_TRANSLATE_NOOP("messages", "indexed"),
    DocumentState.TRUNCATED: QT_TRANSLATE_NOOP("messages", "partly indexed"),
    DocumentState.SKIPPED: QT_TRANSLATE_NOOP("messages", "skipped"),
    DocumentState.FAILED: QT_TRANSLATE_NOOP("messages", "failed"),
}

_TROUBLES: dict[str, UserMessage] = {  # by the value of a core.watch.events.WatchTrouble
    "missing": UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "A folder is not there now: {path}"),
        detail=QT_TRANSLATE_NOOP("messages", "What was read from it can still be found."),
        action=QT_TRANSLATE_NOOP("messages", "Is its drive connected?"),
    ),
    "no-permission": UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "You may not read {path}"),
        detail=QT_TRANSLATE_NOOP("messages", "Changes in it are not noticed."),
        action=QT_TRANSLATE_NOOP("messages", "Check the permissions of that folder."),
    ),
    "limit": UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "{path} has more folders than the system lets Mikke watch"),
        detail=QT_TRANSLATE_NOOP("messages", "Mikke looks at it from time to time; changes show up later."),
        action=QT_TRANSLATE_NOOP("messages", "Raise fs.inotify.max_user_watches to see changes at once."),
    ),
    "network": UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "{path} is on a network drive"),
        detail=QT_TRANSLATE_NOOP("messages", "Mikke looks at it from time to time; changes show up later."),
    ),
    "failed": UserMessage(
        title=QT_TRANSLATE_NOOP("messages", "{path} cannot be watched"),
        detail=QT_TRANSLATE_NOOP("messages", "Mikke looks at it from time to time; changes show up later."),
    ),
}

_HINTS: dict[HintKind, str] = {
    HintKind.UNKNOWN_FILTER: QT_TRANSLATE_NOOP("messages", "{typed} is searched as words: it is no filter"),
    HintKind.BAD_DATE: QT_TRANSLATE_NOOP("messages", "{typed} is no date like 2025, 2025-01 or 2025-01-31"),
    HintKind.UNKNOWN_FOLDER: QT_TRANSLATE_NOOP(
        "messages", "{typed}: no folder that is searched has this name"
    ),
    HintKind.UNKNOWN_TYPE: QT_TRANSLATE_NOOP("messages", "{typed}: Mikke reads no files of this type"),
    HintKind.UNKNOWN_LANGUAGE: QT_TRANSLATE_NOOP("messages", "{typed}: Mikke does not know this language"),
    HintKind.EMPTY_FILTER: QT_TRANSLATE_NOOP("messages", "Nothing stands in {typed} or right behind it"),
    HintKind.OPEN_QUOTE: QT_TRANSLATE_NOOP("messages", "A quotation mark is opened, but not closed: {typed}"),
}
_MEANT = QT_TRANSLATE_NOOP("messages", "Did you mean {suggestion}?")


def explain_hint(hint: Hint, translate: Translate = untranslated) -> UserMessage:
    """What is odd about a question, and what was perhaps meant: nothing that went wrong."""
    fields = {"typed": hint.typed, "suggestion": hint.suggestion}
    meant = fill(_MEANT if hint.suggestion else "", fields, translate)
    return UserMessage(title=fill(_HINTS[hint.kind], fields, translate), action=meant)


def explain_watching(folder: Path, trouble: str, translate: Translate = untranslated) -> UserMessage:
    """The message for a WatchProblem: `trouble` is the value of its WatchTrouble."""
    template = _TROUBLES[trouble]
    fields = {"path": path_text(folder)}
    return UserMessage(
        title=fill(template.title, fields, translate),
        detail=fill(template.detail, fields, translate),
        action=fill(template.action, fields, translate),
    )


def explain(error: Exception, translate: Translate = untranslated) -> UserMessage:
    """The message for `error`: its own wording, or that of the nearest class above it."""
    if isinstance(error, ExtractionError):
        return UserMessage(
            title=translate(_UNREADABLE_TITLE), detail=reason_text(error.reason, translate), action=""
        )
    template = _template_of(error)
    fields = fields_of(error)
    if fields["detail"] in _DETAILS:
        fields["detail"] = translate(_DETAILS[fields["detail"]])
    return UserMessage(
        title=fill(template.title, fields, translate),
        detail=fill(template.detail, fields, translate),
        action=fill(template.action, fields, translate),
    )


def reason_text(reason: StateReason, translate: Translate = untranslated) -> str:
    """Why a file is not (wholly) searchable and what can be done about it."""
    sentence = translate(_REASONS[reason.code])
    return f"{sentence} ({reason.detail})" if reason.detail else sentence


def state_text(state: DocumentState, translate: Translate = untranslated) -> str:
    """The word for a document's state."""
    return translate(_STATES[state])


def _template_of(error: Exception) -> UserMessage:
    for kind in type(error).__mro__:
        if kind in _ERRORS:
            return _ERRORS[kind]
    return _OS_ERROR if isinstance(error, OSError) else _UNEXPECTED


def fields_of(error: Exception) -> dict[str, str]:
    """What the templates may say of an error."""
    fields = {name: str(value) for name, value in vars(error).items()}
    fields["kind"] = type(error).__name__
    if isinstance(error, OSError):
        fields["path"] = str(error.filename or "")
        fields["detail"] = error.strerror or str(error)
    fields.setdefault("path", "")
    fields.setdefault("detail", str(error))
    return fields


def fill(template: str, fields: dict[str, str], translate: Translate) -> str:
    """A template in the person's language, filled in."""
    if not template:
        return ""
    return printable(translate(template).format_map(fields).strip(": "))


def path_text(path: Path) -> str:
    """`path` for people: the home folder as `~`, and bytes that are no UTF-8 as replacement characters.

    (Python keeps such bytes as lone surrogates, which neither Qt nor a terminal accepts.)
    """
    text = str(path)
    home = str(Path.home())
    if text == home or text.startswith(home + os.sep):
        text = "~" + text[len(home) :]
    return printable(text)


def printable(text: str) -> str:
    """`text` without lone surrogates."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
