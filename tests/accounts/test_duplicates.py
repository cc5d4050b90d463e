"""Whether two organisations are one: names, domains, numbers, and what tells two apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.duplicates import LIKELY, Description, Why, compare, keys_of
from accounts.names import domain_of, fold, number_key, read


def score(one: str, other: str) -> float:
    return compare(Description(one), Description(other)).score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stolt Seafarm", "Stolt Sea Farm"),
        ("Ewos", "EWOS A/S"),
        ("Møller & Søn", "Moller and Son ApS"),
        ("Café Müller GmbH", "CAFE MULLER"),
        ("Grieg Seafood ASA", "Seafood Grieg"),
        ("Brandt, Holm & Co. KG", "Brandt Holm"),
        ("Marlow S.p.A.", "Marlow SpA"),
        ("Havbris Technologies", "Havbris"),
        ("Fjordfor Laboratories", "Fjordfôr Labs"),
        ("Akvatech Systems", "Akvatehc System"),
        ("Northmere Fods", "Northmere Foods"),
        ("Sjøland Internet Technologies", "Sjøland IT"),
        ("World Fish Feed Organisation", "WFFO"),
        ("European Fish Council (EFC)", "European Fish Council"),
        ("EFC – European Fish Council", "European Fish Council"),
        ("Pellworth Sp. z o.o.", "Pellworth"),
        ("O'Neill's Nets Ltd.", "ONeills Nets Limited"),
    ],
)
def test_other_writings_of_one_name_are_likely(one: str, other: str) -> None:
    assert score(one, other) >= LIKELY
    assert keys_of(Description(one)) & keys_of(Description(other)), "or they would never be compared"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Havbris Norway AS", "Havbris Scotland Ltd"),
        ("Havbris", "Havbris Deutschland GmbH"),
        ("Havbris GmbH", "Havbris Inc."),
        ("Havbris Feed", "Havbris Wellboats"),
        ("Havbris", "Havbris Wellboats"),
        ("Ministry of Fisheries", "Ministry of Finance"),
        ("Studio 54", "Studio 55"),
        ("CNICA", "CNICB"),
        ("Softel", "Softil"),
        ("Ewos", "Cermaq"),
        ("Fish Technology Group", "Feed Technology Group"),
        ("Nord Solutions and Networks", "Nord"),
        ("!!!", "???"),
    ],
)
def test_two_are_not_likely_one(one: str, other: str) -> None:
    assert score(one, other) < LIKELY


def test_reasons_say_what_speaks_for_and_against() -> None:
    one = Description(
        "Stolt Seafarm", domains=frozenset({"stolt.example"}), numbers=frozenset({("sap", "4711")}), key=1
    )
    other = replace(one, name="Stolt Sea Farm", key=2, above=frozenset({1}))
    verdict = compare(one, other)
    assert [reason.why for reason in verdict.reasons] == [Why.NAMES_ALIKE, Why.DOMAIN, Why.NUMBER, Why.UNIT]
    assert [reason.told for reason in verdict.reasons] == [
        ("Stolt Sea Farm", "Stolt Seafarm"),
        ("stolt.example",),
        ("4711", "sap"),
        (),
    ]
    assert verdict.score < LIKELY < compare(one, replace(other, above=frozenset())).score


def test_units_share_a_domain_and_are_two() -> None:
    whole = Description("Havbris", domains=frozenset({"havbris.example"}))
    assert compare(whole, replace(whole, name="Havbris Wellboats")).score < LIKELY
    assert compare(whole, replace(whole, name="Havbris Scotland")).score < LIKELY


def test_other_name_is_as_good_as_the_first() -> None:
    renamed = Description("Blue Ocean", aliases=frozenset({"Havbris"}))
    verdict = compare(renamed, Description("Havbris"))
    assert verdict.score >= LIKELY
    assert verdict.by_name < LIKELY, "other names are no directory"


def test_number_counts_however_it_is_written() -> None:
    assert number_key("SAP", "0004711") == number_key("sap ", "4711")
    assert number_key("SAP", "4711") != number_key("CRM", "4711")
    assert number_key("SAP", "000")[1] == "000"


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.ewos.example/en?x=1", "ewos.example"),
        ("ola@mail.ewos.co.uk", "ewos.co.uk"),
        ("http://user@shop.ewos.no:8080/", "ewos.no"),
        ("EWOS.NO", "ewos.no"),
        ("ola@gmail.com", ""),
        ("http://10.0.0.1/", ""),
        ("localhost", ""),
        ("not an address", ""),
        ("", ""),
    ],
)
def test_domain_is_what_an_organisation_owns(address: str, domain: str) -> None:
    assert domain_of(address) == domain


def test_name_is_taken_apart() -> None:
    told = read("Oy Kalatalous Ab")
    assert (told.words, told.form) == (("kalatalous",), "oy")
    assert fold("S.p.A. Ångström & Søn's  (Ltd.)") == "spa angstrom and sons ltd"
    assert read("AS").words == ("as",), "a name of nothing but a form is a name"


LETTERS = st.text(alphabet="abcdefgh &.-'éøß1", max_size=14)
WORDS = st.lists(
    st.sampled_from([*["Havbris", "Sea", "Farm", "Seafarm", "Group", "Norway", "AS", "Ltd", "GmbH", "IT", "of"], ""]),
    max_size=4,
)
NAMES = st.one_of(LETTERS, WORDS.map(" ".join))
DESCRIPTIONS = st.builds(
    Description,
    name=NAMES,
    aliases=st.frozensets(NAMES, max_size=2),
    domains=st.frozensets(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=2),
    numbers=st.frozensets(st.tuples(st.sampled_from(["sap", "crm"]), st.sampled_from("12")), max_size=2),
    key=st.none() | st.integers(1, 3),
    above=st.frozensets(st.integers(1, 3), max_size=2),
    country=st.sampled_from(["", "no", "gb"]),
)


@given(DESCRIPTIONS, DESCRIPTIONS)
def test_order_does_not_matter_and_the_score_is_between_0_and_1(one: Description, other: Description) -> None:
    verdict = compare(one, other)
    assert verdict == compare(other, one)
    assert 0 <= verdict.score <= 1
    assert 0 <= verdict.by_name <= 1


@given(DESCRIPTIONS)
def test_identical_are_one(one: Description) -> None:
    itself = replace(one, above=frozenset())
    assert compare(itself, itself).score == 1


@given(DESCRIPTIONS, DESCRIPTIONS, NAMES, st.sampled_from(["aliases", "domains", "numbers"]))
def test_more_that_is_shared_never_lowers_the_score(
    one: Description, other: Description, name: str, where: str
) -> None:
    shared = {"aliases": name, "domains": "shared.example", "numbers": ("erp", "9")}[where]
    more = [replace(row, **{where: getattr(row, where) | {shared}}) for row in (one, other)]
    assert compare(*more).score >= compare(one, other).score


@given(DESCRIPTIONS, DESCRIPTIONS)
def test_what_tells_apart_never_raises_it(one: Description, other: Description) -> None:
    known = replace(one, key=1, above=frozenset[int]())
    apart = replace(other, key=2, above=frozenset[int]())
    below = replace(apart, above=frozenset({1}))
    assert compare(known, below).score <= compare(known, apart).score


@given(NAMES)
def test_name_without_its_legal_form_is_found(name: str) -> None:
    """Whatever is written, the same with a form behind it shares a key, and words are only taken away."""
    told = read(f"{name} Ltd")
    assert set(told.words) <= {"ltd", *read(name).words, *fold(name).split()} or told.words
    if fold(name):
        assert keys_of(Description(name)) & keys_of(Description(f"{name} Ltd"))
