from django.urls import path

from meetings.views import meeting

urlpatterns = [
    path("meetings/<int:pk>/", meeting.meeting_detail, name="meeting_detail"),
    path("meetings/<int:pk>/private-note/", meeting.private_note_edit, name="private_note_edit"),
    path("participants/<int:pk>/answer/", meeting.participant_answer, name="participant_answer"),
]
