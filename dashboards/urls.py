from django.urls import path

from dashboards import views

urlpatterns = [
    path("", views.today, name="today"),
    path("portfolio/", views.portfolio, name="portfolio"),
    path("relationships/<int:pk>/", views.relationship_detail, name="relationship_detail"),
]
