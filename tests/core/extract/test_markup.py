"""HTML and Markdown: what a reader sees, and where the sections start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.extract.html import extract_html, html_to_text
from core.extract.markdown import extract_markdown, markdown_to_text


def test_blocks_break_lines_and_inline_elements_do_not():
    """Words are never torn by inline markup nor glued across blocks."""
    source = (
        "<p>inter<b>nation</b>al&shy;isation<p>one\n two<br>three<div>four</div><ul><li>x<li>y</ul>&eacute;"
    )
    assert html_to_text(source).text == "internationalisation\n\none two\nthree\n\nfour\n\nx\ny\n\né"


def test_what_a_reader_does_not_see_is_left_out():
    """Scripts, styles, navigation, templates, hidden elements and comments are no text."""
    source = (
        "<head><style>a{}</style></head><nav>menu</nav><script>var x</script><!-- no -->"
        "<template>t</template><p hidden>h</p><noscript>n</noscript><p>seen</p>"
    )
    assert html_to_text(source).text == "seen"


def test_ruby_keeps_japanese_words_whole():
    """Readings above a word do not stand between its characters; a line end in Japanese is nothing."""
    source = "<p><ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>都の\n天気 and\nmore</p>"
    assert html_to_text(source).text == "東京都の天気 and more"


def test_title_and_sections_of_html():
    """The title is the document's; each heading starts a section at the place where it stands."""
    found = html_to_text(
        "<title> A &amp; B </title><h1>First <i>one</i></h1><p>x</p><h2></h2><h2>Second</h2>y"
    )
    assert found.title == "A & B"
    assert [section.heading for section in found.sections] == ["First one", "Second"]
    assert all(found.text.startswith(section.heading, section.start) for section in found.sections)


def test_tables_and_listings_stay_readable():
    """Cells are separated by tabs, rows by lines, and a listing keeps its indentation."""
    source = "<table><tr><th>a<th>b<tr><td>1<td>2</table><pre>\n  def f():\n    pass\n</pre>"
    assert html_to_text(source).text == "a\tb\n1\t2\n\n  def f():\n    pass"


@pytest.mark.parametrize(
    ("declaration", "codec"),
    [
        ('<meta charset="Shift_JIS">', "cp932"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=x-sjis">', "cp932"),
        ('<?xml version="1.0" encoding="EUC-JP"?>', "euc_jp"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset=utf-16>", "utf-8"),
        ("<meta charset=iso-8859-1>", "utf-8"),
        ("", "utf-16"),
        ("", "euc_jp"),
    ],
)
def test_the_encoding_of_html(declaration, codec):
    """Mark, declaration and content decide together, and a wrong declaration does no harm."""
    source = f"{declaration}<html><body><p>表示の機能を確認しました。</p></body></html>"
    assert extract_html(source.encode(codec)).text == "表示の機能を確認しました。"


def test_a_self_closed_script_of_xhtml_swallows_nothing():
    """XHTML's `<script/>` ends where it stands."""
    source = (
        '<?xml version="1.0"?><html><head><script src="x" /><title>t</title></head><body>text</body></html>'
    )
    found = html_to_text(source)
    assert (found.title, found.text) == ("t", "text")


def test_deep_nesting_is_no_problem():
    """Neither parser nor walk recurses."""
    assert html_to_text("<div>" * 10_000 + "x").text == "x"
    assert "x" in markdown_to_text("> " * 500 + "x").text


MARKDOWN = """---
title: "議事録"
tags: [a, b]
---
# 見出し *その一*

これは日本語の
文章です。Plain
text.

- one
- two
  - inner
1. first
2. second

| a | b |
|---|---|
| 1 | 二 |

```python
def f():
    return "x"
```

Setext & more
-------------
see ![a cat](cat.png) and [the page](http://example.org), `code`, <b>bold</b>, <ruby>漢<rt>かん</rt></ruby>字
"""


def test_markdown_reads_as_text():
    """Marks of Markdown are gone, its structure shows, code and front matter are kept."""
    found = markdown_to_text(MARKDOWN)
    assert found.text == (
        'title: "議事録"\ntags: [a, b]\n\n見出し その一\n\nこれは日本語の文章です。Plain text.\n\n'
        "- one\n- two\n- inner\n\n1. first\n2. second\n\na\tb\n1\t二\n\n"
        'def f():\n    return "x"\n\nSetext & more\n\nsee a cat and the page, code, bold, 漢字'
    )
    assert found.title == "議事録"
    assert [section.heading for section in found.sections] == ["見出し その一", "Setext & more"]


def test_a_long_markdown_file_is_truncated_and_says_so():
    """Only as much as the limit is parsed, up to the end of a line."""
    found = extract_markdown(b"word word\n\n" * 1000, cut=False, limit=500)
    assert found.truncated is not None
    assert 400 < len(found.text) <= 500
    assert found.text.endswith("word")


words = st.lists(st.text("abc漢字かな", min_size=1, max_size=5), min_size=1, max_size=5).map(" ".join)


@given(st.lists(st.tuples(st.booleans(), words), min_size=1))
def test_sections_stand_where_they_say(blocks):
    """In Markdown and HTML alike, sections are sorted and each starts with its heading."""
    markdown = "\n\n".join(f"## {text}" if heading else text for heading, text in blocks)
    html = "".join(f"<h2>{text}</h2>" if heading else f"<p>{text}</p>" for heading, text in blocks)
    for found in (markdown_to_text(markdown), html_to_text(html)):
        assert [section.heading for section in found.sections] == [
            text for heading, text in blocks if heading
        ]
        starts = [section.start for section in found.sections]
        assert starts == sorted(starts)
        assert all(found.text.startswith(section.heading, section.start) for section in found.sections)
        assert found.text == "\n\n".join(text for _, text in blocks)
