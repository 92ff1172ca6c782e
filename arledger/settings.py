"""Settings of the Arledger project.

Everything that differs between installations comes from the environment; when a variable is
missing, the addresses published by a running local runtime (``arledger.local``) are used.
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from arledger.core.database import database_settings
from arledger.local.addresses import published

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("ARLEDGER_DATA", BASE_DIR / "var")).resolve()


def setting(name: str, default: str = "") -> str:
    """The environment's value, else the local runtime's published one, else the default."""
    return os.environ.get(name) or published(DATA_DIR).get(name) or default


def flag(name: str, default: bool) -> bool:
    return setting(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


DEBUG = flag("ARLEDGER_DEBUG", default=False)
# Without a key of its own an installation gets one per process: usable by checks and one-off
# commands; sessions need ARLEDGER_SECRET_KEY, which the local runtime makes and keeps.
SECRET_KEY = setting("ARLEDGER_SECRET_KEY") or os.urandom(50).hex()
ALLOWED_HOSTS = setting("ARLEDGER_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in setting("ARLEDGER_ORIGINS").split(",") if o]
HTTPS = flag("ARLEDGER_HTTPS", default=True)
# How many proxies of our own stand before the web processes; their X-Forwarded-For entries are believed.
PROXIES = int(setting("ARLEDGER_PROXIES", "0"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "lucide",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "arledger.core",
    "arledger.companies",
    "customers",
    "summaries",
    "ledger",
    "reconciliation",
    "invoices",
    "credits",
    "payments",
    "refunds",
    "deposits",
    "checkout",
    "imports",
    "arledger.api",
    "arledger.home",
    "arledger.local",
]

MIDDLEWARE = [
    "arledger.core.http.proxies.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "arledger.core.http.request_context.RequestContextMiddleware",
    "arledger.api.middleware.ProblemMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "arledger.companies.middleware.LanguageMiddleware",
    "arledger.companies.middleware.CompanyMiddleware",
    "arledger.api.middleware.TokenMiddleware",
    "arledger.core.http.attempts.AttemptMiddleware",
    "arledger.core.http.errors.RefusalMiddleware",
]

ROOT_URLCONF = "arledger.urls"
WSGI_APPLICATION = "arledger.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "arledger.companies.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "arledger.core.templatetags.arledger"],
        },
    }
]

FORM_RENDERER = "arledger.core.http.widgets.Renderer"

DATABASES = database_settings(
    runtime_url=setting("DATABASE_URL", "postgresql:///arledger"),
    owner_url=setting("DATABASE_OWNER_URL"),
    pool=flag("ARLEDGER_POOL", default=False),
)
APPLICATION_ROLE = "arledger_app"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = setting("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

AUTH_USER_MODEL = "companies.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# How long after signing in voids, rights and configuration are confirmed with the password again; 0: never.
CONFIRM_AFTER_SECONDS = int(setting("ARLEDGER_CONFIRM_AFTER_MINUTES", "30")) * 60
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Arledger"
# Addresses are vouched for by the administrator who invites.
MFA_ALLOW_UNVERIFIED_EMAIL = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "arledger_session"
CSRF_COOKIE_NAME = "arledger_csrf"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "arledger_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("ARLEDGER_STATIC", DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if flag("ARLEDGER_COMPRESS_STATIC", default=False)
            else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        )
    },
}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "arledger.core.api.problems.answer_exception",
    "DEFAULT_SCHEMA_CLASS": "arledger.core.api.schema.CallSchema",
    "DEFAULT_RENDERER_CLASSES": ["arledger.core.api.media.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["arledger.core.api.media.JsonParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    # Formats are negotiated by Accept alone, and a query parameter of that name is unknown like any other.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Arledger",
    "VERSION": "1",
    "DESCRIPTION": (
        "Accounts receivable: invoices, payments, credits, refunds, matching and reports of one company, the one"
        " that the bearer token belongs to. Amounts are decimal strings, days YYYY-MM-DD, instants RFC 3339 in UTC."
        " Errors are problem documents (RFC 9457) with a stable code."
    ),
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": True,
    "SECURITY": [{"bearer": []}],
    "APPEND_COMPONENTS": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "SERVERS": [{"url": "/", "description": "This installation."}],
    "PREPROCESSING_HOOKS": ["arledger.core.api.schema.ours_only"],
    "POSTPROCESSING_HOOKS": ["arledger.core.api.schema.finished"],
    "GET_LIB_DOC_EXCLUDES": "arledger.core.api.schema.without_docs",
}
# Of one token, in any minute; 0: no limit.
API_CALLS_PER_MINUTE = int(setting("ARLEDGER_API_CALLS_PER_MINUTE", "1200"))
# Whether webhooks may go to private addresses, and to this machine without TLS. Never where companies are strangers.
WEBHOOKS_PRIVATE = flag("ARLEDGER_WEBHOOKS_PRIVATE", default=False)
# Days for which events, and what was delivered of them, are kept at least; longer while a webhook waits for them.
EVENT_DAYS = max(7, int(setting("ARLEDGER_EVENT_DAYS", "90")))

# Files: what has more rows is made in the background (CSV is sent as it is read); days for which it can be fetched.
EXPORT_DIRECT_ROWS = {"csv": 100_000, "xlsx": 5_000, "pdf": 500}
EXPORT_DAYS = 7

CELERY = {
    "broker_url": REDIS_URL,
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "accept_content": ["json"],
    "task_serializer": "json",
    "enable_utc": True,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {
        "visibility_timeout": 120,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        # Waking a worker is a courtesy: a person's request does not wait for a broker that is away.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.2,
        "socket_connect_timeout": 3,
    },
    "worker_hijack_root_logger": False,
    "beat_schedule": {"tick": {"task": "arledger.tick", "schedule": 60.0, "options": {"expires": 55}}},
}

LOG_LEVEL = setting("ARLEDGER_LOG_LEVEL", "INFO")
LOGGING_CONFIG = "arledger.core.logging.configure"
LOGGING = {"level": LOG_LEVEL}
