from django.urls import path

from mail import views

urlpatterns = [
    path("settings/mail/", views.mail_settings, name="mail_settings"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/download/", views.outbox_download, name="outbox_download"),
    path("outbox/<int:mail_id>/again/", views.outbox_again, name="outbox_again"),
    path("outbox/<int:mail_id>/arrived/", views.outbox_arrived, name="outbox_arrived"),
    path("outbox/<int:mail_id>/closed/", views.outbox_closed, name="outbox_closed"),
]
