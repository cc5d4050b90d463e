"""Who is meant by an @."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relationships.mentions import Colleague, Problem, Reading, Wrong, read

BOB = Colleague(1, "Bob Brandt")
ALICE = Colleague(2, "Alice Ahlberg")
BOB_OLSEN = Colleague(3, "Bob Olsen")
ANNE = Colleague(4, "Anne-Marie O'Brien")
OLGA = Colleague(5, "Olga Olsen", sees=False)
EVERYBODY = [BOB, ALICE, ANNE, OLGA]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@Bob look", (1,)),
        ("@Bob Brandt look", (1,)),
        ("@bob.brandt", (1,)),
        ("@BOB", (1,)),
        ("look, @bob!", (1,)),
        ("(@Bob)", (1,)),
        ("@Bob's price", (1,)),
        ("@Bob’s price", (1,)),
        ("@Bob. Alice is away", (1,)),
        ("@Bob\nBrandt", (1,)),
        ("@Alice and @Bob, and @alice again", (2, 1)),
        ("@Anne", (4,)),
        ("@Anne-Marie", (4,)),
        ("@anne.marie.o'brien", (4,)),
        ("nobody", ()),
        ("", ()),
        ("@", ()),
        ("@ Bob", ()),
        ("bob@brandt.example", ()),
        ("b.@bob", ()),
        ("write to info+@bob", ()),
        ("https://social.example/@bob", ()),
        ("@@bob", ()),
        ("price @5 a piece, @3pm", ()),
        ("@bob@social.example", (1,)),
    ],
)
def test_who_is_meant(text: str, people: tuple[int, ...]) -> None:
    assert read(text, EVERYBODY) == Reading(people, ())


def test_longest_wins() -> None:
    names = [BOB, BOB_OLSEN]
    assert read("@Bob Olsen", names) == Reading((3,), ())
    assert read("@bob.brandt", names) == Reading((1,), ())


def test_whole_name_wins_over_the_beginning_of_another() -> None:
    short = Colleague(6, "Bob")
    assert read("@Bob was there", [BOB, short, BOB_OLSEN]) == Reading((6,), ())
    assert read("@Bob Brandt", [BOB, short, BOB_OLSEN]) == Reading((1,), ())


def test_two_of_one_first_name_are_both_named() -> None:
    problem = Problem(Wrong.SEVERAL, "Bob", ("Bob Brandt", "Bob Olsen"))
    assert read("@Bob and again @Bob", [BOB, BOB_OLSEN]) == Reading((), (problem,))


def test_the_one_who_sees_it_is_meant() -> None:
    unseeing = Colleague(3, "Bob Olsen", sees=False)
    assert read("@Bob", [BOB, unseeing]) == Reading((1,), ())
    assert read("@Bob Olsen", [BOB, unseeing]) == Reading((), (Problem(Wrong.UNSEEING, "Bob Olsen", ("Bob Olsen",)),))


def test_who_does_not_see_it_is_said() -> None:
    assert read("@Olga", EVERYBODY) == Reading((), (Problem(Wrong.UNSEEING, "Olga", ("Olga Olsen",)),))


def test_unknown_name_is_said_and_the_others_are_found() -> None:
    assert read("@Zoe, @Bob", EVERYBODY) == Reading((1,), (Problem(Wrong.UNKNOWN, "Zoe"),))


def test_letters_and_their_marks_written_apart_are_the_same() -> None:
    zoe = Colleague(7, "Zoë Öz")
    assert read("@" + unicodedata.normalize("NFD", "Zoë Öz"), [zoe]) == Reading((7,), ())


NAMES = st.text(st.characters(categories=["L", "M", "N", "Pd", "Po", "Zs"]), min_size=1, max_size=20)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def spoken(name: str) -> bool:
    """A name that begins with a letter and has nothing unusual between its words."""
    words = name.replace("-", " ").split(" ")
    return all(word.isalpha() for word in words)


@given(st.lists(NAMES.filter(spoken), min_size=1, max_size=6, unique_by=str.casefold), st.data(), TEXTS)
def test_whole_name_behind_the_sign_finds_its_bearer(names: list[str], data: st.DataObject, before: str) -> None:
    """Whatever stands before it; a full stop and a line end the name."""
    assume("@" not in before)
    colleagues = [Colleague(number, name) for number, name in enumerate(names)]
    one = data.draw(st.sampled_from(colleagues))
    reading = read(f"{before}\n@{one.name}!\nand so on", colleagues)
    same = [other for other in colleagues if alike(other.name) == alike(one.name)]
    assume(len(same) == 1)
    assert reading == Reading((one.key,), ())


def alike(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold().replace("-", " "))


@given(TEXTS, st.lists(NAMES, max_size=5))
def test_any_text_is_read(text: str, names: list[str]) -> None:
    """Only people who see it, each once; nothing at all without the sign."""
    colleagues = [Colleague(number, name, number % 2 == 0) for number, name in enumerate(names)]
    reading = read(text, colleagues)
    assert len(set(reading.people)) == len(reading.people)
    assert set(reading.people) <= {one.key for one in colleagues if one.sees}
    if "@" not in text:
        assert reading == Reading((), ())


@given(TEXTS, st.lists(NAMES, max_size=5))
def test_order_of_the_colleagues_does_not_matter(text: str, names: list[str]) -> None:
    colleagues = [Colleague(number, name, number % 2 == 0) for number, name in enumerate(names)]
    one, other = read(text, colleagues), read(text, colleagues[::-1])
    assert one.people == other.people
    assert [problem.what for problem in one.problems] == [problem.what for problem in other.problems]


@given(st.emails(), st.lists(NAMES, max_size=5))
def test_address_is_no_mention(address: str, names: list[str]) -> None:
    colleagues = [Colleague(number, name) for number, name in enumerate(names)]
    assume(address[address.rindex("@") - 1] not in "!$'*`{|}^?")
    assert read(f"write to {address}", colleagues) == Reading((), ())
