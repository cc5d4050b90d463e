from django.urls import path

from relationships.views import relationship, rhythm, talk, team

urlpatterns = [
    path("log/", talk.log, name="log"),
    path("log/details/", talk.log_details, name="log_details"),
    path("interactions/", talk.interaction_create, name="interaction_create"),
    path("interactions/<int:pk>/edit/", talk.interaction_edit, name="interaction_edit"),
    path("interactions/<int:pk>/removal/", talk.interaction_remove, name="interaction_remove"),
    path("relationships/options/", talk.relationship_options, name="relationship_options"),
    path("relationships/new/", relationship.relationship_create, name="relationship_create"),
    path("relationships/<int:pk>/edit/", relationship.relationship_edit, name="relationship_edit"),
    path("relationships/<int:pk>/removal/", relationship.relationship_remove, name="relationship_remove"),
    path("relationships/<int:pk>/pause/", relationship.relationship_pause, name="relationship_pause"),
    path("relationships/<int:pk>/resumption/", relationship.relationship_resume, name="relationship_resume"),
    path("relationships/<int:pk>/agreements/", rhythm.agreement_create, name="agreement_create"),
    path("relationships/<int:pk>/snoozes/", rhythm.snooze_create, name="snooze_create"),
    path("agreements/<int:pk>/removal/", rhythm.agreement_remove, name="agreement_remove"),
    path("snoozes/<int:pk>/removal/", rhythm.snooze_remove, name="snooze_remove"),
    path("people/<int:pk>/deactivation/", team.person_deactivate, name="person_deactivate"),
]
