"""How many people have which outcome, without counting them."""

from __future__ import annotations

from collections import Counter

from django.db import connection, models, transaction
from django.db.models import Q, Sum

from reengagement.vocabulary import Outcome

ADD_UP = """
WITH gone AS (
    DELETE FROM reengagement_tally WHERE campaign_id = %s RETURNING *
)
INSERT INTO reengagement_tally (campaign_id, outcome, people)
SELECT campaign_id, outcome, sum(people) FROM gone
GROUP BY campaign_id, outcome HAVING sum(people) <> 0
"""


class TallyQuerySet(models.QuerySet["Tally"]):
    def counts(self) -> Counter[str]:
        """{outcome: people} of the campaigns in this queryset."""
        sums = self.order_by().values_list("outcome").annotate(sum=Sum("people"))
        return Counter({outcome: people for outcome, people in sums if people})

    @transaction.atomic
    def add_up(self, campaign_id: int) -> None:
        """One row per outcome instead of one per change; for one worker at a time."""
        with connection.cursor() as cursor:
            cursor.execute(ADD_UP, [campaign_id])


class Tally(models.Model):
    """By how many the people with one outcome grew or shrank in one statement.

    Written by triggers on the members, in the transaction of the change, and only
    ever added: so the sum is exact at any moment and nobody waits for a counter.
    """

    campaign = models.ForeignKey(
        "reengagement.Campaign",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="tallies",
    )
    outcome = models.CharField(max_length=12, choices=Outcome)
    people = models.IntegerField()

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="tally_outcome_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.people:+} {self.get_outcome_display()}"
