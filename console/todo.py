"""What needs a person today, most pressing first; and the first steps of a newcomer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account, JobState, User
from accounts.numbers import number
from bounces.models import Incident
from campaigns.models import Approval, EmailState, MarketingEmail
from campaigns.readiness import obstacles
from consent.models import Brand, SubscriptionType
from console import stops
from console.limits import jobs_of
from contacts.models import Contact
from deliveries.entrances import NONE_IN_USE
from deliveries.models import Hold, HoldKind, Late, Relay, SendingDomain
from reengagement.models import Campaign
from reengagement.vocabulary import CampaignState
from segments.models import Segment
from webhooks.models import Endpoint

SHOWN = 5
RECENT = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, in words, and where."""

    title: str
    text: str
    url: str
    icon: str = "circle-alert"


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps; done or not."""

    title: str
    text: str
    url: str
    done: bool


def tasks(user: User) -> list[Task]:
    """At most SHOWN of each kind, of her brands."""
    found = (
        _approvals(user),
        _later(user),
        _reviews(user),
        _senders(user),
        _relays(),
        _too_late(user),
        _halted(user),
        _paused(user),
        _webhooks(),
        _failed(user),
    )
    return [task for kind in found for task in kind]


def _reviews(user: User) -> Iterator[Task]:
    """The waiting is over, and somebody has to say that the silent are opted out."""
    mine = Campaign.objects.for_user(user)
    waiting = mine.filter(state=CampaignState.REVIEW)
    for campaign in waiting.order_by("pk")[:SHOWN]:
        yield Task(
            _("Review the silent people of “%(campaign)s”") % {"campaign": campaign},
            _("The waiting time is over. Nobody is opted out before you say so."),
            campaign.get_absolute_url(),
            "hourglass",
        )


def _approvals(user: User) -> Iterator[Task]:
    """Drafts that wait for a second person, while the account asks for one; and later
    emails of a campaign under way, which wait for their readers until then."""
    if not Account.current().second_person:
        return
    mine = MarketingEmail.objects.for_user(user)
    asked = Approval.objects.waiting().for_user(user)
    asked = asked.select_related("email", "asked_by")
    for one in asked.order_by("pk")[:SHOWN]:
        yield Task(
            _("“%(email)s” waits for approval") % {"email": one.email},
            _("%(who)s asked for it. Somebody else has to look at it first.")
            % {"who": one.asked_by},
            reverse("campaigns:approval", args=[one.email_id]),
            "badge-check",
        )
    later = mine.filter(
        state=EmailState.DRAFT, campaign_email__campaign__state=CampaignState.RUNNING
    )
    held = later.exclude(pk__in=later.approved()).exclude(approvals__in=asked)
    for email in held.order_by("pk")[:SHOWN]:
        yield Task(
            _("“%(email)s” needs the approval of a second person") % {"email": email},
            _("Its campaign waits with it until then."),
            reverse("campaigns:approval", args=[email.pk]),
            "badge-check",
        )


def _later(user: User) -> Iterator[Task]:
    """Later emails of a campaign under way that cannot leave as they are."""
    drafts = (
        MarketingEmail.objects.for_user(user)
        .filter(
            state=EmailState.DRAFT,
            campaign_email__campaign__state=CampaignState.RUNNING,
        )
        .select_related("subscription_type__brand", "campaign_email__campaign")
    )
    for email in drafts.order_by("pk")[:SHOWN]:
        for sentence in obstacles(email, recipients=False)[:1]:
            campaign = email.campaign_email.campaign
            waits = _("“%(campaign)s” waits with it until then.")
            yield Task(
                _("“%(email)s” cannot be sent as it is") % {"email": email},
                f"{sentence} {waits % {'campaign': campaign}}",
                email.get_absolute_url(),
            )


def _senders(user: User) -> Iterator[Task]:
    """No mail leaves without a postal address."""
    for brand in Brand.objects.for_user(user).filter(postal_address="")[:SHOWN]:
        yield Task(
            _("Add the postal address of %(brand)s") % {"brand": brand},
            _("It stands in every email; without it nothing can be sent."),
            reverse("consent:brand_edit", args=[brand.pk]),
            "building-2",
        )


def _too_late(user: User) -> Iterator[Task]:
    """Mail that a server accepted long after its reader had opted out."""
    found = Late.objects.for_user(user).within(RECENT)
    newest = found.first()
    if newest:
        count = found.count()
        yield Task(
            ngettext(
                "An email was accepted after the reader had opted out",
                "%(count)s emails were accepted after the reader had opted out",
                count,
            )
            % {"count": number(count)},
            ngettext(
                "The last was “%(email)s”, %(minutes)s minute after it.",
                "The last was “%(email)s”, %(minutes)s minutes after it.",
                newest.minutes,
            )
            % {"email": newest.message, "minutes": newest.minutes},
            reverse("console:email_health") + "#late",
        )


def _halted(user: User) -> Iterator[Task]:
    drafts = MarketingEmail.objects.for_user(user).filter(state=EmailState.DRAFT)
    emails = drafts.exclude(halted="")
    for email in emails.order_by("-pk")[:SHOWN]:
        yield Task(
            _("“%(email)s” was not sent") % {"email": email},
            email.halted,
            email.get_absolute_url(),
        )


def _paused(user: User) -> Iterator[Task]:
    holds = (
        Hold.objects.for_user(user)
        .active()
        .exclude(
            Q(kind=HoldKind.EVERYTHING)
            | Q(message__marketing_email__state=EmailState.STOPPED)
            # of what went out whole nothing waits: it is news for some days
            | Q(
                message__marketing_email__state=EmailState.SENT,
                created_at__lt=timezone.now() - RECENT,
            )
        )
    )
    holds = holds.select_related(
        "message__marketing_email__campaign_email__campaign"
    ).prefetch_related(Prefetch("incident_set", Incident.objects.open()))
    for hold in holds[:SHOWN]:
        email = getattr(hold.message, "marketing_email", None)
        yield Task(
            _("Sending of %(what)s is paused") % {"what": email or stops.name_of(hold)},
            hold.reason,
            _place(hold, email),
            "pause",
        )


def _relays() -> Iterator[Task]:
    """Mail servers that could not be used the last time, or none that may be."""
    servers = reverse("deliveries:relays")
    known = list(Relay.objects.order_by("pk"))
    in_use = [one for one in known if one.weight]
    if known and not in_use:
        yield Task(_("No mail leaves"), str(NONE_IN_USE), servers)
    for relay in [one for one in in_use if one.problem][:SHOWN]:
        title = _("The mail server %(server)s cannot be used") % {"server": relay}
        yield Task(title, relay.problem, servers)


def _webhooks() -> Iterator[Task]:
    """Those that were paused by themselves."""
    paused = Endpoint.objects.current().exclude(paused_why="")
    for endpoint in paused.order_by("pk")[:SHOWN]:
        yield Task(
            _("The webhook “%(endpoint)s” is paused") % {"endpoint": endpoint},
            f"{endpoint.paused_why} {_('What happens meanwhile is kept for it.')}",
            endpoint.get_absolute_url(),
            "pause",
        )


def _place(hold: Hold, email: MarketingEmail | None) -> str:
    """Where somebody can do something about it: a campaign that is paused and an email
    that is being sent have their own button to go on, a sending domain its records
    unless they are right or it was removed, and an incident is solved."""
    item = getattr(email, "campaign_email", None)
    if item and item.campaign.state == CampaignState.PAUSED:
        return str(item.campaign.get_absolute_url())
    if email and email.state == EmailState.SENDING:
        return email.get_absolute_url()
    domains = SendingDomain.objects.unconnected().filter(name=hold.value)
    if hold.kind == HoldKind.SENDER and domains.exists():
        return reverse("deliveries:domains")
    for incident in hold.incident_set.all():
        return incident.get_absolute_url()
    return reverse("console:lift", args=[hold.pk])


def _failed(user: User) -> Iterator[Task]:
    jobs = jobs_of(user).filter(
        state=JobState.FAILED, finished_at__gt=timezone.now() - RECENT
    )
    for job in jobs.order_by("-pk")[:SHOWN]:
        yield Task(
            _("Failed: %(job)s") % {"job": job},
            job.error,
            reverse("console:job", args=[job.pk]),
        )


def first_steps(user: User) -> list[Step]:
    """What a new installation needs before its first campaign; empty when all done."""
    brand = Brand.objects.home(user)
    types = SubscriptionType.objects.filter(is_default=False).exists()
    steps = [
        Step(
            _("Say who you are"),
            _("Name, postal address and sender stand in every email."),
            reverse("consent:brand"),
            bool(brand.legal_name and brand.postal_address and brand.from_email),
        ),
        Step(
            _("Name what people can subscribe to"),
            _("A newsletter, product news: people agree to each on its own."),
            reverse("consent:types"),
            types,
        ),
        Step(
            _("Bring your contacts"),
            _("From a CSV, with what they agreed to and how they engaged."),
            reverse("contacts:import"),
            Contact.objects.exists(),
        ),
        Step(
            _("Find the silent people"),
            _("A segment keeps itself up to date."),
            reverse("segments:create"),
            Segment.objects.exists(),
        ),
        Step(
            _("Write the first email"),
            _("News, or the question whether people still want them."),
            reverse("campaigns:create"),
            MarketingEmail.objects.exists(),
        ),
    ]
    return [] if all(step.done for step in steps) else steps
