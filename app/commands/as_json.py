"""What the commands print with --json: one object on one line, in UTF-8."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from app.messages import reason_text
from core.domain import (
    Document,
    DocumentState,
    Explanation,
    Hit,
    LibraryStatus,
    Model,
    PassageId,
    Result,
    SearchReply,
    Span,
)
from core.progress import Damaged, Verified


def print_json(value: object) -> None:
    """One line of JSON. What is no text in a file name stays an escape that JSON can carry."""
    line = json.dumps(value, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


def reply_json(
    reply: SearchReply, explanations: Mapping[PassageId, Explanation] | None = None
) -> dict[str, object]:
    """`hits` are all that a result has; beside them stands the best one, or nulls for a file that only its
    name answers. With `explanations`, each hit has its `explanation` (null for one that has none).
    """
    return {
        "query": reply.query.text,
        "model": reply.model,
        "final": reply.final,
        "elapsed_ms": round(reply.elapsed_ms, 1),
        "results": [_result_json(result, reply.query.text, explanations) for result in reply.results],
    }


def _result_json(
    result: Result, question: str, explanations: Mapping[PassageId, Explanation] | None
) -> dict[str, object]:
    hits = [_hit_json(hit, question) for hit in result.hits]
    if explanations is not None:
        for hit, told in zip(result.hits, hits, strict=True):
            found = explanations.get(hit.passage_id)
            told["explanation"] = explanation_json(found) if found else None
    best = hits[0] if hits else _NO_HIT
    return {
        "path": str(result.document.path),
        "title": result.document.title,
        **best,
        "score": result.score,
        "hits": hits,
    }


_NO_HIT: dict[str, object] = {
    "passage_id": None,
    "page": None,
    "passage": None,
    "highlights": [],
    "unanswered": [],
}


def _hit_json(hit: Hit, question: str) -> dict[str, object]:
    return {
        "passage_id": hit.passage_id,
        "page": hit.page,
        "score": hit.score,
        "passage": hit.text,
        "highlights": [
            {
                "start": highlight.span.start,
                "end": highlight.span.end,
                "strength": highlight.strength,
                "query": highlight.query,
                "asked": _span_json(highlight.asked),
            }
            for highlight in hit.highlights
        ],
        "unanswered": [_words_json(span, question) for span in hit.unanswered],
    }


def explanation_json(explanation: Explanation) -> dict[str, object]:
    """`tokens` in the order of the question; the sum of `weight` times `similarity` is `maxsim`. `asked` is
    null for a marker or mask, `answer` for what stands in the heading or for no characters.
    """
    asked = explanation.text
    return {
        "passage_id": explanation.passage_id,
        "text": asked,
        "tokens": [
            {
                "asked": _words_json(each.asked, asked) if each.asked.start < each.asked.end else None,
                "weight": round(each.weight, 6),
                "similarity": round(each.similarity, 6),
                "strength": each.strength,
                "answer": _span_json(each.answer) if each.answer else None,
                "answer_text": each.answer_text,
            }
            for each in explanation.tokens
        ],
        "unanswered": [_words_json(span, asked) for span in explanation.unanswered],
        "maxsim": explanation.maxsim,
        "keyword": explanation.keyword,
        "score": explanation.score,
    }


def _span_json(span: Span) -> dict[str, object]:
    return {"start": span.start, "end": span.end}


def _words_json(span: Span, text: str) -> dict[str, object]:
    return _span_json(span) | {"text": text[span.start : span.end]}


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
