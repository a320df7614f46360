"""Texts that tokenizers stumble over."""

from hypothesis import strategies as st

from tests.core.encode.tokenizers.sentences import LITERALS, ODD

ODD_TEXT = st.lists(st.sampled_from((*ODD, *LITERALS)), max_size=7).map("".join) | st.text(max_size=12)
"""Texts of any characters, lone surrogates included."""
