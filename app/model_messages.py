"""All wording about models that is no failure of theirs: their names, what they lack, what one offers.

Like app/messages.py it knows no Qt.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.messages import (
    QT_TRANSLATE_NOOP,
    Translate,
    UserMessage,
    explain,
    fields_of,
    fill,
    printable,
    untranslated,
)
from core.domain import BUILT_IN_MODEL, OWN_MODEL, Model
from core.errors import ModelError, PartMissingError

_RESTRICTIONS = {  # by the `restriction` of a core.domain.Model
    "not for commercial use": QT_TRANSLATE_NOOP("messages", "not for commercial use"),
}

_ORIGINS = {  # by the `origin` of a core.domain.ProfileValue, as far as it is no name of a file
    "default of colbert-ai": QT_TRANSLATE_NOOP("messages", "default of colbert-ai"),
    "known model": QT_TRANSLATE_NOOP("messages", "its publisher's card"),
    "correction": QT_TRANSLATE_NOOP("messages", "corrected by Mikke"),
    "you": QT_TRANSLATE_NOOP("messages", "set by you"),
    "the fastest when it was tried": QT_TRANSLATE_NOOP("messages", "the fastest when it was tried"),
}

_TITLES = {
    OWN_MODEL: QT_TRANSLATE_NOOP("messages", "Mikke's own: meaning in many languages"),
    BUILT_IN_MODEL: QT_TRANSLATE_NOOP("messages", "Built in: words and parts of words"),
}

_FELL_BACK = UserMessage(
    title=QT_TRANSLATE_NOOP("messages", "Mikke's own model cannot be opened, and words are compared instead"),
    detail=QT_TRANSLATE_NOOP("messages", "{detail}"),
    action=QT_TRANSLATE_NOOP(
        "messages",
        "The built-in model answers now and encodes your library anew. Install Mikke again, then let its own "
        "model answer: on the page of models, or with mikke models use mikke.",
    ),
)

_UNDERSTANDS_MORE = UserMessage(
    title=QT_TRANSLATE_NOOP("messages", "Mikke understands more with the model of its own"),
    detail=QT_TRANSLATE_NOOP(
        "messages",
        "It also finds what is said in other words, and needs no download. Your library is encoded with it "
        "in the background; until that is done, it answers as it does now.",
    ),
)

_UNCOVERED = UserMessage(
    title=QT_TRANSLATE_NOOP("messages", "{model} was not made for all languages of your files"),
    detail=QT_TRANSLATE_NOOP(
        "messages", "It was not trained for {languages}: answers in these languages may be poor."
    ),
    action=QT_TRANSLATE_NOOP("messages", "These models were: {better}."),
)


def explain_uncovered(
    model: str, languages: Sequence[str], better: Sequence[str], translate: Translate = untranslated
) -> UserMessage:
    """The warning that a library has languages that a model was not trained for; `better` were."""
    separator = translate(QT_TRANSLATE_NOOP("messages", ", "))
    fields = {"model": model, "languages": separator.join(languages), "better": separator.join(better)}
    return UserMessage(
        title=fill(_UNCOVERED.title, fields, translate),
        detail=fill(_UNCOVERED.detail, fields, translate),
        action=fill(_UNCOVERED.action if better else "", fields, translate),
    )


def explain_fallback(error: ModelError, translate: Translate = untranslated) -> UserMessage:
    """Why the built-in model answers though the library was to have the one of Mikke's own."""
    fields = fields_of(error)
    return UserMessage(
        title=fill(_FELL_BACK.title, fields, translate),
        detail=fill(_FELL_BACK.detail, fields, translate),
        action=fill(_FELL_BACK.action, fields, translate),
    )


def understands_more(translate: Translate = untranslated) -> UserMessage:
    """What is offered to a library with the built-in model."""
    return UserMessage(title=translate(_UNDERSTANDS_MORE.title), detail=translate(_UNDERSTANDS_MORE.detail))


def explain_missing_part(model: str, part: str, translate: Translate = untranslated) -> UserMessage:
    """What to type when a model needs a part of Mikke that is not installed, said before anybody tries."""
    return explain(PartMissingError(model, part=part), translate)


def restriction_text(restriction: str, translate: Translate = untranslated) -> str:
    """What a licence forbids, in a few words."""
    return translate(_RESTRICTIONS[restriction]) if restriction in _RESTRICTIONS else restriction


def origin_text(origin: str, translate: Translate = untranslated) -> str:
    """Where a value of a model's profile is from."""
    return translate(_ORIGINS[origin]) if origin in _ORIGINS else origin


def model_title(model: Model, translate: Translate = untranslated) -> str:
    """What a model is called in a sentence: its publisher's name for it, or ours for a part of Mikke."""
    return translate(_TITLES[model.name]) if model.name in _TITLES else printable(model.title)
