"""What every template draws with: icons, and the mark of where one is."""

from __future__ import annotations

from fnmatch import fnmatchcase

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from web.icons import ICONS
from web.longest import beginning
from web.shortcuts import WORDS

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; without a ``label`` it is decoration and hidden from screen readers.

    Raises ``LookupError`` for a name that is not in ``web/icons.txt``.
    """
    if name not in ICONS:
        raise LookupError(f"No icon named {name!r} in web/icons.txt")
    heard = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"></use></svg>', heard, static("dist/icons.svg"), name)


@register.simple_tag
def shortcut_words() -> dict[str, str | Promise]:
    """What each key does, for the help that the scripts write."""
    return WORDS


@register.simple_tag
def pieces(parts: list[tuple[str, bool]]) -> SafeString:
    """A text in pieces, each with whether it is one of the words that were looked for: those are marked."""
    marks = {True: (mark_safe("<mark>"), mark_safe("</mark>")), False: ("", "")}
    return format_html_join("", "{}{}{}", ((marks[hit][0], piece, marks[hit][1]) for piece, hit in parts))


@register.inclusion_tag("web/folded.html")
def folded(text: str) -> dict[str, str]:
    """A text with its lines; of a long one the beginning, and all of it once unfolded. Needs a block around it."""
    return {"text": text, "beginning": beginning(text)}


@register.simple_tag(takes_context=True)
def here(context: Context, *names: str) -> SafeString:
    """``aria-current``: *page* on the first named URL, *true* on the others (``*`` as in file names), else nothing."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    shown = getattr(match, "url_name", None) or ""
    if shown == names[0]:
        return mark_safe('aria-current="page"')
    if any(fnmatchcase(shown, name) for name in names[1:]):
        return mark_safe('aria-current="true"')
    return mark_safe("")
