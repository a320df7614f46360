"""Which files Mikke reads, by name."""

from __future__ import annotations

import re
from pathlib import Path

EXTRACTORS_VERSION = 1
"""Raised whenever the same file would give other text; part of the pipeline's fingerprint."""

DOCUMENTS = {
    "md": "md", "markdown": "md", "mdown": "md", "mkd": "md", "mkdn": "md", "qmd": "md", "rmd": "md",
    "html": "html", "htm": "html", "xhtml": "html", "xht": "html", "shtml": "html",
    "pdf": "pdf",
}  # fmt: skip
"""Suffix -> format, for the formats that are more than text."""

_PROSE = (
    "txt text asc log out err nfo diz me rst org adoc asciidoc textile wiki mediawiki pod rdoc roff man "
    "me ms 1 2 3 4 5 6 7 8 tex ltx latex sty cls bib bbl texi texinfo srt vtt ass ssa sbv lrc sub po pot "
    "strings vcf ics eml mbox csv tsv psv tab json jsonl ndjson json5 jsonc geojson xml xsl xslt xsd dtd "
    "rss atom opml plist yaml yml toml ini cfg conf config properties env desktop service reg inf url "
    "webloc diff patch changes changelog news readme license copying authors todo "
)
_SOURCE_CODE = (
    "py pyi pyw pyx pxd ipy rb rake gemspec pl pm t raku php php3 phtml lua tcl awk sed r jl m mat do sas "
    "sh bash zsh fish ksh csh ps1 psm1 psd1 bat cmd vbs ahk applescript c h cc cpp cxx c++ hh hpp hxx h++ "
    "inl ipp ino cu cuh cl glsl vert frag hlsl metal wgsl java kt kts scala sc groovy gradle clj cljs "
    "cljc edn cs vb fs fsi fsx go rs swift mm d nim zig v vhd vhdl sv svh ada adb ads pas pp dpr lpr f "
    "f77 f90 f95 f03 f08 for cob cbl asm s nasm js mjs cjs jsx ts mts cts tsx coffee vue svelte astro css "
    "scss sass less styl sql ddl hql graphql gql proto thrift avsc erl hrl ex exs elm hs lhs ml mli re "
    "rei sml scm ss rkt lisp lsp el cl prolog dart sol move cairo vim tf hcl nix dhall cmake mk mak make "
    "am ac in m4 bazel bzl ninja dockerfile jsp asp aspx cshtml ejs erb haml slim pug jade mustache hbs "
    "handlebars j2 jinja jinja2 tmpl tpl twig "
)
PLAIN_TEXT = frozenset((_PROSE + _SOURCE_CODE).split())
"""Suffixes of files that are their own text; the suffix is the format."""

SOURCE_CODE = frozenset(_SOURCE_CODE.split())
"""Those of programs."""

_NUMBERED = re.compile(r"\.[0-9]{1,3}$")
"""The end of a rotated log: `messages.log.3`."""


def format_of(path: Path) -> str | None:
    """A short name such as `pdf`, `md`, `py`, `txt`; None if files of this name are not read.

    A name without a suffix (README, Makefile, .bashrc) counts as text: its content decides.
    """
    suffix = path.suffix
    if _NUMBERED.search(suffix) and path.with_suffix("").suffix:
        suffix = path.with_suffix("").suffix
    name = suffix[1:].lower()
    if not name:
        return "txt"
    if name in ("text", "asc"):
        return "txt"
    return DOCUMENTS.get(name) or (name if name in PLAIN_TEXT else None)


def supported_formats() -> tuple[str, ...]:
    """All names that `format_of` can give, in alphabetical order."""
    return tuple(sorted({*DOCUMENTS.values(), *PLAIN_TEXT, "txt"} - {"text", "asc"}))
