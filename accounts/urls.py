"""Addresses of people, teams and organisations. ``/accounts/`` belongs to signing in."""

from __future__ import annotations

from django.urls import path

from accounts import views

urlpatterns = [
    path("undo/<int:step_id>/", views.undo, name="undo"),
    path("undo/latest/", views.undo_latest, name="undo_latest"),
    path("history/", views.history, name="history"),
    path("history/download/", views.history_download, name="history_download"),
    path("settings/", views.settings, name="settings"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("invitations/<int:invitation_id>/withdrawal/", views.invitation_withdraw, name="invitation_withdraw"),
    path("people/", views.person_list, name="person_list"),
    path("people/download/", views.person_download, name="person_download"),
    path("people/new/", views.person_invite, name="person_invite"),
    path("people/<int:person_id>/", views.person_edit, name="person_edit"),
    path("people/<int:person_id>/invitations/", views.person_invite_again, name="person_invite_again"),
    path("people/<int:person_id>/reactivation/", views.person_reactivate, name="person_reactivate"),
    path("people/<int:person_id>/one-to-ones/new/", views.one_to_one_create, name="one_to_one_create"),
    path("one-to-ones/<int:pk>/", views.one_to_one_edit, name="one_to_one_edit"),
    path("one-to-ones/<int:pk>/removal/", views.one_to_one_remove, name="one_to_one_remove"),
    path("covers/", views.cover_list, name="cover_list"),
    path("covers/download/", views.cover_download, name="cover_download"),
    path("covers/new/", views.cover_create, name="cover_create"),
    path("covers/<int:pk>/removal/", views.cover_remove, name="cover_remove"),
    path("teams/", views.team_list, name="team_list"),
    path("teams/new/", views.team_create, name="team_create"),
    path("teams/<int:team_id>/", views.team_edit, name="team_edit"),
    path("teams/<int:team_id>/removal/", views.team_remove, name="team_remove"),
    path("organisations/", views.account_list, name="account_list"),
    path("organisations/download/", views.account_download, name="account_download"),
    path("organisations/new/", views.account_create, name="account_create"),
    path("organisations/alike/", views.account_alike, name="account_alike"),
    path("organisations/duplicates/", views.duplicate_list, name="duplicate_list"),
    path("organisations/duplicates/download/", views.duplicate_download, name="duplicate_download"),
    path("likenesses/<int:pk>/dismissal/", views.likeness_dismiss, name="likeness_dismiss"),
    path("organisations/options/", views.account_options, name="account_options"),
    path("organisations/<int:account_id>/", views.account_detail, name="account_detail"),
    path(
        "organisations/<int:account_id>/people/download/", views.account_people_download, name="account_people_download"
    ),
    path("organisations/<int:account_id>/change/", views.account_edit, name="account_edit"),
    path("organisations/<int:account_id>/removal/", views.account_remove, name="account_remove"),
    path("organisations/<int:account_id>/names/", views.alias_add, name="alias_add"),
    path("organisations/<int:account_id>/numbers/", views.external_id_add, name="external_id_add"),
    path("organisations/<int:account_id>/people/", views.contact_add, name="contact_add"),
    path("names/<int:alias_id>/removal/", views.alias_remove, name="alias_remove"),
    path("numbers/<int:external_id>/removal/", views.external_id_remove, name="external_id_remove"),
    path("places/<int:place_id>/", views.contact_edit, name="contact_edit"),
    path("places/<int:place_id>/removal/", views.contact_remove, name="contact_remove"),
]
