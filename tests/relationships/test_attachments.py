"""Links and files: kept under their names, served as attachments, forgotten when nothing can bring them back."""

from __future__ import annotations

import logging
import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from accounts.undo import take_back
from relationships import actions, queries, tasks
from relationships.attachments import LONGEST_NAME, clean_name, host_of, named
from relationships.models import Attachment, Relationship
from tests import people
from tests.relationships.records import DAY, log
from web.clock import Now

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def a_file(name: str = "Prices 2026.pdf", content: bytes = b"%PDF-1.7 prices") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def attach(row: Relationship, *, now: Now | None = None, **what: Any) -> Attachment:
    what = what or {"file": a_file()}
    return actions.add_attachment(actor=row.owner, now=now or Now.read(), relationship=row, **what).row


def place_of(row: Attachment, files: Path) -> Path:
    return files / str(row.file.name)


def on_disk(files: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in files.rglob("*") if path.is_file())


def undo(user: User, now: Now | None = None) -> None:
    step = user.undo_steps.open().order_by("pk").last()
    assert step is not None
    take_back(step_id=step.pk, actor=user, now=now or Now.read())


def later(days: float) -> Now:
    return Now(Now.read().instant + timedelta(days=days))


# Names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("prices.pdf", "prices.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\prices.pdf", "prices.pdf"),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie: x=1.txt"),
        ("nul\0l\x07.txt", "null.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("  two   words .pdf", "two words.pdf"),
        ("prix d\u2019été.pdf", "prix d\u2019été.pdf"),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_name_of_a_file(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_can_be_kept(name: str) -> None:
    kept = clean_name(name)
    assert 0 < len(kept) <= LONGEST_NAME
    assert not set(kept) & set("/\\\0\r\n\t\u202e")
    assert kept not in (".", "..")
    assert clean_name(kept) == kept


@pytest.mark.parametrize(
    ("title", "own", "name"),
    [
        ("", "p.pdf", "p.pdf"),
        ("Prices", "p.pdf", "Prices.pdf"),
        ("Prices.PDF", "p.pdf", "Prices.PDF"),
        ("v1.2", "p.pdf", "v1.2.pdf"),
        ("Notes", "README", "Notes"),
        ("../", "p.pdf", "p.pdf"),
    ],
)
def test_title_keeps_the_ending(title: str, own: str, name: str) -> None:
    assert named(title, own) == name


@pytest.mark.parametrize(
    ("url", "host"), [("https://www.ewos.example/a", "ewos.example"), ("https://[bad", "https://[bad"), ("x", "x")]
)
def test_host_of_a_link(url: str, host: str) -> None:
    assert host_of(url) == host


# Served --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("prices.html", 'attachment; filename="prices.html"'),
        ('quo"te.svg', 'attachment; filename="quo\\"te.svg"'),
        ("prix d’été.pdf", "attachment; filename*=utf-8''prix%20d%E2%80%99%C3%A9t%C3%A9.pdf"),
    ],
)
def test_file_is_only_ever_an_attachment(name: str, disposition: str) -> None:
    row = attach(people.relationship(), file=a_file(name, b"<script>alert(1)</script>"))
    answer = client_of(people.alice()).get(reverse("attachment_download", args=[row.pk]))
    assert b"".join(answer) == b"<script>alert(1)</script>"
    wanted = {
        "Content-Disposition": disposition,
        "Content-Type": "application/octet-stream",
        "Content-Length": "25",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    assert {header: answer.headers[header] for header in wanted} == wanted


def test_place_on_disk_tells_nothing_and_is_nobody_elses(files: Path) -> None:
    row = attach(people.relationship(), file=a_file("../secret prices.html"))
    path = place_of(row, files)
    assert path.parent == files / "attachments"
    assert "secret" not in path.name and path.suffix == ""
    assert (row.title, row.size) == ("secret prices.html", len(b"%PDF-1.7 prices"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_who_does_not_see_the_partner_finds_no_file() -> None:
    row = attach(people.relationship())
    download, removal = (reverse(f"attachment_{verb}", args=[row.pk]) for verb in ("download", "remove"))
    for person, status in ((people.outsider(), 404), (people.rita(), 200), (people.bob(), 200), (people.petra(), 404)):
        assert client_of(person).get(download).status_code == status
    for person in (people.outsider(), people.rita(), people.petra()):
        assert client_of(person).post(removal).status_code == 404
    assert Client().get(download).status_code == 302
    assert Attachment.objects.filter(pk=row.pk).exists()


def test_reader_adds_nothing(files: Path) -> None:
    row = people.relationship()
    answer = client_of(people.rita()).post(reverse("attachment_create", args=[row.pk]), {"file": a_file()})
    assert (answer.status_code, on_disk(files)) == (404, [])


def test_missing_file_is_said_and_logged(files: Path, caplog: pytest.LogCaptureFixture) -> None:
    row = attach(people.relationship())
    place_of(row, files).unlink()
    with caplog.at_level(logging.ERROR, "relationships"):
        answer = client_of(people.alice()).get(reverse("attachment_download", args=[row.pk]))
    assert answer.status_code == 404
    assert "it is not in the store of files" in answer.content.decode()
    assert [record.getMessage() for record in caplog.records if record.name == "relationships.views.comments"] == [
        f"The file of attachment {row.pk} is not in the store: {row.file.name}"
    ]


def test_link_is_no_file_and_leads_away_without_a_word() -> None:
    row = people.relationship()
    link = attach(row, url="https://www.ewos.example/prices?a=1&b=2")
    assert link.title == "ewos.example"
    assert client_of(people.alice()).get(reverse("attachment_download", args=[link.pk])).status_code == 404
    shown = render_to_string(
        "relationships/_attachments.html", {"attachments": queries.attachments_of(row), "row": row, "writes": False}
    )
    assert 'href="https://www.ewos.example/prices?a=1&amp;b=2" rel="noopener noreferrer nofollow"' in shown


# Added ---------------------------------------------------------------------------------------------------------------


def post(row: Relationship, about: str = "", **values: Any) -> Any:
    return client_of(people.alice()).post(reverse("attachment_create", args=[row.pk]) + about, values)


def test_file_by_the_form(files: Path) -> None:
    row = people.relationship()
    entry = log(row, Now.read().today("UTC")).row
    answer = post(row, f"?interaction={entry.pk}", file=a_file(), title="Winter prices")
    made = Attachment.objects.get()
    assert (answer.status_code, made.title, made.interaction) == (302, "Winter prices.pdf", entry)
    assert on_disk(files) == [b"%PDF-1.7 prices"]
    assert queries.attachments_by_entry([entry.pk]) == {entry.pk: [made]}


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({}, "url", "Give an address, or choose a file."),
        ({"url": "javascript:alert(1)"}, "url", "Give an address such as https://partner.example/prices."),
        ({"url": "ftp://a.example/x"}, "url", "Give an address such as https://partner.example/prices."),
        ({"url": "https://a.example", "file": True}, "file", "Give an address or choose a file, not both."),
        ({"file": b""}, "file", "This file is empty. Choose another."),
        (
            {"file": b"x" * (2 * 1024 * 1024)},
            "file",
            "This file is larger than 1 MB. Keep it elsewhere and add a link to it.",
        ),
    ],
)
def test_what_does_not_do_is_said(
    values: dict[str, Any], field: str, said: str, settings: Settings, files: Path
) -> None:
    settings.LARGEST_ATTACHMENT_MB = 1
    row = people.relationship()
    if "file" in values:
        values = {**values, "file": a_file(content=b"prices" if values["file"] is True else values["file"])}
    answer = post(row, **values, title="Kept")
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [said]
    assert 'value="Kept"' in answer.content.decode()
    assert (Attachment.objects.count(), on_disk(files)) == (0, [])


@pytest.mark.parametrize("in_memory", [True, False])
def test_file_of_the_largest_size_is_kept_and_of_a_larger_one_no_more_than_shows_it(
    in_memory: bool, settings: Settings, files: Path
) -> None:
    settings.LARGEST_ATTACHMENT_MB = 1
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024 if in_memory else 1000
    row = people.relationship()
    assert post(row, file=a_file(content=b"x" * MEGABYTE)).status_code == 302
    assert [len(content) for content in on_disk(files)] == [MEGABYTE]
    answer = post(row, file=a_file(content=b"x" * 5 * MEGABYTE))
    assert answer.status_code == 422
    assert MEGABYTE < answer.context["form"].files["file"].size < MEGABYTE + 200_000


def test_failed_transaction_leaves_a_file_that_is_forgotten(files: Path) -> None:
    row = people.relationship()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        attach(row)
        raise ZeroDivisionError
    assert (Attachment.objects.count(), on_disk(files)) == (0, [b"%PDF-1.7 prices"])
    assert actions.forget_files(now=later(30)) == 0
    assert actions.forget_files(now=later(32)) == 1
    assert on_disk(files) == []


# Removed, back, forgotten --------------------------------------------------------------------------------------------


def test_removed_and_back(files: Path) -> None:
    alice, row = people.alice(), people.relationship()
    made = attach(row)
    before = list(Attachment.objects.values())
    undo(alice)
    assert list(Attachment.objects.values()) == []
    undo(alice)
    assert list(Attachment.objects.values()) == before
    client = client_of(alice)
    assert client.post(reverse("attachment_remove", args=[made.pk])).status_code == 302
    assert client.get(reverse("attachment_download", args=[made.pk])).status_code == 404
    assert len(on_disk(files)) == 1
    undo(alice)
    assert list(Attachment.objects.values()) == before
    assert b"".join(client.get(reverse("attachment_download", args=[made.pk]))) == b"%PDF-1.7 prices"


def test_entry_takes_its_file_back() -> None:
    row = people.relationship()
    entry = log(row, Now.read().today("UTC") - DAY).row
    made = attach(row, file=a_file(), interaction=entry)
    actions.remove_interaction(actor=people.alice(), now=Now.read(), interaction_id=entry.pk)
    made.refresh_from_db()
    assert made.interaction is None
    undo(people.alice())
    made.refresh_from_db()
    assert made.interaction == entry


def test_file_stays_as_long_as_somebody_can_take_it_back(files: Path) -> None:
    row = people.relationship()
    made = attach(row)
    other = attach(row, file=a_file(content=b"stays"))
    actions.remove_attachment(actor=people.alice(), now=Now.read(), attachment_id=made.pk)
    assert actions.forget_files(now=later(30)) == 0
    undo(people.alice(), later(29.9))
    assert actions.forget_files(now=later(400)) == 0
    actions.remove_attachment(actor=people.alice(), now=Now.read(), attachment_id=made.pk)
    assert actions.forget_files(now=later(32)) == 1
    assert actions.forget_files(now=later(32)) == 0
    assert on_disk(files) == [b"stays"]
    with pytest.raises(ValidationError, match="no longer there"):
        undo(people.alice())
    assert list(Attachment.objects.all()) == [other]


def test_file_without_a_row_goes_by_the_day_of_its_removal_and_not_its_own(files: Path) -> None:
    made = attach(people.relationship())
    old = (Now.read().instant - timedelta(days=400)).timestamp()
    os.utime(place_of(made, files), (old, old))
    actions.remove_attachment(actor=people.alice(), now=Now.read(), attachment_id=made.pk)
    assert actions.forget_files(now=Now.read()) == 0
    assert len(on_disk(files)) == 1


def test_nothing_else_is_touched(files: Path) -> None:
    (files / "attachments").mkdir()
    for place in ("other.txt", "attachments/.keep", "attachments/report.pdf", "attachments/" + "x" * 31):
        path = files / place
        path.write_bytes(b"not ours")
        os.utime(path, (0, 0))
    assert actions.forget_files(now=later(400)) == 0
    assert len(on_disk(files)) == 4


def test_upload_that_was_broken_off_is_forgotten_after_a_day(files: Path) -> None:
    for name in ("tmpab_12xyz.upload.pdf", "tmpab_12xyz.upload", "tmp.upload", "secret.upload.pdf"):
        (files / name).write_bytes(name.encode())
    assert actions.forget_files(now=later(0.9)) == 0
    assert actions.forget_files(now=later(1.1)) == 2
    assert on_disk(files) == [b"secret.upload.pdf", b"tmp.upload"]


def test_task_with_no_file_at_all() -> None:
    assert tasks.forget_files() == 0


def test_task_looks_at_many_with_few_queries(files: Path, django_assert_num_queries: Any) -> None:
    row = people.relationship()
    for number in range(12):
        made = attach(row, file=a_file(content=str(number).encode()))
        if number % 2:
            actions.remove_attachment(actor=people.alice(), now=Now.read(), attachment_id=made.pk)
    with django_assert_num_queries(2):
        assert actions.forget_files(now=later(32)) == 6
    assert len(on_disk(files)) == 6
