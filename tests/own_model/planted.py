"""Texts with a known structure: what is counted and aligned in them is known beforehand."""

from __future__ import annotations

from own_model.sources import ParallelRow, Passage, RetrievalSet, Sources

NOUNS = {"neko": "cat", "inu": "dog", "tori": "bird", "uma": "horse", "kitsune": "fox", "kuma": "bear"}
VERBS = {"taberu": "eats", "miru": "sees", "oou": "hunts", "matsu": "awaits"}


def planted() -> Sources:
    """Every sentence of "NOUN wa NOUN o VERB" with its translation, and a set of passages in English."""
    rows = [
        ParallelRow(
            source="planted",
            document=f"{a} {b} {verb}",
            texts={"xx": f"{a} wa {b} o {verb}", "en": f"the {NOUNS[a]} {VERBS[verb]} the {NOUNS[b]}"},
        )
        for a in NOUNS
        for b in NOUNS
        for verb in VERBS
    ]
    sentences = [row.texts["en"] for row in rows]
    passages = {
        str(number): Passage(title="", text=" and ".join(sentences[number : number + 30]))
        for number in range(len(sentences) - 30)
    }
    # The trainer begins with what several words have in common, so that every word needs a relative.
    words = [*NOUNS, *VERBS, *NOUNS.values(), *VERBS.values(), "the", "wolverine"]
    passages["relatives"] = Passage(title="", text=" ".join(f"{word}{x}" for word in words for x in "xyz"))
    passages["rare"] = Passage(title="", text="the wolverine sleeps" + " and the cat sleeps" * 50)
    texts = RetrievalSet(
        name="planted", language="en", family="", style="", queries={}, passages=passages, judgements={}
    )
    return Sources(sets=(texts,), parallel=tuple(rows), paraphrases=())
