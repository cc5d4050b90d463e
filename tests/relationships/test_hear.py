"""The public form of a listening post: what is sent is kept once, what is refused comes back, nothing else gets in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from relationships import actions, addresses, listening
from relationships.models import Heard, ListeningPost
from tests import people
from tests.relationships.records import MONDAY, noon

NOW = noon(MONDAY)
FORM, MULTI = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
TEXT = "Forks are missing on the night shift."
# What must be read as text wherever it stands.
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "</textarea><svg onload=alert(1)>",
    "'; DROP TABLE relationships_heard; --",
    '=HYPERLINK("https://partner.example")',
]


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def a_post(**values: Any) -> ListeningPost:
    given_: dict[str, Any] = {"name": "Canteen", "owner": people.alice(), "public": True} | values
    return actions.open_post(actor=people.alice(), now=NOW, **given_).row


def client() -> Client:
    """A browser that would be refused by the guard against forgery where it applied."""
    return Client(enforce_csrf_checks=True)


def address(post: ListeningPost) -> str:
    return f"/hear/{addresses.token_for(post)}/"


def number_of(page: Any) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def text_in(page: Any) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.content.decode(), re.DOTALL)
    assert found
    return unescape(found[1]).strip()


# Taken


@pytest.mark.django_db
def test_what_is_sent_is_kept_as_it_was_written_and_told_so() -> None:
    post, browser = a_post(covers="What you eat"), client()
    page = browser.get(address(post))
    assert (page.status_code, Heard.objects.count()) == (200, 0)
    assert "What you eat" in page.content.decode()
    said = {
        "text": f"{TEXT}\r\nSince May.", "nature": "complaint", "name": "Ola", "organisation": "Ewos",
        "reach": "ola@partner.example", "behalf_of": "the night shift", "for_somebody": "on", "noted_by": "Kari",
    }  # fmt: skip
    answer = browser.post(address(post), said | {"form": number_of(page)})
    assert (answer.status_code, answer["Location"]) == (303, f"{address(post)}?taken=1")
    row = Heard.objects.get()
    assert (row.post, row.text, row.nature, row.noted_by) == (post, f"{TEXT}\nSince May.", "complaint", "Kari")
    assert (row.name, row.organisation, row.reach, row.behalf_of) == (
        "Ola", "Ewos", "ola@partner.example", "the night shift",
    )  # fmt: skip
    thanks = browser.get(answer["Location"])
    assert "What happens next" in thanks.content.decode()
    assert browser.cookies == {}


@pytest.mark.django_db
def test_every_answer_keeps_the_address_to_itself() -> None:
    post, browser = a_post(), client()
    for answer in (
        browser.get(address(post)),
        browser.post(address(post), {"text": ""}),
        browser.post(address(post), {"text": TEXT}),
        browser.get(f"{address(post)}?taken=1"),
        browser.post(address(post), b"x" * (listening.LARGEST_BODY + 1), content_type="text/plain"),
    ):
        headers = answer.headers
        assert {"private", "no-cache"} <= set(headers["Cache-Control"].split(", "))
        assert (headers["Referrer-Policy"], headers["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert [word for word in ("unsafe", "*", "http:") if word in policy] == []
        assert "<script" not in answer.content.decode()


@pytest.mark.django_db
def test_sent_twice_is_kept_once_and_changed_it_is_another() -> None:
    post, browser = a_post(), client()
    said = {"text": TEXT, "form": number_of(browser.get(address(post)))}
    assert [browser.post(address(post), said).status_code for _time in range(2)] == [303, 303]
    assert Heard.objects.count() == 1
    # Back in the browser, another sentence, and sent again with the same number: nothing may be lost.
    browser.post(address(post), said | {"text": f"{TEXT} Still."})
    assert Heard.objects.count() == 2
    # Two people who say the same have a form each.
    browser.post(address(post), said | {"form": number_of(browser.get(address(post)))})
    assert Heard.objects.count() == 3


@pytest.mark.django_db
def test_sent_again_from_the_same_form_it_is_one_piece_whatever_line_was_lost() -> None:
    post, browser = a_post(), client()
    page = browser.get(address(post))
    said = {"text": TEXT, "name": "Ola", "behalf_of": "the night shift", "form": number_of(page)}
    refused = browser.post(address(post), said | {"text": ""})
    assert (refused.status_code, number_of(refused)) == (422, said["form"])
    for lost in ({}, {"behalf_of": ""}, {"name": "", "behalf_of": ""}, {"nature": "complaint"}, {}):
        assert browser.post(address(post), said | lost).status_code == 303
    row = Heard.objects.get()
    # What was left empty at first is filled in, and nothing that was written goes.
    assert (row.name, row.behalf_of, row.nature) == ("Ola", "the night shift", "complaint")
    # Otherwise said it is another, and that one once; so is what is added to one that is sorted already.
    for _time in range(2):
        browser.post(address(post), said | {"name": "Kari"})
    assert sorted(Heard.objects.values_list("name", flat=True)) == ["Kari", "Ola"]
    actions.set_aside(actor=people.alice(), now=NOW, heard=row, why="Known")
    for _time in range(2):
        browser.post(address(post), said | {"reach": "ola@partner.example"})
    browser.post(address(post), said | {"behalf_of": ""})
    assert Heard.objects.count() == 3


@pytest.mark.django_db
def test_browser_may_keep_every_line_for_whoever_goes_back() -> None:
    page = client().get(address(a_post())).content.decode()
    assert ('name="behalf_of"' in page, 'name="noted_by"' in page) == (True, True)
    assert 'autocomplete="off"' not in page


@pytest.mark.django_db
def test_filled_in_from_the_same_form_is_not_too_much(settings: Any) -> None:
    settings.LISTENING_PER_ADDRESS = 1
    post, browser = a_post(), client()
    said = {"text": TEXT, "name": "Ola", "form": "one"}
    sent = [said, said | {"nature": "praise"}, said | {"name": ""}, said | {"name": "Kari"}]
    assert [browser.post(address(post), one).status_code for one in sent] == [303, 303, 303, 429]


@pytest.mark.django_db
def test_signed_in_or_not_makes_no_difference() -> None:
    post, browser = a_post(), client()
    browser.force_login(people.outsider(), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(address(post), {"text": TEXT}).status_code == 303


# Not there


@pytest.mark.django_db
def test_closed_renewed_and_never_given_addresses_look_alike() -> None:
    post, other = a_post(), a_post(public=False)
    of_partner = a_post(relationship=people.relationship())
    void = [address(post), address(other), address(of_partner), "/hear/12:1:abc/", "/hear/abc/", "/hear/::/"]
    by: dict[str, Any] = {"actor": people.alice(), "now": NOW}
    renewed = actions.renew_address(post=post, **by).row
    assert client().get(address(renewed)).status_code == 200
    actions.close_post(post=renewed, **by)
    void.append(address(renewed))
    assert of_partner.relationship
    actions.remove_relationship(relationship=of_partner.relationship, **by)
    bodies: dict[int, set[bytes]] = {200: set(), 404: set(), 410: set()}
    for one in void:
        for answer in (client().get(one), client().post(one, {"text": TEXT})):
            bodies[answer.status_code].add(answer.content)
            assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert ([len(bodies[status]) for status in bodies], Heard.objects.count()) == ([0, 1, 1], 0)


@pytest.mark.django_db
def test_form_that_was_closed_while_somebody_wrote_gives_the_text_back() -> None:
    post, browser = a_post(), client()
    said = {"text": f"{TEXT}\r\n<b>Since May.</b>", "form": number_of(browser.get(address(post)))}
    actions.close_post(post=post, actor=people.alice(), now=NOW)
    answer, opened = browser.post(address(post), said), browser.get(address(post))
    assert (answer.status_code, opened.status_code, Heard.objects.count()) == (410, 404, 0)
    assert text_in(answer) == listening.tidy(said["text"], lines=True)
    assert "<b>Since" not in answer.content.decode()
    for page in (answer.content.decode(), opened.content.decode()):
        assert "This form is closed" in page
        # Strangers read it: no word of signing in, of partners, of the post.
        assert [word for word in ("Sign in", "artner", "/accounts/", post.name) if word in page] == []
    assert "<textarea" not in opened.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x" * (listening.LARGEST_BODY + 1), "text/plain"),
        (b"text=%ff%fe", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_closed_form_answers_whatever_is_sent(body: bytes, kind: str) -> None:
    answer = client().post("/hear/12:1:abc/", body, content_type=kind)
    assert (answer.status_code, "Nothing was sent" in answer.content.decode()) == (410, True)


@pytest.mark.django_db
def test_address_taken_back_never_comes_to_life_by_a_later_renewal() -> None:
    post = a_post()
    by: dict[str, Any] = {"actor": people.alice(), "now": NOW}
    second = actions.renew_address(post=post, **by)
    given_out = address(second.row)
    actions.set_post(**by, **second.step.arguments)
    assert [client().get(one).status_code for one in (address(post), given_out)] == [200, 404]
    third = actions.renew_address(post=post, **by).row
    assert [client().get(one).status_code for one in (address(post), given_out, address(third))] == [404, 404, 200]


# Refused, with the text kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": "x" * 5001}, "5001 characters long"),
        ({"text": "ж" * 100_000}, "100000 characters long"),
        ({"text": TEXT, "name": "n" * 100_000}, "100000 characters long"),
        ({"text": TEXT, "nature": "insult"}, "Select a valid choice"),
        ({"text": TEXT, "for_somebody": "on"}, "Say who is writing it down"),
        ({"text": "\u200b \u2060\u0301", "name": "Ola"}, "Write what you want to say"),
    ],
)
def test_what_does_not_do_comes_back_with_all_that_was_written(sent: dict[str, str], said: str) -> None:
    post = a_post()
    answer = client().post(address(post), sent)
    assert (answer.status_code, Heard.objects.count()) == (422, 0)
    assert said in answer.content.decode()
    assert text_in(answer) == listening.tidy(sent["text"])
    assert sent.get("name", "") in answer.content.decode()


@pytest.mark.django_db
def test_no_browser_is_told_to_cut_what_is_pasted() -> None:
    assert "maxlength" not in client().get(address(a_post())).content.decode()


@pytest.mark.django_db
def test_files_are_refused_in_words_and_the_text_stays() -> None:
    post = a_post()
    file = SimpleUploadedFile("plan.pdf", b"x" * 300_000)
    answer = client().post(address(post), {"text": TEXT, "picture": file})
    assert (answer.status_code, text_in(answer), Heard.objects.count()) == (422, TEXT, 0)
    assert "Files can’t be taken here" in answer.content.decode()


def part(name: str, value: str, *, file: bool = False) -> bytes:
    named = f'; filename="{name}.pdf"\r\nContent-Type: application/pdf' if file else ""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n{value}\r\n'.encode()


@pytest.mark.django_db
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("said", [TEXT, *PAYLOADS])
def test_several_files_are_refused_in_words_and_the_text_stays_wherever_it_stands(place: int, said: str) -> None:
    post = a_post()
    parts = [part("one", "%PDF text=no", file=True), part("two", "\x00" * 500, file=True)]
    parts.insert(place, part("text", said) + part("name", "Ola"))
    answer = client().generic("POST", address(post), b"".join(parts) + b"--x--\r\n", content_type=MULTI)
    assert (answer.status_code, text_in(answer), Heard.objects.count()) == (422, said, 0)
    page = answer.content.decode()
    assert ("Files can’t be taken here" in page, 'value="Ola"' in page, "<script" in page) == (True, True, False)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [FORM, MULTI])
def test_more_than_fits_comes_back_whole(kind: str) -> None:
    post, said = a_post(), f"{PAYLOADS[0]} ж & = % + " + "слово " * 60_000 + "end"
    fields = {"form": "kept", "name": "Ola", "text": said, "reach": "r" * 1_000_000}
    multi = b"".join(part(name, value) for name, value in fields.items()) + b"--x--\r\n"
    body = multi if kind == MULTI else urlencode(fields).encode()
    assert listening.LARGEST_BODY < len(body) < listening.LARGEST_KEPT
    answer = client().generic("POST", address(post), body, content_type=kind)
    assert (answer.status_code, Heard.objects.count(), number_of(answer)) == (413, 0, "kept")
    assert text_in(answer) == said
    page = answer.content.decode()
    assert ("Your text is still in the form" in page, 'value="Ola"' in page, "<script" in page) == (True, True, False)


@pytest.mark.django_db
def test_of_far_more_than_fits_the_beginning_comes_back_and_says_so() -> None:
    post, began = a_post(), monotonic()
    body = b"name=Ola&text=" + b"%D0%B6" * 1_000_000
    answer = client().generic("POST", address(post), body, content_type=FORM)
    assert (answer.status_code, Heard.objects.count()) == (413, 0)
    assert "your browser has all of it" in answer.content.decode()
    back = text_in(answer)
    assert len(back) > 400_000
    assert set(back.removesuffix("\ufffd")) == {"ж"}
    assert monotonic() - began < 5


@pytest.mark.django_db
def test_closed_form_gives_back_what_was_too_large() -> None:
    body = urlencode({"text": "word " * 300_000}).encode()
    answer = client().generic("POST", "/hear/12:1:abc/", body, content_type=FORM)
    assert (answer.status_code, text_in(answer)) == (410, ("word " * 300_000).strip())


@pytest.mark.django_db
def test_too_fast_is_told_so_with_the_text_and_the_next_window_takes_it(settings: Any) -> None:
    settings.LISTENING_PER_ADDRESS = 2
    post, browser = a_post(), client()
    said = [{"text": f"{TEXT} {nth}", "form": f"form {nth}"} for nth in range(3)]
    answers = [browser.post(address(post), one) for one in said]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert (text_in(answers[2]), answers[2]["Retry-After"]) == (said[2]["text"], "600")
    assert number_of(answers[2]) == "form 2"
    assert "Too much has come in" in answers[2].content.decode()
    # What was taken is still told so when the tap is repeated.
    assert browser.post(address(post), said[0]).status_code == 303
    # Another place is not concerned.
    assert browser.post(address(post), said[2], REMOTE_ADDR="10.0.0.9").status_code == 303
    assert Heard.objects.count() == 3


@pytest.mark.django_db
def test_one_post_takes_only_so_much_whoever_sends_it(settings: Any) -> None:
    settings.LISTENING_PER_POST = 2
    post, other = a_post(), a_post()
    sent = [client().post(address(post), {"text": TEXT}, REMOTE_ADDR=f"10.0.0.{nth}") for nth in range(3)]
    assert [answer.status_code for answer in sent] == [303, 303, 429]
    assert client().post(address(other), {"text": TEXT}).status_code == 303


@pytest.mark.django_db
def test_without_the_cache_it_still_takes_what_is_said() -> None:
    """Nobody answers at this port."""
    nobody = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    post = a_post()
    began = monotonic()
    with override_settings(LISTENING_PER_ADDRESS=1, CACHES={"default": nobody}):
        answers = [client().post(address(post), {"text": f"{TEXT} {nth}"}) for nth in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert monotonic() - began < 6
    assert Heard.objects.count() == 3


# Poison


@pytest.mark.django_db
@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_and_formulas_are_text(payload: str) -> None:
    post = a_post()
    assert client().post(address(post), {"text": payload, "name": payload}).status_code == 303
    assert Heard.objects.get().text == payload
    back = client().post(address(post), {"text": payload, "nature": "x"})
    assert text_in(back) == payload
    assert "<script" not in back.content.decode()
    assert "onerror=alert" not in re.sub(r"&[a-z0-9#]+;[^<]*", "", back.content.decode())


BODIES: list[tuple[str, bytes]] = [
    (FORM, b"text=a%00b%1bc"),
    (FORM, b"text=%ED%A0%80"),
    (FORM, b"text=%E2%80%AEevil"),
    (FORM, b"text=%zz%&%%%"),
    (FORM, b"text=%ff%fe%c0%80"),
    (FORM, b"\xff\xfe\x00text=x"),
    (FORM, b"text=one&text=two&text=three"),
    (FORM, b"&".join(b"f%d=x" % nth for nth in range(1500))),
    (FORM, b"text=" + b"a" * 1_000_000),
    (FORM, b"text=" + b"%F0%9F%A4%96" * 90_000),
    (FORM, b"x" * 2_400_000),
    (FORM, b"x" * 3_000_000),
    (f"{FORM}; charset=utf-16", b"text=x"),
    (f"{FORM}; charset=hex", b"text=x"),
    (f"{FORM}; charset=%00", b"text=x"),
    (f"{MULTI}; charset=rot13", b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--x--\r\n'),
    (MULTI, b""),
    (MULTI, b"--x"),
    (MULTI, b"--y\r\nnothing\r\n--y--"),
    ("multipart/form-data", b"--x\r\n\r\n--x--"),
    ("multipart/form-data; boundary=\xff", b"--x\r\n\r\n--x--"),
    ("multipart/form-data; boundary=" + "b" * 300, b"--x\r\n\r\n--x--"),
    (
        MULTI,
        b'--x\r\nContent-Disposition: form-data; name="text"\r\nContent-Transfer-Encoding: base64\r\n\r\n=\r\n--x--',
    ),
    (MULTI, b'--x\r\nContent-Disposition: form-data; name="\xff\xfe\0"\r\n\r\n\xed\xa0\x80\0\r\n--x--\r\n'),
    (MULTI, b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nA\r\n' * 3 + b"--x--\r\n"),
    ("application/json", b'{"text": "hello"}'),
    ("text/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    ("", b"text=x"),
    ("\x00", b"text=x"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "body"), BODIES, ids=range(len(BODIES)))
def test_no_body_brings_it_down(kind: str, body: bytes) -> None:
    post = a_post()
    began = monotonic()
    answer = client().generic("POST", address(post), body, content_type=kind)
    assert monotonic() - began < 2
    assert answer.status_code in (303, 400, 413, 422), answer.status_code
    kept = Heard.objects.count()
    assert kept == (1 if answer.status_code == 303 else 0)
    if kept:
        text = Heard.objects.get().text
        assert text == listening.tidy(text) != ""
    assert client().get(address(post)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["?taken=%00", "?taken=%ff", "?%zz", "?taken=" + "x" * 3000])
def test_no_question_brings_it_down(query: str) -> None:
    assert client().get(f"{address(a_post())}{query}").status_code == 200


# What is read of a body that was refused

FIELDS = st.dictionaries(st.sampled_from(["text", "name", "reach"]), st.text(max_size=20))


@given(FIELDS, st.integers(0, 400))
def test_fields_are_read_from_a_form_and_of_one_that_was_cut_the_beginning(said: dict[str, str], cut: int) -> None:
    body = urlencode(said).encode()
    assert listening.fields_in(body, FORM, said) == said
    for name, value in listening.fields_in(body[:cut], FORM, said).items():
        assert said[name].startswith(value.rstrip("\ufffd"))


@given(FIELDS)
def test_fields_are_read_from_parts_and_files_are_not(said: dict[str, str]) -> None:
    said = {name: value.replace("\r\n--x", "") for name, value in said.items()}
    parts = [part("text", "in a file", file=True), *(part(name, value) for name, value in said.items())]
    body = b"".join(parts) + part("name", "in a file", file=True)
    assert listening.fields_in(body, MULTI, {"text", "name", "reach"}) == said


@given(st.binary(max_size=400), st.sampled_from(["", FORM, MULTI, 'multipart/form-data; boundary="', "\xff\x00"]))
def test_whatever_is_sent_no_reading_of_it_fails(body: bytes, kind: str) -> None:
    found = listening.fields_in(body, kind, {"text"})
    assert set(found) <= {"text"}


# Made fit to be kept


@given(st.text(st.characters(codec=None), max_size=200))
def test_tidy_text_can_be_kept_and_turns_nothing_around(text: str) -> None:
    kept = listening.tidy(text)
    kept.encode()
    assert "\0" not in kept
    assert not set(kept) & listening.TURNING
    assert listening.tidy(kept) == kept
    assert "\n" not in listening.tidy(text, lines=False)


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=200))
def test_tidy_leaves_what_can_be_read(text: str) -> None:
    assert listening.tidy(text) == text


def test_tidy_keeps_lines_and_marks_of_direction_without_reach() -> None:
    assert listening.tidy(" a\r\nb\rc\u2028d\0\x1b[31m ") == "a\nb\nc\nd[31m"
    assert listening.tidy("\u202eabc\u2066d\u200f\ud800") == "abcd\u200f\ufffd"
    assert listening.tidy("a\r\nb\tc", lines=False) == "a b c"


@given(FIELDS, FIELDS)
def test_what_is_filled_in_keeps_what_was_said(before: dict[str, str], said: dict[str, str]) -> None:
    more = listening.more_said(before, said)
    if more is None:
        assert any(before.get(name) and value not in ("", before[name]) for name, value in said.items())
    else:
        filled = before | more
        assert listening.more_said(filled, said) == {}
        assert listening.more_said(filled, before) == {}
    assert listening.more_said(before, dict.fromkeys(before, "")) == {}


@given(st.dictionaries(st.sampled_from(["text", "name", "reach"]), st.text(max_size=20)), st.text(max_size=10))
def test_what_is_sent_is_known_again_and_nothing_else_is_taken_for_it(said: dict[str, str], form: str) -> None:
    same = listening.sent_as(1, form, said)
    assert same == listening.sent_as(1, form, dict(reversed(said.items())))
    others = [
        listening.sent_as(2, form, said),
        listening.sent_as(1, f"{form}x", said),
        listening.sent_as(1, form, said | {"text": said.get("text", "") + "x"}),
    ]
    assert same not in others
