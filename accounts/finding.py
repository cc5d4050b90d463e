"""Search over organisations and people: which of them have the words, best first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from accounts import access
from accounts.models import CONTACT_SEARCHED, Account, AccountAlias, Affiliation, Contact, User
from web.finding import Beginning, PlainText, begins_with, has_all
from web.plain import Candidate, Word, best_first

# Of so many rows of each lot is it known which are best: a word that half of the directory has says nothing.
MOST = 200


def organisations(user: User, words: tuple[Word, ...], near: Collection[int]) -> list[int]:
    """Keys by any of their names; names are a directory, so those of all for the staff. Two queries.

    Those ``near``, which are the person's own, are never missed, and come first among equals.
    """
    if not access.reach_of(user).staff:
        return []
    named = Account.objects.listed_for(user).values_list("pk", "name")
    other = AccountAlias.objects.filter(account__in=Account.objects.listed_for(user)).values_list("account", "name")
    rows = [named, other, named.filter(pk__in=near), other.filter(account__in=near)]
    found = _having(rows, ("name",), words)
    return best_first([Candidate(pk, name, own=pk in near) for pk, name in found], words, nearly=True, names=True)


def people(user: User, words: tuple[Word, ...], near: Collection[int]) -> list[int]:
    """Keys of those whom the person may see, by name or address; those of the organisations ``near`` are never missed.

    Three queries.
    """
    everybody = Contact.objects.order_by().values_list("pk", *CONTACT_SEARCHED)
    at = Affiliation.objects.filter(account__in=near).order_by().values("contact")
    found = _having([everybody, everybody.filter(pk__in=at)], CONTACT_SEARCHED, words)
    texts = {pk: " ".join(filter(None, told)) for pk, *told in found}
    seen = set(Contact.objects.visible_to(user).filter(pk__in=texts).order_by().values_list("pk", flat=True))
    return best_first([Candidate(pk, text) for pk, text in texts.items() if pk in seen], words, nearly=True, names=True)


def _having(rows: list[QuerySet[Any, Any]], columns: tuple[str, ...], words: tuple[Word, ...]) -> list[Any]:
    """Those that begin like that and those that have it as it is; where these are few, those that may be meant too."""
    told = [one.order_by().alias(plain=PlainText(*columns), begins=Beginning(*columns)) for one in rows]
    begins, has_them = begins_with("begins", words), has_all("plain", words)
    lots = [lot for one in told for lot in (one.filter(begins), one.filter(has_them))]
    found = _together(lots)
    # Of a word that many have, whatever is nearly that would be read for nothing.
    if len({pk for pk, *_text in found}) < MOST:
        found += _together([one.filter(has_all("plain", words, nearly=True)) for one in told])
    return found


def _together(lots: list[QuerySet[Any, Any]]) -> list[Any]:
    """Each lot bounded by itself; one statement."""
    first, *others = (lot[:MOST] for lot in lots)
    return list(first.union(*others, all=True))
