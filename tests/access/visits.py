"""Visits of each person to each address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.models import User
from tests.access.canaries import Half, World
from tests.access.table import Route

NOBODY = 987_654_321
# Alone or behind what tells the audit who it is; not of the session itself, which any sign-in writes.
WRITES = re.compile(r'(?:^|;\s*)(INSERT INTO|UPDATE|DELETE FROM) "(?!django_session|usersessions_usersession)')


def client_of(person: User | None) -> Client:
    client = Client(raise_request_exception=True)
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address_of(name: str, pattern: URLPattern, key: Any) -> str:
    """The route's address about one object; all of its arguments name the same."""
    arguments = pattern.pattern.converters or dict.fromkeys(pattern.pattern.regex.groupindex)
    return reverse(name, kwargs=dict.fromkeys(arguments, key))


def key_of(route: Route, half: Half, world: World) -> Any:
    if route.kind is None:
        return None
    if route.kind.endswith("token"):
        return world.tokens().get(route.kind, "abc-def")
    return half.rows[route.kind].pk


def visit(
    client: Client,
    method: str,
    address: str,
    values: Mapping[str, Any] | None = None,
    after_writing: Callable[[], None] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[Any, list[str]]:
    """The answer and what was written for it; the database is as before afterwards.

    ``after_writing`` looks at what there is before that.
    """
    writes: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        # Not from Django's log of queries: that keeps the last 9000, and each with its values put into it.
        if WRITES.search(sql):
            writes.append(sql)
        return execute(sql, *more)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            response = getattr(client, method)(address, values, headers=headers)
        if writes and after_writing is not None:
            after_writing()
        transaction.set_rollback(True)
    return response, writes


def met(response: HttpResponseBase) -> str:
    """The word of the table for an answer."""
    status = response.status_code
    location = response.headers.get("Location", "") + response.headers.get("HX-Redirect", "")
    if location.startswith("/accounts/login/?next="):
        return "login"
    if status in (404, 405):
        return str(status)
    # 410: the link of an invitation that is over; 422: the form again; 429: too often, too fast.
    return "in" if status < 400 or status in (410, 422) else str(status)


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headers}\n\n{body.decode(errors='replace')}"


def alike(response: Any, key: Any) -> str:
    """An answer without what differs between any two requests: nonce, forgery token, the key asked for."""
    text = re.sub(r"nonce-[^']+'|nonce=\"[^\"]+\"|csrfmiddlewaretoken\" value=\"[^\"]+\"", "…", text_of(response))
    text = re.sub(r'(X-CSRFToken"?:\s*)"[^"]+"', r"\1…", text)
    return f"{response.status_code}\n{text.replace(str(key), '…')}"
