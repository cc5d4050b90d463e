from django.urls import path

from dashboards import (
    feedback_list,
    insights,
    listening,
    loyalty,
    meeting_list,
    palette,
    people_page,
    problem_list,
    promise_list,
    relationship_page,
    search,
    stage_page,
    standing_page,
    two_views,
    views,
)

urlpatterns = [
    path("", views.today, name="today"),
    path("portfolio/", views.portfolio, name="portfolio"),
    path("insights/", insights.insights, name="insights"),
    path("palette/", palette.palette, name="palette"),
    path("search/", search.search, name="search"),
    path("listening/", listening.listening_list, name="listening_list"),
    path("loyalty/", loyalty.loyalty_list, name="loyalty_list"),
    path("meetings/", meeting_list.meeting_list, name="meeting_list"),
    path("problems/", problem_list.problem_list, name="problem_list"),
    path("promises/", promise_list.promise_list, name="promise_list"),
    path("feedback/", feedback_list.feedback_list, name="feedback_list"),
    path("relationships/<int:pk>/feedback/", feedback_list.relationship_feedback, name="relationship_feedback"),
    path("relationships/<int:pk>/", relationship_page.relationship_detail, name="relationship_detail"),
    path("relationships/<int:pk>/people/", people_page.relationship_people, name="relationship_people"),
    path("relationships/<int:pk>/standing/", standing_page.relationship_standing, name="relationship_standing"),
    path("relationships/<int:pk>/views/", two_views.relationship_two_views, name="relationship_two_views"),
    path("relationships/<int:pk>/stage/", stage_page.relationship_stage, name="relationship_stage"),
]
