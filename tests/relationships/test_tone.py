"""What is pointed at, and above all what is not: ordinary letters are left alone."""

from __future__ import annotations

import importlib.util
import re
import time
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prm import demo_feedback, demo_notes, demo_promises
from relationships import tone
from relationships.tone import Kind, read

FOUND = [
    ("WHY DO YOU NEVER ANSWER", {Kind.SHOUTING, Kind.BLAME}),
    ("WE NEED THIS NOW", {Kind.SHOUTING}),
    ("We asked three times!!!", {Kind.SHOUTING}),
    ("When does it come?!!", {Kind.SHOUTING}),
    ("Where is the report????", {Kind.SHOUTING}),
    ("ПОСТАВКИ ЗАДЕРЖАНЫ СНОВА БЕЗ ОБЪЯСНЕНИЯ ПРИЧИН", {Kind.SHOUTING}),
    ("BITTE JETZT ENDLICH LIEFERN", {Kind.SHOUTING}),
    ("Only idiots pack it like this.", {Kind.INSULT}),
    ("Your drivers are useless.", {Kind.INSULT}),
    ("You are all incompetent.", {Kind.INSULT}),
    ("Ihr seid Vollidioten.", {Kind.INSULT}),
    ("Vous êtes des crétins.", {Kind.INSULT}),
    ("Sois unos mentirosos.", {Kind.INSULT}),
    ("You always forget the pallets.", {Kind.BLAME}),
    ("You never answer our letters.", {Kind.BLAME}),
    ("You’re always late with the figures.", {Kind.BLAME}),
    ("You have never delivered what was agreed.", {Kind.BLAME}),
    ("It is your own fault.", {Kind.BLAME}),
    ("We lost a day because of you.", {Kind.BLAME}),
    ("You should have known.", {Kind.BLAME}),
    ("Das ist Ihre Schuld.", {Kind.BLAME}),
    ("Sie antworten uns nie.", {Kind.BLAME}),
    ("C’est de votre faute.", {Kind.BLAME}),
    ("Todo es su culpa.", {Kind.BLAME}),
    ("È colpa vostra.", {Kind.BLAME}),
    ("Det er deres egen skyld.", {Kind.BLAME}),
    ("Deliver by Friday, or else.", {Kind.THREAT}),
    ("This is your last chance.", {Kind.THREAT}),
    ("If you do not deliver by Friday, we will terminate.", {Kind.THREAT}),
    ("If you can't do it we'll take our business elsewhere.", {Kind.THREAT}),
    ("You will regret this.", {Kind.THREAT}),
    ("Das ist die letzte Warnung.", {Kind.THREAT}),
    ("Ceci est le dernier avertissement.", {Kind.THREAT}),
    ("Thanks for nothing.", {Kind.SARCASM}),
    ("Late again. What a surprise.", {Kind.SARCASM}),
    ("Congratulations on losing the third pallet.", {Kind.SARCASM}),
    ("Danke für nichts.", {Kind.SARCASM}),
    ("You never answer. This is your last warning!!", {Kind.BLAME, Kind.THREAT, Kind.SHOUTING}),
]


@pytest.mark.parametrize(("text", "kinds"), FOUND)
def test_is_pointed_at(text: str, kinds: set[Kind]) -> None:
    notes = read(text)
    assert {note.kind for note in notes} == kinds
    for note in notes:
        assert note.words
        assert all(word.rstrip("…") in text for word in note.words)


ORDINARY = [
    "Thank you for the table; it helps us a lot!",
    "GDPR, EDI and the API are on the agenda.",
    "EDI GDPR API SAP ERP CRM: all six are described on page 3.",
    "The ASN (EDI 856) has to name the SSCC of each pallet.",
    "The keyword MUST NOT be used twice.",
    "NATO, UNESCO and UNICEF take part; FAO and WHO do not.",
    "MINUTES OF THE MEETING",
    "AGENDA FOR THE WINTER REVIEW",
    "Could you deliver on Tuesdays? That would help!",
    "Really? We did not know that.",
    "You always deliver on time, which our night shift values.",
    "As you always answer quickly, we ask you first.",
    "You never know when the ice comes.",
    "With the key you always get the newest price, and you never need to sign in again.",
    "You can always call us.",
    "If you do not need the March delivery, we will send it in April.",
    "If you cannot come on Friday, we will find another day.",
    "Either the form changes or else we keep the telephone.",
    "Because of your letter we looked into it.",
    "It was not your fault.",
    "She said: “You never answer our letters!!” We took that seriously.",
    'Henrik wrote "WHY DO YOU NEVER ANSWER" and he had a point.',
    "> You always forget the pallets!!\nWe have put that right.",
    "Er schrieb: „Das ist eure Schuld“. Wir haben das geprüft.",
    "The old form is useless for the night shift, so we made a new one.",
    "The last chance to order before the holidays is 18 December.",
    "Die Schulden sind beglichen.",
    "For deres skyld har vi flyttet fristen.",
    "Mr Moron of Buenos Aires and Ms Liar of Oslo were there.",
    "DHL DPD UPS GLS TNT are possible.",
    "Our form is in English, French AND German.",
    "The price is 4!",
    "print(f'{a != b}') and #!/bin/sh",
    "A/B, C!! is not what we mean by !!python/object.",
    "",
    "   \n\n ",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    if "your fault" in text:
        # A denial is not told from a reproach; the note is gentle, and blocks nothing.
        assert {note.kind for note in read(text)} == {Kind.BLAME}
    elif text.startswith(("A/B", "The last chance")):
        assert len(read(text)) == 1
    else:
        assert read(text) == []


def sentences_of_the_demonstration() -> list[str]:
    found: list[str] = []
    for module in (demo_notes, demo_promises, demo_feedback):
        text = Path(module.__file__ or "").read_text()
        found += [one for one in re.findall(r'"((?:[^"\\\n]|\\.){12,})"', text) if " " in one]
    return found


def letters_of_cpython() -> list[str]:
    """Mails that come with Python, where it comes with its tests."""
    spec = importlib.util.find_spec("test")
    folders = [Path(one) / "test_email" / "data" for one in (spec.submodule_search_locations or ())] if spec else []
    found = []
    for path in sorted(path for folder in folders if folder.is_dir() for path in folder.glob("msg_*.txt")):
        for part in message_from_bytes(path.read_bytes()).walk():
            if part.get_content_type() == "text/plain" and isinstance(body := part.get_payload(), str):
                found.append(body)
    return found


def test_letters_of_the_demonstration_and_of_python_raise_no_false_alarm() -> None:
    ours = sentences_of_the_demonstration()
    assert len(ours) > 200
    rough = [one for one in ours if read(one)]
    assert rough == [demo_feedback.ROUGH], "only what is rough on purpose"
    raised = {word for one in letters_of_cpython() for note in read(one) for word in note.words}
    assert raised <= {"Ians!!", "old!!", "NOT BEEN DELIVERED"}, "these do raise their voice"


# Whatever is typed

words = st.lists(st.sampled_from([*(text for text, _kinds in FOUND), *ORDINARY[:8]]), max_size=4).map(" \n".join)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    notes = read(text)
    assert len({note.kind for note in notes}) == len(notes)
    assert all(0 < len(note.words) <= tone.MOST_WORDS for note in notes)


@given(words)
def test_what_is_quoted_is_somebody_elses(text: str) -> None:
    inner = re.sub(r"[“”„\"«»>]", "", text)
    assert read(f"They wrote: “{inner}” and left it at that.") == []
    assert read("\n".join(f"> {line}" for line in inner.split("\n"))) == []


@given(words, words)
def test_more_text_takes_no_note_away(text: str, more: str) -> None:
    assert {note.kind for note in read(text)} <= {note.kind for note in read(f"{text}\n\n{more}")} | (
        {Kind.BLAME} if re.search("thank", more, re.IGNORECASE) else set()
    )


@given(st.lists(st.from_regex(r"[A-Z]{2,5}", fullmatch=True).filter(lambda one: one not in tone._SPOKEN), max_size=12))
def test_acronyms_are_no_shouting(acronyms: list[str]) -> None:
    assert read(f"We use {' '.join(acronyms)} here, and {', '.join(acronyms)} there.") == []


@given(words)
def test_lower_case_without_rows_of_marks_shouts_at_nobody(text: str) -> None:
    calm = re.sub(r"[!?]+", ".", text).lower()
    assert Kind.SHOUTING not in {note.kind for note in read(calm)}


@pytest.mark.parametrize("piece", ["you always ", "A", "!", "“", "if you do not ", "AB ", "your a ", "\n>", "WHY "])
def test_long_text_is_read_at_once(piece: str) -> None:
    began = time.monotonic()
    read(piece * (40_000 // len(piece)))
    assert time.monotonic() - began < 2
