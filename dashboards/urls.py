from django.urls import path

from dashboards import palette, promise_list, relationship_page, views

urlpatterns = [
    path("", views.today, name="today"),
    path("portfolio/", views.portfolio, name="portfolio"),
    path("palette/", palette.palette, name="palette"),
    path("promises/", promise_list.promise_list, name="promise_list"),
    path("relationships/<int:pk>/", relationship_page.relationship_detail, name="relationship_detail"),
]
