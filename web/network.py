"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

# An IPv6 network of this size is one household or one office.
OF_ONE_PLACE = 64


def place_of(request: HttpRequest) -> str:
    """The network address to count by: the visitor's as sign-in attempts are counted, the proxy's where none is told.

    Of IPv6 the network, as one machine has addresses without end.
    """
    try:
        told = get_adapter(request).get_client_ip(request)
        address = ipaddress.ip_address(told)
    except (ImproperlyConfigured, PermissionDenied, ValueError):
        return str(request.META.get("REMOTE_ADDR", ""))
    if address.version == 6:
        return str(ipaddress.ip_network((address, OF_ONE_PLACE), strict=False))
    return str(address)
