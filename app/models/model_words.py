"""Words and sentences about models, for the page that lists them, its questions and the strip."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QLocale, QObject

from app.messages import CONTEXT
from app.model_messages import model_title, restriction_text
from app.models.language_names import LANGUAGE_CONTEXT, language_list, language_name
from core.domain import BUILT_IN_MODEL, Language, Model, ModelName, ModelSwitch

_FEW = 3
"""Languages that are named one by one."""

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


class ModelWords(QObject):
    """A QObject only for its translations."""

    def title(self, model: Model) -> str:
        return model_title(model, translate_message)

    def languages(self, model: Model) -> str:
        """Those that it was trained for, in words: a few by name, many by their number."""
        if model.languages is None:
            return self.tr("any language") if model.name == BUILT_IN_MODEL else self.tr("not known")
        if len(model.languages) > _FEW:
            return self.tr("%Ln language(s)", "", len(model.languages))
        return self.named(model.languages)

    def all_languages(self, model: Model) -> str:
        if model.languages is None or len(model.languages) <= _FEW:
            return self.languages(model)
        return self.languages(model) + ": " + self.named(model.languages)

    def named(self, languages: Iterable[Language]) -> str:
        return language_list(languages, translate_language)

    def size(self, count: int) -> str:
        return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)

    def licence(self, model: Model) -> str:
        """The licence, and plainly what it forbids."""
        forbidden = restriction_text(model.restriction, translate_message)
        if not model.licence:
            return self.tr("not known")
        return f"{model.licence} · {forbidden}" if forbidden else model.licence

    def short_speed(self, model: Model) -> str:
        """For a table."""
        speed = model.passages_per_second
        if speed is None:
            return self.tr("not known")
        text = self.tr("{count} passages/s") if model.measured else self.tr("about {count} passages/s")
        return text.format(count=number_text(speed))

    def speed(self, model: Model) -> str:
        speed = model.passages_per_second
        if speed is None:
            return self.tr("not known; it is measured when the model is installed")
        text = (
            self.tr("{count} passages a second (measured on this computer)")
            if model.measured
            else self.tr("about {count} passages a second (estimated for this computer)")
        )
        return text.format(count=number_text(speed))

    def state(self, model: Model, answering: ModelName, switch: ModelSwitch | None) -> str:
        if is_damaged(model):
            return self.tr("damaged")
        if model.name == answering:
            return self.tr("answers now") if model.installed else self.tr("needed, missing")
        if switch is not None and model.name == switch.model:
            return self.tr("next: {percent} % encoded").format(percent=percent(switch))
        return self.tr("installed") if model.installed else self.tr("not installed")

    def duration(self, seconds: float) -> str:
        """As roughly as an estimate is worth."""
        if seconds < _MINUTE_S:
            return self.tr("less than a minute")
        if seconds < _HOUR_S:
            return self.tr("about %Ln minute(s)", "", round(seconds / _MINUTE_S))
        if seconds < 2 * _DAY_S:
            return self.tr("about %Ln hour(s)", "", round(seconds / _HOUR_S))
        return self.tr("about %Ln day(s)", "", round(seconds / _DAY_S))

    def passages(self, count: int) -> str:
        return self.tr("%Ln passage(s)", "", count)


def is_damaged(model: Model) -> bool:
    """Its record could not be read: core.models then gives it a profile that only says so."""
    return any(value.name == "damaged" for value in model.profile)


def percent(switch: ModelSwitch) -> int:
    """How far a switch is; 100 only when all is encoded."""
    return min(100, 100 * switch.done // switch.total) if switch.total else 100


def number_text(number: float) -> str:
    """A measured number as exactly as it is worth saying."""
    return QLocale().toString(round(number)) if number >= 10 else QLocale().toString(number, "g", 2)


def translate_message(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text)


def translate_language(text: str) -> str:
    return QCoreApplication.translate(LANGUAGE_CONTEXT, text)


def named(language: Language) -> str:
    """The name of a language in the language of the window."""
    return language_name(language, translate_language)
