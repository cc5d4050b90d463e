"""How what colleagues write is shown: their words as they are, addresses as links, nothing else."""

from __future__ import annotations

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import Urlizer
from django.utils.safestring import SafeString

from relationships import attachments

register = template.Library()


class _Links(Urlizer):
    """Whoever is led away learns nothing of the page that led there."""

    url_template = '<a class="c-link" href="{href}" rel="noopener noreferrer nofollow" target="_blank">{url}</a>'


_links = _Links()


@register.filter
def plain_text(text: str) -> SafeString:
    """Escaped, with its line breaks and clickable addresses."""
    return linebreaksbr(_links(text, autoescape=True), autoescape=False)


@register.filter
def host(url: str) -> str:
    return attachments.host_of(url)
