"""People come in by invitation, with a second step if they like, and leave with a hand-over."""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import time
from base64 import b32decode

from django.urls import reverse
from playwright.sync_api import expect

from accounts.invitations import token_for
from accounts.models import Invitation, Membership, User
from relationships.models import Relationship
from tests import people
from tests.journeys.book import dialog, partner, toast
from tests.journeys.conftest import Open


def code(secret: str) -> str:
    """Six digits of this half minute, as an authenticator app computes them (RFC 6238)."""
    key = b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at : at + 4]) & 0x7FFFFFFF) % 10**6:06}"


def test_invite_and_come_in(browse: Open) -> None:
    people.north()
    page = browse(people.adam())
    page.goto("/people/")
    page.keyboard.press("c")
    page.get_by_label("Name", exact=True).fill("Nora Nilsen")
    page.get_by_label(re.compile("address|e-mail", re.IGNORECASE)).fill("nora@concord.example")
    page.locator("select[name$=team]").first.select_option(str(people.north().pk))
    page.locator("select[name$=role]").first.select_option(Membership.Role.ACCOUNT_MANAGER)
    page.get_by_role("button", name="Invite").click()
    page.wait_for_url("**/people/")
    expect(page.locator(".c-rows")).to_contain_text("Nora Nilsen")
    expect(page.locator(".c-rows > li", has_text="Nora")).to_contain_text("Invited, not here yet.")
    invitation = Invitation.objects.get()
    assert invitation.user.memberships.get().role == Membership.Role.ACCOUNT_MANAGER

    hers = browse()
    hers.goto(reverse("invitation", args=[token_for(invitation)]))
    expect(hers.get_by_role("heading", name="Welcome to Concord")).to_be_visible()
    password = hers.locator("input[type=password]")
    password.first.fill("short")
    hers.get_by_role("button", name="Sign in").click()
    expect(hers.locator(".c-summary")).to_be_visible()
    for field in password.all():
        field.fill("well-kept salmon 9")
    hers.get_by_role("button", name="Sign in").click()
    expect(hers.get_by_role("heading", name="Today")).to_be_visible()
    expect(hers.get_by_role("heading", name="Nothing wants you")).to_be_visible()


def test_deactivate_with_hand_over(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    people.bob()
    page = browse(people.adam())
    page.goto(reverse("person_edit", args=[people.alice().pk]))
    page.get_by_role("link", name="Deactivate").click()
    expect(dialog(page)).to_contain_text("owns 1 relationship")
    page.locator("#dialog [name=to]").select_option(label="Bob Brandt")
    page.locator("#dialog").get_by_role("button", name="Deactivate").click()
    toast(page, "can no longer sign in")
    assert Relationship.objects.get(pk=row.pk).owner == people.bob()
    assert not User.objects.get(email="alice@concord.example").is_active
    hers = browse()
    hers.goto("/")
    hers.get_by_label("Email").fill("alice@concord.example")
    hers.get_by_label("Password").fill(people.PASSWORD)
    hers.get_by_role("button", name="Sign in").click()
    expect(hers.get_by_role("heading", name="Today")).to_have_count(0)


def test_teams(browse: Open) -> None:
    people.europe()
    page = browse(people.adam())
    page.goto("/teams/")
    page.keyboard.press("c")
    dialog(page)
    page.locator("#dialog [name=name]").fill("West")
    page.locator("#dialog [name=parent]").select_option(label="Europe")
    page.keyboard.press("Control+Enter")
    toast(page, "West")
    expect(page.locator(".c-rows > li", has_text="West")).to_contain_text("Part of Europe")
    page.get_by_role("button", name="Remove West").click()
    expect(page.locator(".c-rows > li", has_text="West")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(".c-rows > li", has_text="West")).to_have_count(1)


def test_second_step(browse: Open) -> None:
    people.alice()
    page = browse()
    page.goto("/")
    page.get_by_label("Email").fill("alice@concord.example")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/settings/")
    page.get_by_role("link", name="Set up").first.click()
    page.wait_for_url(f"**{reverse('mfa_index')}")
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_role("heading", name="Confirm it is you")).to_be_visible()
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.locator(".c-secret").inner_text()
    page.locator("[name=code]").fill(code(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("h1")).to_contain_text("Recovery codes")
    saved = page.locator(".c-codes li").first.inner_text()
    page.goto("/settings/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill("alice@concord.example")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.locator("[name=code]").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".c-summary")).to_be_visible()
    # The code of this half minute has been used to set it up, so one of the others lets her in.
    page.locator("[name=code]").fill(saved)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
