"""Sentences about the library and about indexing, for the strip at the bottom and the quiet page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QObject

from app.messages import path_text, printable
from core.domain import DocumentState, LibraryStatus, Query, SearchReply


class Sentences(QObject):
    """A QObject only for its translations."""

    def library_summary(self, status: LibraryStatus) -> str:
        """What the library holds; failed files are never kept quiet about."""
        summary = self.tr("{documents}, {passages}").format(
            documents=self._documents(documents_found(status)), passages=self._passages(status.passages)
        )
        failed = status.documents[DocumentState.FAILED]
        if failed:
            summary += "   ·   " + self.tr("%Ln file(s) could not be read (see Files)", "", failed)
        return summary

    def scanning(self, folder: Path, files: int) -> str:
        text = self.tr("Looking through {folder}").format(folder=path_text(folder))
        return text + "   ·   " + self.tr("%Ln file(s)", "", files) if files else text

    def reading(self, path: Path, done: int, total: int, remaining_s: float | None) -> str:
        locale = QLocale()
        parts = [
            self.tr("{done} of {total}").format(done=locale.toString(done), total=locale.toString(total)),
            self.tr("Reading {name}").format(name=printable(path.name)),
        ]
        if remaining_s is not None:
            parts.insert(1, self.remaining(remaining_s))
        return "   ·   ".join(parts)

    def paused(self, done: int, total: int) -> str:
        if total == 0:
            return self.tr("Paused")
        locale = QLocale()
        count = self.tr("{done} of {total}").format(done=locale.toString(done), total=locale.toString(total))
        return self.tr("Paused") + "   ·   " + count

    def encoding(self, title: str, done: int, total: int, remaining_s: float | None) -> str:
        """How far a switch to another model is."""
        locale = QLocale()
        parts = [
            self.tr("{done} of {total} passages").format(
                done=locale.toString(done), total=locale.toString(total)
            ),
            self.tr("Encoding with {model}").format(model=title),
        ]
        if remaining_s is not None:
            parts.insert(1, self.remaining(remaining_s))
        return "   ·   ".join(parts)

    def encoding_paused(self, title: str, done: int, total: int) -> str:
        return self.paused(done, total) + "   ·   " + self.tr("Encoding with {model}").format(model=title)

    def remaining(self, seconds: float) -> str:
        """A remaining time as roughly as it is known."""
        if seconds < 45:
            return self.tr("less than a minute left")
        minutes = max(1, round(seconds / 60))
        if minutes < 60:
            return self.tr("about %Ln minute(s) left", "", minutes)
        return self.tr("about %Ln hour(s) left", "", round(minutes / 60))

    def results_found(self, reply: SearchReply) -> str:
        """How many results; "or more" when the list ended at its limit."""
        count = len(reply.results)
        if count >= reply.query.limit:
            return self.tr("%Ln or more document(s) found", "", count)
        return self.tr("%Ln document(s) found", "", count)

    def took(self, elapsed_ms: float) -> str:
        return self.tr("{ms} ms").format(ms=QLocale().toString(max(1, round(elapsed_ms))))

    def nothing_found(self, reply: SearchReply, status: LibraryStatus) -> str:
        """What was searched in vain."""
        if reply.query != Query(text=reply.query.text, limit=reply.query.limit, order=reply.query.order):
            if reply.passages_searched == 0:
                return self.tr("The filters leave nothing to be searched.")
            passages = self._passages(reply.passages_searched)
            return self.tr("Searched {passages}, all that the filters allow.").format(passages=passages)
        return self.tr("Searched {passages} in {documents}.").format(
            passages=self._passages(reply.passages_searched),
            documents=self._documents(documents_found(status)),
        )

    def ready(self, status: LibraryStatus) -> str:
        return self.tr("%Ln document(s) ready to be searched", "", documents_found(status))

    def _documents(self, count: int) -> str:
        return self.tr("%Ln document(s)", "", count)

    def _passages(self, count: int) -> str:
        return self.tr("%Ln passage(s)", "", count)


def documents_found(status: LibraryStatus) -> int:
    """Documents that a search can find."""
    return status.documents[DocumentState.INDEXED] + status.documents[DocumentState.TRUNCATED]
