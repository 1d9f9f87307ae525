"""All settings of the site, read from the environment once, at start.

`VARIABLES` is the whole list of what can be set; docs/settings.md shows the same table and a test compares them.
A bad value stops the start with a sentence that names the variable.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

# name: (type, default or None when it must be given, what it is)
VARIABLES: dict[str, tuple[type, Any, str]] = {
    "SECRET_KEY": (
        str,
        None,
        "Signs sessions and links. At least 32 random characters, the same on every web machine.",
    ),
    "DEBUG": (bool, False, "Tracebacks in the browser. For developers only."),
    "DEMO": (bool, False, "Demo mode: sign in as anybody, sent mail in the page. Only on loopback."),
    "ALLOWED_HOSTS": (
        list,
        ["localhost", "127.0.0.1"],
        "Host names the site answers to, separated by commas.",
    ),
    "SITE_URL": (str, "http://localhost:8000", "The address people use; links in mails start with it."),
    "DATABASE_URL": (
        str,
        f"sqlite:///{BASE_DIR}/var/site.sqlite3",
        "The database: postgres://… in production, sqlite:///… to try.",
    ),
    "REDIS_URL": (
        str,
        "redis://127.0.0.1:6379/0",
        "The broker between web, workers and runners, and the shared cache.",
    ),
    "EMAIL_URL": (
        str,
        "consolemail://",
        "How mail leaves: smtp+tls://user:password@host:587. In demo mode it stays in MAIL_DIR.",
    ),
    "DEFAULT_FROM_EMAIL": (str, "Course projects <projects@localhost>", "The sender of every mail."),
    "MAIL_DIR": (str, f"{BASE_DIR}/var/mail", "Demo mode only: the folder that keeps sent mail."),
    "MEDIA_ROOT": (str, f"{BASE_DIR}/var/media", "The folder of uploaded files and figures."),
    "STATIC_ROOT": (str, f"{BASE_DIR}/var/static", "The folder `collectstatic` fills."),
    "UPLOAD_MAX_MB": (int, 5, "The largest upload, in megabytes (1 to 100)."),
    "LOG_LEVEL": (str, "INFO", "DEBUG, INFO, WARNING or ERROR."),
}

env = environ.Env()


def read(name: str) -> Any:
    """The value of one variable of VARIABLES; raises ImproperlyConfigured with a sentence."""
    kind, default, _ = VARIABLES[name]
    missing = environ.Env.NOTSET if default is None else default
    try:
        return env.get_value(name, cast=kind, default=missing)
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(
            f"The environment variable {name} is missing or not a {kind.__name__}: {error}"
        ) from None


DEBUG = read("DEBUG")
DEMO = read("DEMO")
SECRET_KEY = read("SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY is too short: give at least 32 random characters.")
ALLOWED_HOSTS = read("ALLOWED_HOSTS")
SITE_URL = read("SITE_URL").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname:
    raise ImproperlyConfigured("SITE_URL must be an address such as https://projects.example.edu.")
UPLOAD_MAX_MB = read("UPLOAD_MAX_MB")
if not 1 <= UPLOAD_MAX_MB <= 100:
    raise ImproperlyConfigured("UPLOAD_MAX_MB must be between 1 and 100.")
LOG_LEVEL = read("LOG_LEVEL").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")

if DEMO:
    # Demo mode lets anybody be anybody, so it must never meet real people: loopback only, no way out for mail.
    _open = [
        host for host in [*ALLOWED_HOSTS, _site.hostname] if host not in {"localhost", "127.0.0.1", "[::1]", "::1"}
    ]
    if _open or _site.scheme == "https":
        raise ImproperlyConfigured(
            f"DEMO=1 lets anybody sign in as anybody and refuses production settings: take DEMO away, "
            f"or keep SITE_URL and ALLOWED_HOSTS on loopback (now {', '.join(_open) or SITE_URL})."
        )
    if "EMAIL_URL" in env.ENVIRON:
        raise ImproperlyConfigured("DEMO=1 keeps its mail to itself and refuses an EMAIL_URL: take one of them away.")

INSTALLED_APPS = [
    "apps.core",
    "apps.accounts",
    "apps.courses",
    "apps.pairs",
    "apps.proposals",
    "apps.checks",
    "apps.quota",
    "apps.feedback",
    "apps.scheduling",
    "apps.dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "template_partials",
    "rules",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.core.middleware.RememberOwnerMiddleware",
    "apps.core.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "courseproj.urls"
ASGI_APPLICATION = "courseproj.asgi.application"
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
                "apps.core.context.site",
            ],
            "builtins": ["apps.core.templatetags.site"],
        },
    },
]

DATABASES = {"default": env.db_url_config(read("DATABASE_URL"))}
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # Web, worker and beat write to one file: wait for the lock at BEGIN instead of failing in mid-transaction.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = read("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "site",
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_REQUIRED = False
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
# A whole class signs in at once from behind one address; one mailbox is never flooded.
ACCOUNT_RATE_LIMITS = {"request_login_code": "200/m/ip,5/10m/key"}

DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL")
if DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = read("MAIL_DIR")
else:
    _mail = env.email_url_config(read("EMAIL_URL"))
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"]
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

STATIC_URL = "static/"
STATIC_ROOT = read("STATIC_ROOT")
_packages = BASE_DIR / "node_modules"
STATICFILES_DIRS = [("bootstrap", _packages / "bootstrap" / "dist"), ("sortablejs", _packages / "sortablejs")]
# Developers, the demo and the tests serve files where they are; production serves collected, hashed ones.
WHITENOISE_USE_FINDERS = DEBUG or DEMO
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = read("MEDIA_ROOT")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "apps.core.uploads.SizeLimitUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a whole term's syllabus is edited on one page

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"checks.record_*": {"queue": "reports"}, "checks.execute": {"queue": "checks"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A page must not wait long for a broker that is down: the row is there, a sweeper rings again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "deliver waiting mail": {"task": "core.deliver_waiting_mail", "schedule": 30.0},
    "ring again for checks nobody picked up": {"task": "checks.sweep", "schedule": 15.0},
    "solve matchings nobody picked up": {"task": "pairs.sweep_runs", "schedule": 15.0},
    "close and remind proposals": {"task": "pairs.sweep_offers", "schedule": crontab(minute="*/5")},
    "close, expire and remind invitations": {"task": "pairs.sweep_invitations", "schedule": 120.0},
    "tell of partners who dropped": {"task": "pairs.tell_of_half_pairs", "schedule": 120.0},
    "tell the staff before pairs lock": {"task": "pairs.send_digests", "schedule": crontab(minute="*/10")},
}

_https = _site.scheme == "https"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "apps.core.views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
