"""What the commands print with --json: one object on one line, in UTF-8."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict

from app.messages import reason_text
from core.domain import Document, DocumentState, LibraryStatus, Model, SearchReply
from core.progress import Damaged, Verified


def print_json(value: object) -> None:
    """One line of JSON. What is no text in a file name stays an escape that JSON can carry."""
    line = json.dumps(value, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


def reply_json(reply: SearchReply) -> dict[str, object]:
    return {
        "query": reply.query.text,
        "model": reply.model,
        "elapsed_ms": round(reply.elapsed_ms, 1),
        "results": [
            {
                "path": str(result.document.path),
                "title": result.document.title,
                "page": result.hits[0].page,
                "score": result.score,
                "passage": result.hits[0].text,
                "highlights": [
                    {
                        "start": highlight.span.start,
                        "end": highlight.span.end,
                        "strength": highlight.strength,
                        "query": highlight.query,
                    }
                    for highlight in result.hits[0].highlights
                ],
            }
            for result in reply.results
        ],
    }


def status_json(status: LibraryStatus, files: Iterable[Document] | None) -> dict[str, object]:
    found: dict[str, object] = {
        "model": status.model,
        "switch": asdict(status.switch) if status.switch else None,
        "sources": [str(source.path) for source in status.sources],
        "source_languages": {
            str(source.path): source.language for source in status.sources if source.language
        },
        "documents": {str(state): status.documents[state] for state in DocumentState},
        "passages": status.passages,
        "languages": {language or "unknown": count for language, count in status.languages.items()},
        "tokens": status.tokens,
        "index_bytes": status.index_bytes,
    }
    if files is not None:
        found["files"] = [
            {
                "path": str(file.path),
                "state": str(file.state),
                "reason": reason_text(file.reason) if file.reason else None,
            }
            for file in files
        ]
    return found


def verified_json(verified: Verified) -> dict[str, object]:
    return {
        "files": verified.files,
        "bytes": verified.bytes,
        "damaged": damaged_json(verified.damaged),
        "unmended": damaged_json(verified.unmended),
    }


def damaged_json(damaged: Iterable[Damaged]) -> list[dict[str, str]]:
    return [{"path": str(each.path), "detail": each.detail} for each in damaged]


def model_json(model: Model) -> dict[str, object]:
    """`languages` is null for a model without a list of them, `passages_per_second` where it is not known."""
    return asdict(model) | {"languages": None if model.languages is None else sorted(model.languages)}
