"""Pages of weather signals: enter one, look at one, end it early."""

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.base.actors import policy as actors_policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.middleware import ActorRequest
from anlan.base.audit.queries import history_of
from anlan.base.clock import SHANGHAI, now
from anlan.base.duties.models.warning import Colour
from anlan.base.errors import AnlanError, BadInput
from anlan.modules.warnings import policy, queries_weather
from anlan.modules.warnings.models import WeatherKind
from anlan.modules.warnings.services import weather
from anlan.modules.warnings.ui import weather_lists

USUAL = dt.timedelta(hours=6)


class _Form(forms.Form):
    def take(self, error: AnlanError) -> None:
        """Show what a service refused at the fields it is about."""
        if isinstance(error, BadInput):
            for problem in error.problems:
                name = problem.field if problem.field in self.fields else None
                self.add_error(name, str(problem.text))
        else:
            self.add_error(None, error.message())


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class SignalForm(_Form):
    """A weather signal. Times are local, of Shanghai."""

    place = forms.ChoiceField(label=pgettext_lazy("weather signal", "Holds for"))
    kind = forms.ChoiceField(
        label=pgettext_lazy("weather signal", "Weather"), choices=WeatherKind.choices
    )
    colour = forms.TypedChoiceField(
        label=gettext_lazy("Colour of the signal"),
        choices=list(reversed(Colour.choices[1:])),
        coerce=int,
        initial=Colour.YELLOW.value,
    )
    source = forms.CharField(
        label=pgettext_lazy("weather signal", "Given by"),
        max_length=120,
        help_text=gettext_lazy("Such as the county's weather service, with the number."),
    )
    from_at = forms.DateTimeField(
        label=pgettext_lazy("weather signal", "In force from"), widget=_moment()
    )
    until_at = forms.DateTimeField(
        label=pgettext_lazy("weather signal", "In force until"), widget=_moment()
    )
    text = forms.CharField(
        label=pgettext_lazy("weather signal", "Words of the signal"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(one.pk), one.name) for one in queries_weather.places(actor)]
        self.fields["place"].choices = offered  # type: ignore[attr-defined]
        start = now().astimezone(SHANGHAI).replace(second=0, microsecond=0)
        self.fields["from_at"].initial, self.fields["until_at"].initial = start, start + USUAL


class EndForm(_Form):
    """Why a signal is over before its time."""

    reason = forms.CharField(label=gettext_lazy("Why it is over"), max_length=300)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Enter a weather signal."""
    actor = request.actor
    actors_policy.require(actor, policy.WEATHER)
    form = SignalForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            row = weather.enter(actor, values.pop("place"), **values)
        except AnlanError as error:
            form.take(error)
        else:
            messages.success(request, _("Entered. The index takes it within a minute."))
            return HttpResponseRedirect(reverse("warnings:weather_show", args=[row.pk]))
    context = {"form": form, "back": reverse("warnings:weather")}
    return render(request, "warnings/weather_new.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def show(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show a weather signal; whoever answers for its place ends it early."""
    actor = request.actor
    row = queries_weather.signal_one(actor, pk)
    state = weather_lists.state_of(row)
    may_end = actor.may(policy.WEATHER, row.scope_path, row.enterprise_id)
    form = EndForm(request.POST or None) if may_end and state != "over" else None
    if request.method == "POST":
        actors_policy.require(actor, policy.WEATHER, row)
        if form is None or form.is_valid():
            try:
                weather.end(actor, pk, form.cleaned_data["reason"] if form else "")
            except BadInput as error:
                if form is not None:
                    form.take(error)
            else:
                messages.success(request, _("Ended early. The index follows within a minute."))
                return HttpResponseRedirect(reverse("warnings:weather_show", args=[pk]))
    context = {
        "row": row,
        "level": 5 - row.colour,
        "state": weather_lists.STATES[state],
        "tone": weather_lists.TONES[state],
        "icon": weather_lists.ICONS[state],
        "form": form,
        "history": history_of(actor, row),
        "back": reverse("warnings:weather"),
    }
    return render(request, "warnings/weather_show.html", context, status=_status(form))


def _status(form: forms.Form | None) -> int:
    return 422 if form is not None and form.errors else 200
