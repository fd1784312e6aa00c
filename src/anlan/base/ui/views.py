"""Small pages and endpoints of the frame: theme, language, search, help, manifest, worker."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anlan.base.ui import built, help_pages, navigation
from anlan.base.ui.context import THEME_COOKIE, THEMES
from anlan.base.ui.people import viewer_of
from anlan.base.ui.searching import search

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """Return to the page the form stood on, never to another site."""
    target = request.POST.get("next") or request.headers.get("Referer", "/")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else "/")


def _remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", httponly=True,
        secure=getattr(settings, "SESSION_COOKIE_SECURE", False),
    )  # fmt: skip
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and return to the page."""
    chosen = request.POST.get("theme", "")
    return _remember(_back(request), THEME_COOKIE, chosen if chosen in THEMES else "auto")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie and return to the page."""
    chosen = request.POST.get("language", "")
    known = dict(settings.LANGUAGES)
    if chosen not in known or not check_for_language(chosen):
        chosen = settings.LANGUAGE_CODE
    return _remember(_back(request), settings.LANGUAGE_COOKIE_NAME, chosen)


@require_safe
@login_required
@never_cache
def counts(request: HttpRequest) -> HttpResponse:
    """Answer the counts of the navigation that follow live events, for a page that is open."""
    viewer = viewer_of(request)
    return JsonResponse(navigation.live_counts(viewer) if viewer else {})


@require_safe
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Show what was found, as a page or as the list under the search box."""
    text = request.GET.get("q", "")
    only_list = request.headers.get("HX-Request") == "true"
    found = search(viewer_of(request), text, limit=5 if only_list else 50)
    template = "ui/_found.html" if only_list else "ui/found.html"
    response = render(request, template, {"found": found, "text": text.strip()})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _language() -> str:
    """Return the reader's language as the help pages know it."""
    return help_pages.CHINESE if (get_language() or "").startswith("zh") else help_pages.ENGLISH


@require_safe
@login_required
def help_index(request: HttpRequest) -> HttpResponse:
    """List the help pages."""
    return render(request, "ui/help/index.html", {"sections": help_pages.sections(_language())})


@require_safe
@login_required
def help_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one page of the documentation."""
    page = help_pages.page(name, _language())
    if page is None:
        raise Http404(name)
    return render(request, "ui/help/page.html", {"page": page})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe Pocket to the phone, so that it can be installed."""
    return JsonResponse(
        {
            "id": "/p/",
            "name": _("Anlan Pocket"),
            "short_name": _("Anlan"),
            "lang": request.LANGUAGE_CODE if hasattr(request, "LANGUAGE_CODE") else "zh-CN",
            "start_url": reverse("ui:pocket"),
            "scope": "/",
            "display": "standalone",
            "orientation": "portrait",
            "theme_color": "#0f4c81",
            "background_color": "#edf0f4",
            "icons": [
                _icon("icon-192.png", "192x192", "any"),
                _icon("icon-512.png", "512x512", "any"),
                _icon("icon-maskable-512.png", "512x512", "maskable"),
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    return {
        "src": static(f"ui/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose
    }  # fmt: skip


@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the root, so that it may look after every page."""
    return HttpResponse(
        built.service_worker(reverse("ui:offline")), content_type="text/javascript; charset=utf-8"
    )


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show the shell of Pocket, which draws itself from the phone.

    It holds no personal data: the worker keeps it on the phone for everybody who uses it.
    """
    return render(request, "ui/pocket/shell.html")


@require_safe
@login_required
def pocket(request: HttpRequest) -> HttpResponse:
    """Show the shell to somebody signed in; later the worker answers in its place."""
    return render(request, "ui/pocket/shell.html")
