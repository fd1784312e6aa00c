"""Django settings; every value a person may change is an `ANLAN_*` variable (see `env`)."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF

from anlan.config import env, nats_address
from anlan.telemetry import options as telemetry

PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = env.flag("ANLAN_DEBUG", False, help="Show errors in full. Never on a real installation.")
SECRET_KEY = env.secret(
    "ANLAN_SECRET_KEY",
    help="Signs sessions and links; at least 32 random characters. `anlan up` makes one if unset.",
)
DATA = env.path(
    "ANLAN_DATA", "var", help="Folder of everything that must be kept: database, files, streams."
)
HOST_NAMES = env.text(
    "ANLAN_ALLOWED_HOSTS", "*", help="Host names served, separated by commas; * serves any."
)
ALLOWED_HOSTS = [name.strip() for name in HOST_NAMES.split(",") if name.strip()]
PUBLIC_URL = env.text(
    "ANLAN_PUBLIC_URL", "", help="Address people type, such as https://anlan.example.cn."
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
SERVED_BY_TLS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    # Before allauth: its pages take our templates.
    "anlan.base.actors",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "django_vite",
    "ninja",
    "procrastinate.contrib.django",
    "anlan.base.api",
    "anlan.base.audit",
    "anlan.base.live",
    "anlan.base.files",
    "anlan.base.inbox",
    "anlan.base.jobs",
    "anlan.base.numbers",
    "anlan.base.papers",
    "anlan.base.states",
    "anlan.base.ui",
    "anlan.base.drafts",
    "anlan.base.lists",
    "anlan.base.imports",
    "anlan.base.duties",
    "anlan.base.pocket",
    "anlan.demo",
    "anlan.modules.registry",
    "anlan.modules.risk",
    "anlan.modules.findings",
    "anlan.modules.inspections",
    "anlan.modules.monitoring",
    "anlan.modules.honesty",
    "anlan.modules.ledgers",
    "anlan.modules.indicators",
    "anlan.modules.commitment",
    "anlan.modules.warnings",
    "anlan.exchange",
]

MIDDLEWARE = [
    "anlan.base.trace.TraceMiddleware",
    "anlan.config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "anlan.base.actors.middleware.ActorMiddleware",
    "anlan.base.problems.ProblemMiddleware",
    "anlan.base.actors.middleware.SecondFactorMiddleware",
    # Innermost: a redirect of any other middleware has saved nothing.
    "anlan.base.drafts.middleware.DraftMiddleware",
]

FORM_RENDERER = "anlan.base.ui.forms.Renderer"
ROOT_URLCONF = "anlan.config.urls"
ASGI_APPLICATION = "anlan.config.asgi.application"

# Our i18n stands in for Django's on purpose: it asks the catalogue once a template and language.
SILENCED_SYSTEM_CHECKS = ["templates.W003"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "libraries": {"i18n": "anlan.base.ui.templatetags.wording"},
            "builtins": [
                "django_cotton.templatetags.cotton",
                "anlan.base.ui.templatetags.wording",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "anlan.base.ui.context.shell",
            ],
        },
    }
]


def _database(url: str, *, options: str = "") -> dict[str, Any]:
    """Return Django's settings for a `postgresql://` URL; query parameters go to libpq."""
    parts = urlsplit(url)
    libpq: dict[str, Any] = dict(parse_qsl(parts.query))
    if options:
        libpq["options"] = f"{libpq.get('options', '')} {options}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": libpq.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": libpq,
    }


DATABASE_APP_ROLE = "anlan_app"
DATABASE_URL = env.url(
    "ANLAN_DATABASE_URL",
    "postgresql://anlan_app@127.0.0.1:5432/anlan",
    help="PostgreSQL for the application. Set it to use your own server;"
    " unset, `anlan up` runs one.",
)
DATABASE_OWNER_URL = env.url(
    "ANLAN_DATABASE_OWNER_URL",
    "",
    help="PostgreSQL for migrations, as the owner of the tables; the same server."
    " Left out, ANLAN_DATABASE_URL serves for both and the application steps down to the role"
    " anlan_app.",
)
AS_OWNER = env.flag(
    "ANLAN_DB_AS_OWNER", False, help="Connect as the owner; set by the commands that migrate."
)
if AS_OWNER or any(command in sys.argv[1:2] for command in ("migrate", "prepare_database")):
    DATABASES = {"default": _database(DATABASE_OWNER_URL or DATABASE_URL)}
elif DATABASE_OWNER_URL:
    DATABASES = {"default": _database(DATABASE_URL)}
else:
    DATABASES = {"default": _database(DATABASE_URL, options=f"-c role={DATABASE_APP_ROLE}")}
DOOR_PORT = telemetry.door().port or min(
    env.integer("ANLAN_PORT", 8000, minimum=1, maximum=65535) + 10, 65535
)
"""Where measured values are taken in, told on the pages of sources."""

DATABASE_POOL = env.integer(
    "ANLAN_DATABASE_POOL", 0, minimum=0, maximum=200, help="Connections kept by each web process."
)
if DATABASE_POOL:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": DATABASE_POOL}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
NATS_URL = nats_address.from_environment()
NATS_REPLICAS = nats_address.replicas()

METRICS_TOKEN = env.secret(
    "ANLAN_METRICS_TOKEN",
    "",
    help="Bearer token that Prometheus sends to /metrics. Unset, there is no such page.",
)

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "anlan_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

INBOX_RUN_CAP = env.integer(
    "ANLAN_INBOX_RUN_CAP",
    2000,
    minimum=1,
    help="Notices one run may make; a larger run is held for an administrator.",
)
INBOX_DIGEST_CAP = env.integer(
    "ANLAN_INBOX_DIGEST_CAP",
    20_000,
    minimum=1,
    help="People one digest run may write to; a larger run is held for an administrator.",
)
CHANNEL_PRIVATE_NETWORKS = env.words(
    "ANLAN_CHANNEL_PRIVATE_NETWORKS",
    help="Networks that are not public and that channels may send to, such as 10.1.0.0/16 of an"
    " SMS gateway inside the plant. Left empty, only public addresses are allowed.",
)
CAMERA_NETWORKS = env.words(
    "ANLAN_CAMERA_NETWORKS",
    ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    help="Networks in which cameras are asked whether they are on line. Nothing outside is ever"
    " connected to; this machine itself only where a network of its own, such as 127.0.0.0/8, is"
    " listed.",
)
CAMERA_PORTS = env.words(
    "ANLAN_CAMERA_PORTS",
    ("80", "443", "322", "554", "8000", "8080", "8443", "8554"),
    help="Ports at which cameras are asked. Other services of the plant's network are not touched.",
)

AUTH_USER_MODEL = "actors.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "anlan.base.actors.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "anlan.base.actors.ui.sign_in_forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Anlan] "
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SERVED_BY_TLS else "http"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # Five wrong passwords close an account's door for a quarter of an hour.
    "login_failed": "20/m/ip,5/900s/key",
    "reset_password": "10/m/ip,3/900s/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer(
    "ANLAN_TRUSTED_PROXIES",
    0,
    minimum=0,
    maximum=9,
    help="Proxies in front that append to X-Forwarded-For; the address of a client is read there.",
)
SESSION_ENGINE = "anlan.base.actors.sessions"
SESSION_COOKIE_AGE = 3600 * env.integer(
    "ANLAN_SESSION_HOURS",
    12,
    minimum=1,
    maximum=720,
    help="Hours after which a person must sign in again.",
)
MFA_ADAPTER = "anlan.base.actors.sign_in.MfaAdapter"
MFA_FORMS = {
    "add_webauthn": "anlan.base.actors.ui.sign_in_forms.NewKeyForm",
    "edit_webauthn": "anlan.base.actors.ui.sign_in_forms.KeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Anlan"
# The code of the half-minute before or after counts too (RFC 6238, 5.2): typing takes time, and a
# phone's clock is a few seconds off.
MFA_TOTP_TOLERANCE = 1
# A local address without TLS is a secure context to browsers; any other is refused by them.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SERVED_BY_TLS
REQUIRE_MFA = env.words(
    "ANLAN_REQUIRE_MFA",
    help="Roles that must set up a second factor, such as system_admin,bureau_leader; all for"
    " every role.",
)
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_ADAPTER = "anlan.base.actors.sign_in.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_AUTO_SIGNUP = True
OIDC_URL = env.url(
    "ANLAN_OIDC_URL",
    "",
    help="Address of an OpenID Connect provider for single sign-on (its issuer).",
)
OIDC_SIGN_UP = env.flag(
    "ANLAN_OIDC_SIGN_UP",
    False,
    help="Let people unknown to Anlan in through single sign-on; they hold no role yet.",
)
OIDC_NAME = env.text("ANLAN_OIDC_NAME", "单点登录", help="Words on the button of single sign-on.")
OIDC_CLIENT_ID = env.text("ANLAN_OIDC_CLIENT_ID", "", help="Client id at the OIDC provider.")
OIDC_SECRET = env.secret("ANLAN_OIDC_SECRET", None, help="Client secret at the OIDC provider.")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_URL:
    if not OIDC_CLIENT_ID:
        raise env.BadSetting("ANLAN_OIDC_CLIENT_ID", "is missing.", "ANLAN_OIDC_URL needs it.")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_SECRET or "",
                "settings": {"server_url": OIDC_URL},
            }
        ],
    }
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email", "phone")},
    },
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED_BY_TLS
SECURE_HSTS_SECONDS = 31_536_000 if SERVED_BY_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SERVED_BY_TLS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_OIDC_ORIGIN = "://".join(urlsplit(OIDC_URL)[:2]) if OIDC_URL else ""
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        # Voice notes are played from where the phone keeps them.
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        # The form that starts single sign-on is answered by a redirect to the provider.
        "form-action": [SELF, *([_OIDC_ORIGIN] if _OIDC_ORIGIN else [])],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "anlan_language"
LOCALE_PATHS = [PACKAGE / "locale"]  # words shared by all apps, such as the errors'
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["anlan.config.formats"]
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# Vite names these after their content: a browser asks for each but once.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/dist/assets/.+-[\w-]{8}\.\w+$"
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": PACKAGE / "static" / "dist" / "manifest.json",
        "static_url_prefix": "dist",
    }
}
MEDIA_ROOT = DATA / "files"
STORAGES = {
    "default": {"BACKEND": "anlan.base.files.storage.ContentStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SMTP_URL = env.url(
    "ANLAN_SMTP_URL",
    "",
    schemes=("smtp", "smtp+tls", "smtps"),
    help="Mail server: smtp://user:password@host:25, smtp+tls://…:587 (STARTTLS) or smtps://…:465."
    " Left out, no mail is sent and the pages do not offer it.",
)
DEFAULT_FROM_EMAIL = env.text(
    "ANLAN_MAIL_FROM", "anlan@localhost", help="Sender address of all mail."
)
if SMTP_URL and not PUBLIC_URL and "*" in ALLOWED_HOSTS:
    raise env.BadSetting(
        "ANLAN_PUBLIC_URL",
        "is missing.",
        "ANLAN_SMTP_URL needs it: a link in a mail must not follow the name a visitor typed.",
    )
_smtp = urlsplit(SMTP_URL)
EMAIL_BACKEND = "django.core.mail.backends." + (
    "smtp.EmailBackend" if SMTP_URL else "dummy.EmailBackend"
)
EMAIL_HOST = _smtp.hostname or ""
EMAIL_PORT = _smtp.port or {"smtps": 465, "smtp+tls": 587}.get(_smtp.scheme, 25)
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
EMAIL_USE_TLS = _smtp.scheme == "smtp+tls"
EMAIL_USE_SSL = _smtp.scheme == "smtps"
EMAIL_TIMEOUT = 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"trace": {"()": "anlan.base.trace.TraceFilter"}},
    "formatters": {"plain": {"format": "%(levelname)s %(name)s [%(trace)s]: %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["trace"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # It announces each of its start-up steps in every process.
    "loggers": {"procrastinate": {"level": "WARNING"}},
}
