"""Whether this instance is alive, and ready to serve."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 while the database or the broker does not answer."""
    ready = {"database": _database(), "broker": _broker()}
    return JsonResponse(ready, status=200 if all(ready.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False


def _broker() -> bool:
    try:
        cache.set("readyz", 1, 10)
        return bool(cache.get("readyz") == 1)
    except RedisError:
        return False


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Stands before a page of a library that this product does not offer."""
    raise Http404
