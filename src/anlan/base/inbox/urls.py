"""Addresses of the inbox."""

from django.urls import path

from anlan.base.inbox import admin_views, views

app_name = "inbox"
urlpatterns = [
    path("", views.notice_list, name="list"),
    path("move/", views.notices_move, name="move"),
    path("preferences/", views.preferences, name="preferences"),
    path("channels/", admin_views.channels, name="channels"),
    path("channels/new/<slug:kind>/", admin_views.channel_new, name="channel_new"),
    path("channels/<uuid:channel_id>/", admin_views.channel_edit, name="channel"),
    path("channels/<uuid:channel_id>/test/", admin_views.channel_test, name="channel_test"),
    path("deliveries/", admin_views.deliveries, name="deliveries"),
    path("held/", admin_views.held, name="held"),
    path("held/<uuid:run_id>/", admin_views.held_decide, name="held_decide"),
    path("<uuid:notice_id>/", views.notice_open, name="open"),
]
