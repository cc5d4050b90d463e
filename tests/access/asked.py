"""What of a question was read for its answer.

An answer is made of what was read. Where nobody read a word of the query, a question that differs in this word alone
has the same answer; where nobody looked at a header, so has a question without it. So what nobody reads need not be
asked: a crawl costs what the pages look at, and not every page times every question. ``make crawl`` asks all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.http.request import HttpHeaders
from django.test import Client
from django.test.client import ClientHandler

ASK_ALL = bool(os.environ.get("CRAWL_ALL"))
# Whoever goes through a query, counts it or copies it has read all of it.
EVERYTHING = "*"


class Query(QueryDict):
    """``request.GET``, whose readers are noted where all of its methods come by."""

    def __init__(self, query: str) -> None:
        self.read: set[str] = set()
        super().__init__(query)
        self.read.clear()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def _getlist(self, key: str, *arguments: Any, **more: Any) -> Any:
        self.read.add(key)
        return super()._getlist(key, *arguments, **more)  # type: ignore[misc]

    def __iter__(self) -> Iterator[str]:
        self.read.add(EVERYTHING)
        return super().__iter__()

    def __len__(self) -> int:
        self.read.add(EVERYTHING)
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self.read.add(EVERYTHING)
        return super().__eq__(other)

    def __repr__(self) -> str:
        self.read.add(EVERYTHING)
        return super().__repr__()

    def keys(self) -> Any:
        self.read.add(EVERYTHING)
        return super().keys()

    def lists(self) -> Any:
        self.read.add(EVERYTHING)
        return super().lists()

    def __deepcopy__(self, memo: Any) -> QueryDict:  # type: ignore[override]
        """Of a copy nobody notes what is read."""
        return QueryDict(self.urlencode(), mutable=True)


class Headers(HttpHeaders):
    """``request.headers``."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.read: set[str] = set()
        super().__init__(environ)

    def __getitem__(self, key: str) -> str:
        self.read.add(key.replace("_", "-").lower())
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[str]:
        self.read.add(EVERYTHING)
        return super().__iter__()


class Meta(dict[str, Any]):
    """``request.META``, by which headers can be read too."""

    def __init__(self, environ: dict[str, Any], read: set[str]) -> None:
        super().__init__(environ)
        self.read = read

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def _note(self, key: str) -> None:
        self.read.add(key.removeprefix("HTTP_").replace("_", "-").lower())


class NotingHandler(ClientHandler):
    """Answers as the application does, and keeps what was read for the last answer."""

    words: set[str]
    headers: set[str]

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        query, headers = Query(request.META["QUERY_STRING"]), Headers(request.META)
        self.words, self.headers = query.read, headers.read
        request.GET, request.headers = cast(Any, query), headers
        request.META = Meta(request.META, headers.read)
        return super().get_response(request)


class Asked:
    """What is worth asking of each page, after it was asked once without a question."""

    def __init__(self, client: Client) -> None:
        self._handler = NotingHandler(enforce_csrf_checks=False)
        client.handler = self._handler
        self._words: dict[str, set[str]] = {}

    def note(self, address: str) -> None:
        """The page was asked; to be told once its answer has been read to the end."""
        page, question, _words = address.partition("?")
        if not question:
            self._words.setdefault(page, set()).update(self._handler.words)

    def differs(self, address: str) -> bool:
        """Whether the answer to a question may be another than to none; where there is none, it is worth asking."""
        page, question, words = address.partition("?")
        if not question:
            return True
        read = self._words.get(page, {EVERYTHING})
        return ASK_ALL or EVERYTHING in read or any(word in read for word, _value in parse_qsl(words, True))

    def looked_at(self, headers: dict[str, str]) -> bool:
        """Whether the last answer may be another with these headers."""
        read = self._handler.headers
        return ASK_ALL or EVERYTHING in read or any(name.lower() in read for name in headers)
