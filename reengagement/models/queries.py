"""Questions about many campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import JobState, User
from deliveries.models import Hold
from deliveries.waves import RISKY
from reengagement import resting
from reengagement.vocabulary import LIVE_STATES, OPEN_OUTCOMES, CampaignState, Outcome

if TYPE_CHECKING:
    from reengagement.models.campaign import Campaign

TENDED = (CampaignState.STARTING, CampaignState.RUNNING, CampaignState.REVIEW)


def _people(where: Q) -> Coalesce:
    return Coalesce(Sum("tallies__people", filter=where), 0)


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def for_user(self, user: User) -> CampaignQuerySet:
        """Those of her brands, and of her own what is not about anything yet."""
        own = Q(subscription_type=None, created_by=user)
        return self.filter(user.within("subscription_type__brand", own))

    def live(self) -> CampaignQuerySet:
        return self.filter(state__in=LIVE_STATES)

    def with_counts(self) -> CampaignQuerySet:
        """Adds `asked`, `confirmed`, `open` and `gone`: people, for the list."""
        said = Q(tallies__outcome__in=[Outcome.CONFIRMED, Outcome.RETURNED])
        waits = Q(tallies__outcome__in=OPEN_OUTCOMES)
        waits |= Q(tallies__outcome=Outcome.SILENT, state=CampaignState.REVIEW)
        found: CampaignQuerySet = self.select_related("segment").annotate(
            asked=_people(~Q(tallies__outcome=Outcome.HOLDOUT)),
            confirmed=_people(said),
            open=_people(waits),
            gone=_people(Q(tallies__outcome=Outcome.SUNSET)),
        )
        return found

    def broken_off(self) -> CampaignQuerySet:
        """Those whose opt-out was cancelled while no worker was there to see it."""
        over = [state for state in JobState if state.is_over]
        return self.filter(state=CampaignState.OPTING_OUT, sunset__job__state__in=over)

    def due(self) -> CampaignQuerySet:
        """Those that the beat job has something to do for."""
        return self.filter(state__in=TENDED)

    def pause_stopped(self) -> int:
        """Freeze the deadlines of campaigns whose mail was stopped on evidence."""
        stops = Hold.objects.active().exclude(evidence={}).order_by("pk")
        paused = 0
        for hold in stops.filter(message__group__startswith=RISKY):
            number = hold.message.group.removeprefix(RISKY) if hold.message else ""
            for campaign in self.filter(pk=int(number), state=CampaignState.RUNNING):
                paused += campaign.pause(None, hold.reason)
        return paused

    def awake(self) -> list[Campaign]:
        """Those of the due whose people have to be gone through now."""
        return [one for one in self.due() if resting.needs_a_look(one)]
