from django.urls import path

from meetings.views import answers, brief, capture, feeds, insights, invitations, meeting, planning, plays

urlpatterns = [
    path("meetings/new/", planning.meeting_new, name="meeting_new"),
    path("relationships/<int:pk>/meetings/new/", planning.meeting_create, name="meeting_create"),
    path("meetings/<int:pk>/", meeting.meeting_detail, name="meeting_detail"),
    path("meetings/<int:pk>/brief/", brief.meeting_brief, name="meeting_brief"),
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
    path("insights/", insights.insight_list, name="insight_list"),
    path("insights/<int:pk>/edit/", insights.insight_edit, name="insight_edit"),
    path("insights/<int:pk>/end/", insights.insight_end, name="insight_end"),
    path("insights/<int:pk>/removal/", insights.insight_remove, name="insight_remove"),
    path("insights/<int:pk>/seen/", insights.insight_seen, name="insight_seen"),
    path("meetings/<int:pk>/insights/", insights.meeting_insights, name="meeting_insights"),
    path("naming/<int:pk>/removal/", plays.naming_remove, name="naming_remove"),
    path("naming/<int:pk>/withdrawal/", plays.naming_withdraw, name="naming_withdraw"),
    path("organisations/<int:pk>/naming/", plays.naming_create, name="naming_create"),
    path("plays/<int:pk>/answer/", plays.play_answer, name="play_answer"),
    path("plays/<int:pk>/done/", plays.play_done, name="play_done"),
    path("plays/<int:pk>/dropping/", plays.play_drop, name="play_drop"),
    path("plays/<int:pk>/edit/", plays.play_edit, name="play_edit"),
    path("plays/<int:pk>/no-answer/", plays.play_no_answer, name="play_no_answer"),
    path("plays/<int:pk>/removal/", plays.play_remove, name="play_remove"),
    path("plays/reading/", plays.play_reading, name="play_reading"),
    path("relationships/<int:pk>/plays/", plays.play_create, name="play_create"),
    path("relationships/<int:pk>/ways-in/", plays.relationship_plays, name="relationship_plays"),
    path("ways-in/", plays.play_list, name="play_list"),
    # What one's own calendar knows
    path("settings/own-calendar/", capture.calendar_source, name="calendar_source"),
    path("settings/own-calendar/stop/", capture.calendar_stop, name="calendar_stop"),
    path("captured/<int:pk>/confirmation/", capture.captured_confirm, name="captured_confirm"),
    path("captured/<int:pk>/dismissal/", capture.captured_dismiss, name="captured_dismiss"),
]
