"""The command line: everything that the window can do, without a window.

Exit codes: 0 it ran, 1 the library is damaged (`verify`), 2 wrong usage, 3 it could not (one line on stderr
says why).
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from queue import Empty, SimpleQueue

from app import terminal
from app.composition import App, build
from app.messages import UserMessage, explain, explain_watching, reason_text
from core.domain import Document, DocumentState, LibraryStatus, Query, SearchReply
from core.errors import CancelledError, CoreError, LibraryDamagedError, UnknownSourceError
from core.extract.formats import format_of
from core.layout import LibraryLayout, default_library
from core.progress import CancelToken, Damaged, Verified
from core.watch.events import WatchProblem
from core.watch.watcher import Watcher

OK, DAMAGED, FAILED = 0, 1, 3

_WATCH_READY_S = 60.0
"""What changed before the watches were set is found by the sync after them; large folders take long."""

_LOOK_AGAIN_S = 2.0
"""How often `watch` asks which folders the library has, and tries again what failed."""

OpenWindow = Callable[[App, Sequence[Path]], int]
"""Shows the window with these folders added and returns the exit code."""


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Parse and run one command; returns the exit code. Only `open_window` knows Qt."""
    terminal.prepare_streams()
    parsed = _parser().parse_args(arguments, argparse.Namespace(open_window=open_window))
    try:
        code = int(parsed.command(parsed))
        sys.stdout.flush()  # here a failure can still be told
    except BrokenPipeError:
        terminal.abandon_stdout()
        return OK
    except (CancelledError, KeyboardInterrupt):
        terminal.complain("stopped; what was done so far is kept")
        return FAILED
    except (CoreError, OSError) as error:
        terminal.complain(_one_line(explain(error)))
        terminal.settle_stdout()
        return FAILED
    return code


def _one_line(message: UserMessage) -> str:
    parts = (message.title, message.detail, message.action)
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


def _window(parsed: argparse.Namespace) -> int:
    with _open(parsed) as app:
        return int(parsed.open_window(app, parsed.folder))


def _add(parsed: argparse.Namespace) -> int:
    with _open(parsed) as app:
        for folder in parsed.folder:
            app.collection.add_source(folder)
        _index(app, f"Indexing {', '.join(map(terminal.shown, parsed.folder))}")
    return OK


def _search(parsed: argparse.Namespace) -> int:
    query = Query(
        text=parsed.question,
        folders=_folders(parsed.folder),
        formats=parsed.type,
        limit=parsed.limit,
        modified_from_ns=parsed.since,
        modified_before_ns=parsed.before,
    )
    with _open(parsed) as app:
        reply = app.collection.search(query)
        if parsed.json:
            print_json(_reply_json(reply))
        else:
            terminal.print_reply(reply)
    return OK


def _status(parsed: argparse.Namespace) -> int:
    with _open(parsed) as app:
        status = app.collection.status()
        files = app.collection.documents() if parsed.files else None
        if parsed.json:
            print_json(_status_json(status, files))
        else:
            terminal.print_status(status, files)
    return OK


def _sync(parsed: argparse.Namespace) -> int:
    with _open(parsed) as app:
        _index(app, "Looking at all folders")
    return OK


def _verify(parsed: argparse.Namespace) -> int:
    try:
        with _open(parsed) as app, _cancelled_by_ctrl_c() as cancel:
            verified = terminal.follow(app.collection.verify(cancel), "Reading the whole library")
    except LibraryDamagedError as error:  # not even to be opened
        damaged = (Damaged(path=error.path, detail=error.detail),)
        verified = Verified(files=0, bytes=0, damaged=damaged, unmended=damaged)
    assert verified is not None, "it is the last event"
    if parsed.json:
        print_json(_verified_json(verified))
    else:
        terminal.print_verified(verified)
    return DAMAGED if verified.unmended else OK


def _forget(parsed: argparse.Namespace) -> int:
    with _open(parsed) as app:
        changes = app.collection.forget_source(parsed.folder)
        terminal.say(f"Forgot {terminal.shown(parsed.folder)}: {len(changes.documents)} documents.")
    return OK


def _watch(parsed: argparse.Namespace) -> int:
    """Stay until interrupted; changes come from the watcher's thread through a queue."""
    news: SimpleQueue[frozenset[Path]] = SimpleQueue()
    cancel = CancelToken()

    def stop(*_: object) -> None:
        cancel.cancel()
        news.put(frozenset())

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)

    def problem(what: WatchProblem) -> None:
        terminal.complain(_one_line(explain_watching(what.folder, what.trouble)))

    with _open(parsed) as app, app.watch(news.put, problem) as watcher:
        watcher.wait_ready(_WATCH_READY_S)
        terminal.follow(app.collection.sync(cancel), "Looking at all folders")
        terminal.print_counts(app.collection.status())
        terminal.say("Watching. Press Ctrl+C to stop.")
        with ThreadPoolExecutor(1, "mikke-maintenance") as background:
            _follow_changes(app, watcher, news, cancel, _Maintenance(app, background, cancel))
    return OK


class _Maintenance:
    """Runs in the background, so that the next change need not wait for it."""

    def __init__(self, app: App, background: ThreadPoolExecutor, cancel: CancelToken) -> None:
        self._app = app
        self._background = background
        self._cancel = cancel
        self._running: Future[None] | None = None

    def wake(self) -> None:
        """Begin, unless it is going on."""
        if self._running is None or self._running.done():
            self._running = self._background.submit(self._run)

    def _run(self) -> None:
        try:
            terminal.follow_quietly(self._app.collection.maintain(self._cancel))
        except CancelledError:
            return
        except (CoreError, OSError) as error:
            terminal.complain(_one_line(explain(error)))


def _follow_changes(
    app: App,
    watcher: Watcher,
    news: SimpleQueue[frozenset[Path]],
    cancel: CancelToken,
    maintenance: _Maintenance,
) -> None:
    """Refresh what changed, until cancelled; try again what cannot be done now (another program writes)."""
    waiting: frozenset[Path] = frozenset()
    told = ""
    maintenance.wake()
    while not cancel.cancelled:
        try:
            waiting |= news.get(timeout=_LOOK_AGAIN_S)
        except Empty:
            # Another program may have added or forgotten folders.
            watcher.set_folders(source.path for source in app.collection.sources())
        if not waiting:
            continue
        try:
            terminal.follow_quietly(app.collection.refresh(waiting, cancel))
        except CancelledError:
            return
        except CoreError as error:
            message = _one_line(explain(error))
            if message != told:
                terminal.complain(message)
            told = message
        else:
            waiting, told = frozenset(), ""
            maintenance.wake()


def _tour(parsed: argparse.Namespace) -> int:
    from app import tour  # noqa: PLC0415 - only this command needs it

    return tour.run(parsed.folder, parsed.library, parsed.ask)


def _index(app: App, title: str) -> None:
    with _cancelled_by_ctrl_c() as cancel:
        terminal.follow(app.collection.sync(cancel), title)
        terminal.follow(app.collection.maintain(cancel), "Tidying up the index")
    terminal.print_counts(app.collection.status())


@contextmanager
def _cancelled_by_ctrl_c() -> Iterator[CancelToken]:
    """The first Ctrl+C ends the job in good order, so that what was read is kept; a second one at once."""
    cancel = CancelToken()

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        cancel.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)


def _open(parsed: argparse.Namespace) -> App:
    return build(LibraryLayout(parsed.library or default_library()))


def _folders(folder: Path | None) -> tuple[Path, ...]:
    if folder is None:
        return ()
    if not folder.is_dir():
        raise UnknownSourceError(folder)
    return (folder.resolve(),)


# --- JSON ----------------------------------------------------------------------------------------


def print_json(value: object) -> None:
    """One line of JSON in UTF-8. What is no text in a file name stays an escape that JSON can carry."""
    line = json.dumps(value, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


def _reply_json(reply: SearchReply) -> dict[str, object]:
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


def _status_json(status: LibraryStatus, files: Iterable[Document] | None) -> dict[str, object]:
    found: dict[str, object] = {
        "model": status.model,
        "sources": [str(source.path) for source in status.sources],
        "documents": {str(state): status.documents[state] for state in DocumentState},
        "passages": status.passages,
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


def _verified_json(verified: Verified) -> dict[str, object]:
    def told(damaged: Iterable[Damaged]) -> list[dict[str, str]]:
        return [{"path": str(each.path), "detail": each.detail} for each in damaged]

    return {
        "files": verified.files,
        "bytes": verified.bytes,
        "damaged": told(verified.damaged),
        "unmended": told(verified.unmended),
    }


# --- Usage ---------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mikke", description="Find anything in your own files.")
    parser.add_argument("--library", type=Path, metavar="DIR", help="another library than your default one")
    parser.set_defaults(command=_window, folder=[])
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    window = commands.add_parser("window", help="open the window (the default)")
    window.add_argument("folder", nargs="*", type=Path, help="folders to add")
    window.set_defaults(command=_window)

    add = commands.add_parser("add", help="remember folders and index them now")
    add.add_argument("folder", nargs="+", type=Path)
    add.set_defaults(command=_add)

    search = commands.add_parser("search", help="ask a question")
    search.add_argument("question")
    search.add_argument("--limit", type=_positive, default=10, metavar="N", help="results (default: 10)")
    search.add_argument("--in", dest="folder", type=Path, metavar="FOLDER", help="only in this folder")
    search.add_argument(
        "--type", type=_formats, default=(), metavar="pdf,md", help="only files of these types"
    )
    search.add_argument(
        "--since", type=_day, metavar="DATE", help="only files modified on that day (2026-12-31) or later"
    )
    search.add_argument("--before", type=_day, metavar="DATE", help="only files modified before that day")
    search.add_argument("--json", action="store_true", help="one JSON object on standard output")
    search.set_defaults(command=_search)

    status = commands.add_parser("status", help="what the library holds")
    status.add_argument("--files", action="store_true", help="every file, its state and the reason")
    status.add_argument("--json", action="store_true", help="one JSON object on standard output")
    status.set_defaults(command=_status)

    sync = commands.add_parser("sync", help="look at all folders again, index what changed")
    sync.set_defaults(command=_sync)

    watch = commands.add_parser("watch", help="stay and keep the library current")
    watch.set_defaults(command=_watch)

    verify = commands.add_parser("verify", help="read every byte of the library, make again what is damaged")
    verify.add_argument("--json", action="store_true", help="one JSON object on standard output")
    verify.set_defaults(command=_verify)

    forget = commands.add_parser("forget", help="drop a folder from the library (never from the disk)")
    forget.add_argument("folder", type=Path)
    forget.set_defaults(command=_forget)

    tour = commands.add_parser("tour", help="index the sample library, or a folder, and answer two questions")
    tour.add_argument("folder", nargs="*", type=Path)
    tour.add_argument("--ask", action="append", default=[], metavar="QUESTION", help="ask this instead")
    tour.set_defaults(command=_tour)

    for each in commands.choices.values():
        # After the command too; SUPPRESS keeps what stood before it.
        each.add_argument(
            "--library", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _formats(text: str) -> tuple[str, ...]:
    """The formats that files with these suffixes have (`htm` is html); one that is none matches nothing."""
    suffixes = {terminal.shown(part.strip().lstrip(".").lower()) for part in text.split(",") if part.strip()}
    return tuple(sorted({format_of(Path(f"name.{suffix}")) or suffix for suffix in suffixes}))


def _day(text: str) -> int:
    """The first moment of a day where the person is, in nanoseconds since the epoch."""
    try:
        return int(datetime.combine(date.fromisoformat(text), time()).astimezone().timestamp()) * 10**9
    except (ValueError, OverflowError, OSError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day like 2026-12-31") from error
