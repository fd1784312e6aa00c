"""Single sign-on, stricter than allauth's own views, at the same addresses."""

from collections.abc import Callable
from typing import Any

import requests
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import (
    OAuth2CallbackView,
    OAuth2LoginView,
    OAuth2View,
)
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse


class StrictAdapter(OpenIDConnectOAuth2Adapter):
    """Checks the signature of every id token, and that all answers speak of one person.

    allauth leaves the signature out where the token came straight over TLS. Providers inside a
    plant or a bureau are often reached by plain HTTP or through a proxy that opens TLS.
    """

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> Any:
        """Return the sign-in. Raises OAuth2Error for a missing, forged or foreign token."""
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("the provider gave no id token")
        login = super().complete_login(request, app, token, **kwargs)
        told = login.account.extra_data
        if told["userinfo"].get("sub") != told["id_token"].get("sub"):
            raise OAuth2Error("id token and userinfo speak of different people")
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except KeyError as error:  # a token or a key set without the name of its key
            raise OAuth2Error(f"the id token cannot be checked: {error} is missing") from error
        return found


def _view(kind: type[OAuth2View]) -> Callable[..., HttpResponse]:
    @login_not_required
    def view(request: HttpRequest, provider_id: str) -> HttpResponse:
        adapter = StrictAdapter(request, provider_id)
        try:
            answer: HttpResponse = kind.adapter_view(adapter)(request)
        except SocialApp.DoesNotExist as error:
            raise Http404 from error
        except requests.RequestException as error:
            return render_authentication_error(
                request, adapter.get_provider(), error=AuthError.UNKNOWN, exception=error
            )
        return answer

    return view


login = _view(OAuth2LoginView)
callback = _view(OAuth2CallbackView)
