"""The providers that mail may be handed to, and what each asks for. Pure.

Where a request goes is said here and by the environment, never by a row of the
database: nobody can have the keys sent to another machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SMTP = "smtp"
# name:password in the address, for those that sign nothing
SHARED = "WEBHOOK_SECRET"


class NoPlace(ValueError):
    """Where its requests would go is not known; a sentence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a provider wants to know: the word of its adapter, and ours."""

    word: str
    label: StrOrPromise
    help: StrOrPromise = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Provider:
    """`places`: host names of its interface to what they are called. `key` is what
    nobody may read. `most`: mails in one request."""

    label: str
    key: Asked
    places: Mapping[str, StrOrPromise]
    path: str = "/"
    user: Asked | None = None
    option: Asked | None = None
    most: int = 1
    # what its webhooks prove themselves with, as WEBHOOK_KEYS names it
    proof: str = SHARED
    # the module of django-anymail; "" where we speak to it ourselves
    adapter: str = ""
    # more words for its adapter
    more: Mapping[str, object] = field(default_factory=dict)


API_KEY = Asked("api_key", _("API key"))
API_TOKEN = Asked("api_token", _("API token"))
ACCESS_KEY = Asked(
    "", _("Access key ID"), _("Of a user that may call ses:SendRawEmail.")
)
REGIONS = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
    *("eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1"),
    *("eu-west-1", "eu-west-2", "eu-west-3", "af-south-1", "il-central-1"),
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"),
    *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "me-south-1"),
)
AMAZON = {f"email.{region}.amazonaws.com": region for region in REGIONS}

# by the name that our addresses for webhooks have for them
PROVIDERS: Mapping[str, Provider] = {
    "amazon": Provider(
        "Amazon SES",
        Asked("", _("Secret access key")),
        AMAZON,
        "/v2/email/outbound-emails",
        user=ACCESS_KEY,
        option=Asked(
            "", _("Configuration set"), _("Tells us of bounces."), required=False
        ),
    ),
    "brevo": Provider("Brevo", API_KEY, {"api.brevo.com": ""}, "/v3/", adapter="brevo"),
    "mailersend": Provider(
        "MailerSend",
        API_TOKEN,
        {"api.mailersend.com": ""},
        "/v1/",
        proof="MAILERSEND_SIGNING_SECRET",
        adapter="mailersend",
    ),
    "mailgun": Provider(
        "Mailgun",
        API_KEY,
        {"api.mailgun.net": _("United States"), "api.eu.mailgun.net": _("Europe")},
        "/v3/",
        option=Asked("sender_domain", _("Domain"), _("As it is named at Mailgun.")),
        proof="MAILGUN_WEBHOOK_SIGNING_KEY",
        adapter="mailgun",
    ),
    "mailjet": Provider(
        "Mailjet",
        Asked("secret_key", _("Secret key")),
        {"api.mailjet.com": "", "api.us.mailjet.com": _("United States")},
        "/v3.1/",
        user=API_KEY,
        most=50,
        adapter="mailjet",
    ),
    "mailtrap": Provider(
        "Mailtrap",
        API_TOKEN,
        {
            "send.api.mailtrap.io": _("Transactional stream"),
            "bulk.api.mailtrap.io": _("Bulk stream"),
        },
        "/api/",
        most=50,
        proof="MAILTRAP_TRACKING_SECRET",
        adapter="mailtrap",
    ),
    "mandrill": Provider(
        "Mandrill",
        API_KEY,
        {"mandrillapp.com": ""},
        "/api/1.0/",
        proof="MANDRILL_WEBHOOK_KEY",
        adapter="mandrill",
    ),
    # runs on a server of one's own: the environment says where
    "postal": Provider(
        "Postal",
        API_KEY,
        {},
        proof="POSTAL_WEBHOOK_KEY",
        adapter="postal",
    ),
    "postmark": Provider(
        "Postmark",
        Asked("server_token", _("Server API token")),
        {"api.postmarkapp.com": ""},
        option=Asked(
            "message_stream",
            _("Message stream"),
            _("“broadcast” for newsletters; empty: the transactional one."),
            required=False,
        ),
        most=50,
        adapter="postmark",
    ),
    "resend": Provider(
        "Resend",
        API_KEY,
        {"api.resend.com": ""},
        most=50,
        proof="RESEND_SIGNING_SECRET",
        adapter="resend",
    ),
    "scaleway": Provider(
        "Scaleway",
        Asked("secret_key", _("Secret key")),
        {"api.scaleway.com": ""},
        "/transactional-email/v1alpha1/regions/fr-par/",
        user=Asked("project_id", _("Project ID")),
        adapter="scaleway",
    ),
    "sendgrid": Provider(
        "SendGrid",
        API_KEY,
        {"api.sendgrid.com": _("United States"), "api.eu.sendgrid.com": _("Europe")},
        "/v3/",
        adapter="sendgrid",
    ),
    "sparkpost": Provider(
        "SparkPost",
        API_KEY,
        {"api.sparkpost.com": _("United States"), "api.eu.sparkpost.com": _("Europe")},
        "/api/v1/",
        option=Asked("subaccount", _("Subaccount"), _("Its number."), required=False),
        adapter="sparkpost",
    ),
    "unisender_go": Provider(
        "Unisender Go",
        API_KEY,
        {"go1.unisender.ru": _("Server 1"), "go2.unisender.ru": _("Server 2")},
        "/ru/transactional/api/v1/",
        proof="UNISENDER_GO_API_KEY",
        adapter="unisender_go",
    ),
}
KINDS = [(SMTP, "SMTP"), *((key, one.label) for key, one in PROVIDERS.items())]


def places_of(kind: str) -> dict[str, StrOrPromise]:
    """The hosts of a provider to choose from, and what they are called."""
    named = settings.MAIL_API_URLS.get(kind)
    if named:
        host = urlsplit(named).hostname or ""
        return {host: host}
    return {host: name or host for host, name in PROVIDERS[kind].places.items()}


def is_told(kind: str) -> bool:
    """Whether webhooks of this provider are taken."""
    return bool(settings.ANYMAIL.get(PROVIDERS[kind].proof))


def url_of(kind: str, host: str) -> str:
    """Where the requests of a transport go; NoPlace where nobody said so."""
    provider = PROVIDERS[kind]
    if kind in settings.MAIL_API_URLS:
        base: str = settings.MAIL_API_URLS[kind].rstrip("/")
        return base + provider.path
    if host not in provider.places:
        raise NoPlace(
            f"{host or provider.label} is no address of {provider.label}’s interface."
            f" Choose one, or name it in MAIL_API_URLS."
        )
    return f"https://{host}{provider.path}"
