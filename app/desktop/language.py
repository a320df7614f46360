"""The language of the window: that of the system, or one that was asked for."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from core.layout import RESOURCES

TRANSLATIONS = RESOURCES / "translations"


def install_language(application: QCoreApplication, language: str | None = None) -> str:
    """Translate everything from now on; gives the language code in force (`ja`, `en`).

    English has a translation too: it holds the plurals.
    """
    code = language or _system_language()
    QLocale.setDefault(QLocale(code) if language else QLocale.system())
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("mikke", str(TRANSLATIONS)),
    ):
        translator = QTranslator(application)
        if translator.load(f"{name}_{code}", folder):
            application.installTranslator(translator)
    return code


def _system_language() -> str:
    """The first language of the system that we speak; English otherwise."""
    known = {file.stem.removeprefix("mikke_") for file in TRANSLATIONS.glob("mikke_*.qm")}
    wanted = [name.replace("_", "-").split("-")[0] for name in QLocale.system().uiLanguages()]
    return next((name for name in wanted if name in known), "en")
