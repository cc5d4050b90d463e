"""What is called so: the order of names by what was typed."""

from __future__ import annotations

import pytest

from web.plain import Candidate, Tier, best_first, rank, words_of


@pytest.mark.parametrize(
    ("typed", "name", "tier"),
    [
        ("harbour skills trust", "Harbour Skills Trust", Tier.EXACTLY),
        ("  HARBOUR, skills  trust", "Harbour Skills Trust", Tier.EXACTLY),
        ('"harbour skills" trust', "Harbour Skills Trust", Tier.EXACTLY),
        ("mueller", "Müller", Tier.EXACTLY),
        ("harb", "Harbour Skills Trust", Tier.BEGINS),
        ("harbour sk", "Harbour Skills Trust", Tier.BEGINS),
        ("harbour skills", "Harbour Skills Trust", Tier.BEGINS),
        ("muell", "Müller Fôr", Tier.BEGINS),
        ("log", "Log check-in", Tier.BEGINS),
        ("trust harbour", "Harbour Skills Trust", Tier.WORDS),
        ("harb skills", "Harbour Skills Trust", Tier.WORDS),
        ("skil", "Harbour Skills Trust", Tier.WORDS),
        ("harbour skills trust norway", "Harbour Skills Trust", None),
        ("bris", "Havbris", Tier.WITHIN),
        ("harbuor", "Harbour Skills Trust", Tier.NEARLY),
        ("harbuor trust", "Harbour Skills Trust", Tier.NEARLY),
        ("quay", "Harbour Skills Trust", None),
    ],
)
def test_tier_of_a_name(typed: str, name: str, tier: Tier | None) -> None:
    found = rank(words_of(typed), name)
    assert (found and found.tier) == tier
    # Nothing that it is also called takes from what it is called.
    if tier is not None and tier != Tier.NEARLY:
        assert rank(words_of(typed), name, others=[name, "Quay"], also=typed) == found


def test_other_names_and_other_words_come_after_every_name_and_before_mistakes() -> None:
    words = words_of("leave")
    other = rank(words, "Ewos", others=["Leave Nothing"])
    word = rank(words, "Sign out", also="log out leave")
    within = rank(words, "Cleaveland")
    nearly = rank(words, "Laeve")
    assert within and other and word and nearly
    assert within < other < word < nearly
    # A name and a word for it together.
    both = rank(words_of("sign leave"), "Sign out", also="log out leave")
    assert both and both.tier == Tier.OTHER_WORD
    # Nearly by the name, as it is by another.
    assert rank(words_of("ewsos"), "Ewos", others=["Ewsos"]) == (Tier.OTHER_NAME, 0)


def test_names_come_by_their_tier_and_own_ones_first_among_equals() -> None:
    names = [
        Candidate(1, "Old Ewos"),
        Candidate(2, "Ewos Norway", own=False),
        Candidate(3, "Ewos", own=False),
        Candidate(4, "Ewos Chile"),
        Candidate(5, "Ewosland"),
    ]
    assert best_first(names, words_of("ewos"), nearly=True, names=True) == [3, 4, 2, 5, 1]
    assert best_first(names, words_of("ewos"), nearly=True) == [4, 1, 3, 2, 5]
