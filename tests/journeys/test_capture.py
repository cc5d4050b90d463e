"""What one's own calendar knows, settled from the keyboard."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from accounts.models import Contact
from meetings.models import CapturedEvent, CapturedMatch
from relationships.models import Interaction
from tests import people
from tests.journeys.book import partner, toast
from tests.journeys.conftest import Open
from web.clock import Now


def asked(name: str) -> CapturedEvent:
    ends = Now.read().instant - timedelta(days=1)
    person = Contact.objects.create(name=name, email=f"{name.lower()}@partner.example")
    row = CapturedEvent.objects.create(
        user=people.alice(), uid=name, starts_at=ends, ends_at=ends, day=ends.date(), title="Review", captured_at=ends
    )
    relationship = partner(f"Works of {name}", quiet=41)
    CapturedMatch.objects.create(event=row, relationship=relationship, contact=person, address=person.email)
    return row


def test_one_key_confirms_and_one_dismisses_for_good(browse: Open) -> None:
    confirmed, dismissed = asked("Ingrid"), asked("Omar")
    page = browse(people.alice())
    page.goto("/")
    rows = page.locator("[data-captured]")
    expect(rows).to_have_count(2)
    rows.filter(has_text="Ingrid").get_by_role("button", name="Log:").focus()
    page.keyboard.press("Enter")
    toast(page, "Logged with Works of Ingrid")
    expect(rows).to_have_count(1)
    # The focus has gone to the row that is left.
    expect(rows.get_by_role("button", name="Log:")).to_be_focused()
    page.keyboard.press("x")
    toast(page, "Dismissed; it will not ask again")
    expect(rows).to_have_count(0)
    states = {row.pk: row.state for row in CapturedEvent.objects.all()}
    assert states == {confirmed.pk: "logged", dismissed.pk: "dismissed"}
    assert Interaction.objects.filter(channel="meeting").count() == 1
    page.keyboard.press("z")
    expect(rows).to_have_count(1)
