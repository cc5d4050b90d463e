"""The address of a post's public form: signed for the post and its version, and stored nowhere."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from relationships.models import ListeningPost

SALT = "concord.relationships.listening"


def token_for(post: ListeningPost) -> str:
    """Always the same for a post and a version; safe in a path."""
    return signing.Signer(salt=SALT).sign(f"{post.pk}:{post.version}")


def address_for(post: ListeningPost) -> str:
    return f"{settings.SITE_URL}{reverse('hear', args=[token_for(post)])}"


def find(token: str) -> ListeningPost | None:
    """The post whose form this is, while it takes what is said; none for any other address, whatever is wrong."""
    try:
        key, version = signing.Signer(salt=SALT).unsign(token).split(":")
        wanted = {"pk": int(key), "version": int(version)}
    except (signing.BadSignature, ValueError):
        return None
    return ListeningPost.objects.answering().select_related("relationship").filter(**wanted).first()
