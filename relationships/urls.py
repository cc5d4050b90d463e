from django.urls import path

from relationships import views

urlpatterns = [
    path("log/", views.log, name="log"),
    path("log/details/", views.log_details, name="log_details"),
    path("interactions/", views.interaction_create, name="interaction_create"),
    path("interactions/<int:pk>/edit/", views.interaction_edit, name="interaction_edit"),
    path("interactions/<int:pk>/removal/", views.interaction_remove, name="interaction_remove"),
    path("relationships/options/", views.relationship_options, name="relationship_options"),
    path("relationships/new/", views.relationship_create, name="relationship_create"),
    path("relationships/<int:pk>/edit/", views.relationship_edit, name="relationship_edit"),
    path("relationships/<int:pk>/removal/", views.relationship_remove, name="relationship_remove"),
    path("relationships/<int:pk>/pause/", views.relationship_pause, name="relationship_pause"),
    path("relationships/<int:pk>/resumption/", views.relationship_resume, name="relationship_resume"),
    path("relationships/<int:pk>/agreements/", views.agreement_create, name="agreement_create"),
    path("relationships/<int:pk>/snoozes/", views.snooze_create, name="snooze_create"),
    path("agreements/<int:pk>/removal/", views.agreement_remove, name="agreement_remove"),
    path("snoozes/<int:pk>/removal/", views.snooze_remove, name="snooze_remove"),
    path("people/<int:pk>/deactivation/", views.person_deactivate, name="person_deactivate"),
]
