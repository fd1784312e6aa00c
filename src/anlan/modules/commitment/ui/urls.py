"""Addresses of judgements and commitments."""

from django.urls import path

from anlan.modules.commitment.ui import views

app_name = "commitment"

urlpatterns = [
    path("", views.today_page, name="today"),
    path("overview/", views.overview, name="overview"),
    path("gate/<uuid:enterprise_id>/", views.gate, name="gate"),
    path("of/<uuid:enterprise_id>/", views.open_today, name="open"),
    path("step/<uuid:pk>/", views.step, name="step"),
    path("chain/<uuid:enterprise_id>/", views.chain_page, name="chain"),
    path("judgements/<uuid:pk>/", views.judge, name="judge"),
    path("<uuid:pk>/", views.show, name="show"),
    path("<uuid:pk>/prepare/", views.prepare, name="prepare"),
    path("<uuid:pk>/publish/", views.publish, name="publish"),
]
