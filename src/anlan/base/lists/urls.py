"""Addresses of the lists app itself; each list brings its own (`ListPage.urls`)."""

from django.urls import path

from anlan.base.lists import views

urlpatterns = [
    path("choose/<str:key>/", views.choose, name="choose"),
]
