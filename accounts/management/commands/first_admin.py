"""``manage.py first_admin EMAIL [--name NAME]``: the person who invites all the others."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from accounts.actions import first_administrator
from accounts.invitations import token_for
from web.clock import Now


class Command(BaseCommand):
    help = "Make the first administrator and print the link that sets the password, once, within seven days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address to sign in with")
        parser.add_argument("--name", default="", help="the name to show; without it the part before the @")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            invitation = first_administrator(
                now=Now(instant=timezone.now()),
                email=email,
                name=name.strip() or email.partition("@")[0],
                zone=settings.DEFAULT_ZONE,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
        link = f"{settings.SITE_URL}{reverse('invitation', args=[token_for(invitation)])}"
        self.stdout.write(
            f"Open this link once, within seven days, to set the password of {invitation.user.email}:\n{link}"
        )
