"""The brief before a meeting, as a mail to one of ours: its page, without what anybody keeps to themselves."""

from __future__ import annotations

from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from mail.digest import plain, shortened
from mail.outbox import Claim
from mail.writing import NotNeeded, Person, message
from meetings import words
from meetings.brief import brief_of
from meetings.models import BriefWish, Meeting, Participant
from web.clock import Now

# brief:<meeting>:<start in seconds>, so that another start is another brief.
PREFIX = "brief:"


def write(claim: Claim, person: Person, now: Now) -> EmailMessage | NotNeeded:
    if not isinstance(person, User) or person.audience != User.Audience.STAFF:
        return NotNeeded("not of the staff")
    if not BriefWish.objects.filter(user=person).exists():
        return NotNeeded("switched off")
    number, start = (int(part) for part in claim.period.removeprefix(PREFIX).split(":"))
    meeting = Meeting.objects.visible_to(person).planned().filter(pk=number).first()
    if meeting is None or int(meeting.starts_at.timestamp()) != start:
        return NotNeeded("off, moved, or not to see any more")
    if meeting.starts_at <= now.instant:
        return NotNeeded("it has begun")
    if not meeting.people.filter(user=person).exclude(answer=Participant.Answer.DECLINED).exists():
        return NotNeeded("does not come")
    brief = brief_of(meeting, person, now)
    told = {
        "brief": brief,
        "row": meeting,
        "page": settings.SITE_URL + reverse("meeting_brief", args=[meeting.pk]),
        "site": settings.SITE_URL,
        "change": settings.SITE_URL + reverse("mail_settings"),
    }
    subject = _("%(time)s %(title)s: the brief") % {
        "time": words.clock(meeting.starts_at, person.zone),
        "title": shortened(plain(meeting.title)),
    }
    return message(subject, render_to_string("mail/brief.txt", told), render_to_string("mail/brief.html", told))
