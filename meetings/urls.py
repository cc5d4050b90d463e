from django.urls import path

from meetings.views import answers, feeds, invitations, meeting, planning

urlpatterns = [
    path("meetings/new/", planning.meeting_new, name="meeting_new"),
    path("relationships/<int:pk>/meetings/new/", planning.meeting_create, name="meeting_create"),
    path("meetings/<int:pk>/", meeting.meeting_detail, name="meeting_detail"),
    path("meetings/<int:pk>/edit/", planning.meeting_edit, name="meeting_edit"),
    path("meetings/<int:pk>/cancellation/", planning.meeting_cancel, name="meeting_cancel"),
    path("meetings/<int:pk>/not-held/", planning.meeting_not_held, name="meeting_not_held"),
    path("meetings/<int:pk>/private-note/", meeting.private_note_edit, name="private_note_edit"),
    path("participants/<int:pk>/answer/", meeting.participant_answer, name="participant_answer"),
    # Invitations, and the calendar that a person subscribes to
    path("meetings/<int:pk>/invitations/", invitations.meeting_invite, name="meeting_invite"),
    path("settings/calendar/", feeds.calendar_settings, name="calendar_settings"),
    path("settings/calendar/address/", feeds.feed_make, name="feed_make"),
    path("settings/calendar/end/", feeds.feed_stop, name="feed_stop"),
    # Open to whoever has the address
    path("answer/<str:token>/", answers.meeting_answer, name="meeting_answer"),
    path("calendar/<str:token>.ics", feeds.calendar_feed, name="calendar_feed"),
]
