"""Who looks after a relationship, and what becomes of it when somebody leaves."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from relationships import actions
from relationships.forms.team import HandOverForm
from relationships.models import Relationship
from relationships.views.common import wrong
from web.clock import Now
from web.responses import done, form_page


@require_http_methods(["GET", "POST"])
def person_deactivate(request: PersonRequest, pk: int) -> HttpResponse:
    """An administrator deactivates a person and says who takes over what they own."""
    user, now = request.user, Now.read()
    if not user.reach.everything:
        raise Http404
    leaving = get_object_or_404(User.objects.visible_to(user).filter(is_active=True), pk=pk)
    owned = Relationship.objects.changeable_by(user).filter(owner=leaving)
    count = owned.count()
    form = HandOverForm(request.POST or None, user=user, leaving=leaving)
    form.fields["to"].required = count > 0
    if request.method == "POST" and form.is_valid():
        try:
            actions.let_go(actor=user, now=now, leaving=leaving, to=form.cleaned_data["to"])
        except ValidationError as error:
            wrong(form, error)
        else:
            said = _("%(name)s can no longer sign in.") % {"name": leaving}
            return done(request, said, to=reverse("person_list"), go=True)
    heading = _("Deactivate %(name)s") % {"name": leaving}
    context = {"form": form, "count": count, "leaving": leaving}
    return form_page(request, "relationships/person_deactivation.html", heading, context)
