"""All settings, from the environment. `docs/deployment.md` lists every variable.

A missing or malformed value stops the start with a sentence that names it.
"""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from config import environment as read

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

SECRET_KEY = read.secret("SECRET_KEY", "the key that signs sessions and forms")
DEBUG = read.yes_or_no("DEBUG", default=False, meaning="Django's debug mode")
LOCAL_MODE = read.yes_or_no(
    "LOCAL_MODE", default=False, meaning="the one-command run on one's own machine"
)
BASE_URL = read.address(
    "BASE_URL",
    ("http", "https"),
    "the address under which people reach this console, such as https://mail.example",
).rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[BASE_URL])
HTTPS = BASE_URL.startswith("https://")

# Keys kept outside the database: its backup alone proves and opens nothing.
ERASURE_KEY = read.secret("ERASURE_KEY", "the key behind hashes of erased addresses")
ERASURE_KEYS_BEFORE = read.secrets("ERASURE_KEYS_BEFORE")
LEDGER_KEY = read.secret("LEDGER_KEY", "the key that seals the consent ledger")
LINK_KEYS = read.keyring("LINK_KEYS")
# What lies in the database and must not be read from its backup: keys, and secrets of
# webhooks.
VAULT_KEYS = read.keyring("VAULT_KEYS")

INSTALLED_APPS = [
    "config",
    "accounts",
    "consent",
    "contacts",
    "deliveries",
    "segments",
    "campaigns",
    "reengagement",
    "bounces",
    "optouts",
    "signups",
    "webhooks",
    "api",
    "console",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # the widgets that FORM_RENDERER finds
    "csp",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "api.middleware.ApiAnswers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.RefuseNulls",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.AccountClock",
    "accounts.middleware.SpokenLanguage",
    "accounts.middleware.AskForSecondFactor",
    "console.limits.KeepToBrands",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
            ],
        },
    },
]

FORM_RENDERER = "console.forms.Renderer"

# DB_POOL is set for the web process only; workers keep one connection per thread.
DB_POOL = read.read("DB_POOL", env.int, 0, "how many connections the web pool may open")
DATABASES = {"default": read.database("DATABASE_URL", pool=DB_POOL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

REDIS_URL = read.address(
    "REDIS_URL", ("redis", "rediss", "unix"), "redis://:PASSWORD@HOST:PORT/0"
)
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A started task that outlives this is handed out again: no countdown may be longer.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 840
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

# All mail goes through `deliveries`, which reads this; Django sends none of its own.
LISTWELL_SMTP: dict[str, Any] = read.smtp("EMAIL_URL")
# What comes back is addressed to this domain; a part of the sender's, for SPF.
BOUNCE_DOMAIN = read.mail_domain("BOUNCE_DOMAIN", BASE_URL)
# A mailbox into which reports come, and the folder for those that are stored.
BOUNCE_MAILBOX: str = env.str("BOUNCE_MAILBOX", default="")
BOUNCE_MAILBOX_DONE: str = env.str("BOUNCE_MAILBOX_DONE", default="")
# What webhooks of mail providers prove themselves with, as django-anymail names it:
# MAILGUN_WEBHOOK_SIGNING_KEY=...,WEBHOOK_SECRET=name:password
ANYMAIL: dict[str, str] = read.pairs("WEBHOOK_KEYS")
# Where the interface of a provider is, when not where everybody's is:
# postal=https://postal.brand.example
MAIL_API_URLS: dict[str, str] = read.api_urls("MAIL_API_URLS")
# Lists of addresses that providers do not mail, read every hour:
# postmark+https://KEY@api.postmarkapp.com/outbound
SUPPRESSION_LISTS = read.suppression_lists("SUPPRESSION_LISTS")
# Who is asked about the records of sending domains; nobody named: as the machine does.
DNS_SERVERS: list[tuple[str, int]] = read.dns_servers("DNS_SERVERS")

# How long a click waits for its verdict: scanners follow the other links meanwhile.
CLICK_SETTLE_SECONDS = read.read(
    "CLICK_SETTLE_SECONDS", env.int, 900, "how many seconds a click is watched"
)

# How many requests one API token may make in a minute.
API_REQUESTS_PER_MINUTE = read.read(
    "API_REQUESTS_PER_MINUTE", env.int, 600, "how many requests a token has a minute"
)

# Whether webhooks may call machines of the network that the console stands in, and
# http:// on this machine.
WEBHOOKS_INTERNAL = read.yes_or_no(
    "WEBHOOKS_INTERNAL",
    default=False,
    meaning="webhooks into the network of the server",
)

LANGUAGE_CODE = "en"
# Every catalogue under locale/ is complete; the tests see to it.
LANGUAGES = [
    ("en", "English"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("nb", "Norsk bokmål"),
    ("pl", "Polski"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Outside the database and its backups; see deliveries.journal. Empty: none is kept.
JOURNAL_DIR = env.str("JOURNAL_DIR", default="")
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

WHITENOISE_ALLOW_ALL_ORIGINS = False

# Uploaded lists are read from disk, never held in memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"

LOG_LEVEL = read.log_level("LOG_LEVEL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
