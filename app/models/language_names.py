"""The names of languages, for people. Knows no Qt; marked for translation as in app.messages."""

from __future__ import annotations

from collections.abc import Iterable

from app.messages import QT_TRANSLATE_NOOP, Translate, untranslated
from core.domain import Language

LANGUAGE_CONTEXT = "languages"
"""The translation context of every name in this file."""

_NAMES = {
    "af": QT_TRANSLATE_NOOP("languages", "Afrikaans"),
    "am": QT_TRANSLATE_NOOP("languages", "Amharic"),
    "ar": QT_TRANSLATE_NOOP("languages", "Arabic"),
    "as": QT_TRANSLATE_NOOP("languages", "Assamese"),
    "az": QT_TRANSLATE_NOOP("languages", "Azerbaijani"),
    "be": QT_TRANSLATE_NOOP("languages", "Belarusian"),
    "bg": QT_TRANSLATE_NOOP("languages", "Bulgarian"),
    "bn": QT_TRANSLATE_NOOP("languages", "Bengali"),
    "br": QT_TRANSLATE_NOOP("languages", "Breton"),
    "bs": QT_TRANSLATE_NOOP("languages", "Bosnian"),
    "ca": QT_TRANSLATE_NOOP("languages", "Catalan"),
    "cs": QT_TRANSLATE_NOOP("languages", "Czech"),
    "cy": QT_TRANSLATE_NOOP("languages", "Welsh"),
    "da": QT_TRANSLATE_NOOP("languages", "Danish"),
    "de": QT_TRANSLATE_NOOP("languages", "German"),
    "el": QT_TRANSLATE_NOOP("languages", "Greek"),
    "en": QT_TRANSLATE_NOOP("languages", "English"),
    "eo": QT_TRANSLATE_NOOP("languages", "Esperanto"),
    "es": QT_TRANSLATE_NOOP("languages", "Spanish"),
    "et": QT_TRANSLATE_NOOP("languages", "Estonian"),
    "eu": QT_TRANSLATE_NOOP("languages", "Basque"),
    "fa": QT_TRANSLATE_NOOP("languages", "Persian"),
    "fi": QT_TRANSLATE_NOOP("languages", "Finnish"),
    "fr": QT_TRANSLATE_NOOP("languages", "French"),
    "fy": QT_TRANSLATE_NOOP("languages", "Western Frisian"),
    "ga": QT_TRANSLATE_NOOP("languages", "Irish"),
    "gd": QT_TRANSLATE_NOOP("languages", "Scottish Gaelic"),
    "gl": QT_TRANSLATE_NOOP("languages", "Galician"),
    "gu": QT_TRANSLATE_NOOP("languages", "Gujarati"),
    "ha": QT_TRANSLATE_NOOP("languages", "Hausa"),
    "he": QT_TRANSLATE_NOOP("languages", "Hebrew"),
    "hi": QT_TRANSLATE_NOOP("languages", "Hindi"),
    "hr": QT_TRANSLATE_NOOP("languages", "Croatian"),
    "hu": QT_TRANSLATE_NOOP("languages", "Hungarian"),
    "hy": QT_TRANSLATE_NOOP("languages", "Armenian"),
    "id": QT_TRANSLATE_NOOP("languages", "Indonesian"),
    "is": QT_TRANSLATE_NOOP("languages", "Icelandic"),
    "it": QT_TRANSLATE_NOOP("languages", "Italian"),
    "ja": QT_TRANSLATE_NOOP("languages", "Japanese"),
    "jv": QT_TRANSLATE_NOOP("languages", "Javanese"),
    "ka": QT_TRANSLATE_NOOP("languages", "Georgian"),
    "kk": QT_TRANSLATE_NOOP("languages", "Kazakh"),
    "km": QT_TRANSLATE_NOOP("languages", "Khmer"),
    "kn": QT_TRANSLATE_NOOP("languages", "Kannada"),
    "ko": QT_TRANSLATE_NOOP("languages", "Korean"),
    "ku": QT_TRANSLATE_NOOP("languages", "Kurdish"),
    "ky": QT_TRANSLATE_NOOP("languages", "Kyrgyz"),
    "la": QT_TRANSLATE_NOOP("languages", "Latin"),
    "lo": QT_TRANSLATE_NOOP("languages", "Lao"),
    "lt": QT_TRANSLATE_NOOP("languages", "Lithuanian"),
    "lv": QT_TRANSLATE_NOOP("languages", "Latvian"),
    "mg": QT_TRANSLATE_NOOP("languages", "Malagasy"),
    "mk": QT_TRANSLATE_NOOP("languages", "Macedonian"),
    "ml": QT_TRANSLATE_NOOP("languages", "Malayalam"),
    "mn": QT_TRANSLATE_NOOP("languages", "Mongolian"),
    "mr": QT_TRANSLATE_NOOP("languages", "Marathi"),
    "ms": QT_TRANSLATE_NOOP("languages", "Malay"),
    "my": QT_TRANSLATE_NOOP("languages", "Burmese"),
    "ne": QT_TRANSLATE_NOOP("languages", "Nepali"),
    "nl": QT_TRANSLATE_NOOP("languages", "Dutch"),
    "no": QT_TRANSLATE_NOOP("languages", "Norwegian"),
    "om": QT_TRANSLATE_NOOP("languages", "Oromo"),
    "or": QT_TRANSLATE_NOOP("languages", "Odia"),
    "pa": QT_TRANSLATE_NOOP("languages", "Punjabi"),
    "pl": QT_TRANSLATE_NOOP("languages", "Polish"),
    "ps": QT_TRANSLATE_NOOP("languages", "Pashto"),
    "pt": QT_TRANSLATE_NOOP("languages", "Portuguese"),
    "ro": QT_TRANSLATE_NOOP("languages", "Romanian"),
    "ru": QT_TRANSLATE_NOOP("languages", "Russian"),
    "sa": QT_TRANSLATE_NOOP("languages", "Sanskrit"),
    "sd": QT_TRANSLATE_NOOP("languages", "Sindhi"),
    "si": QT_TRANSLATE_NOOP("languages", "Sinhala"),
    "sk": QT_TRANSLATE_NOOP("languages", "Slovak"),
    "sl": QT_TRANSLATE_NOOP("languages", "Slovenian"),
    "so": QT_TRANSLATE_NOOP("languages", "Somali"),
    "sq": QT_TRANSLATE_NOOP("languages", "Albanian"),
    "sr": QT_TRANSLATE_NOOP("languages", "Serbian"),
    "su": QT_TRANSLATE_NOOP("languages", "Sundanese"),
    "sv": QT_TRANSLATE_NOOP("languages", "Swedish"),
    "sw": QT_TRANSLATE_NOOP("languages", "Swahili"),
    "ta": QT_TRANSLATE_NOOP("languages", "Tamil"),
    "te": QT_TRANSLATE_NOOP("languages", "Telugu"),
    "th": QT_TRANSLATE_NOOP("languages", "Thai"),
    "tl": QT_TRANSLATE_NOOP("languages", "Tagalog"),
    "tr": QT_TRANSLATE_NOOP("languages", "Turkish"),
    "ug": QT_TRANSLATE_NOOP("languages", "Uyghur"),
    "uk": QT_TRANSLATE_NOOP("languages", "Ukrainian"),
    "ur": QT_TRANSLATE_NOOP("languages", "Urdu"),
    "uz": QT_TRANSLATE_NOOP("languages", "Uzbek"),
    "vi": QT_TRANSLATE_NOOP("languages", "Vietnamese"),
    "xh": QT_TRANSLATE_NOOP("languages", "Xhosa"),
    "yi": QT_TRANSLATE_NOOP("languages", "Yiddish"),
    "zh": QT_TRANSLATE_NOOP("languages", "Chinese"),
}
"""Those that a published model was trained for."""


def language_name(language: Language, translate: Translate = untranslated) -> str:
    """The name of a language; its code where we have none."""
    name = _NAMES.get(language)
    return translate(name) if name else str(language)


def named_languages(translate: Translate = untranslated) -> list[tuple[Language, str]]:
    """All languages that have a name, by name."""
    return sorted(
        ((Language(code), translate(name)) for code, name in _NAMES.items()), key=lambda each: each[1]
    )


def language_list(languages: Iterable[Language], translate: Translate = untranslated) -> str:
    """The names of all these languages, by name."""
    separator = translate(QT_TRANSLATE_NOOP("languages", ", "))
    return separator.join(sorted(language_name(language, translate) for language in languages))
