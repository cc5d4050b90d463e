"""What every mail is made of: text and HTML of equal content, in the look of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from typing import TypeAlias

import css_inline

from accounts.models import Contact, User
from mail.outbox import Claim
from web.clock import Now

Person: TypeAlias = User | Contact


@dataclass(frozen=True, slots=True)
class NotNeeded:
    why: str


Writer: TypeAlias = Callable[[Claim, Person, Now], EmailMessage | NotNeeded]


def message(subject: str, words: str, html: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message.set_content(words, cte="quoted-printable")
    message.add_alternative(_inliner().inline(html), subtype="html", cte="quoted-printable")
    return message


@cache
def _inliner() -> css_inline.CSSInliner:
    """Media queries stay in a style element; everything else moves to its element, as mail programs want it."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
