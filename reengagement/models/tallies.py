"""How many people have which outcome, without counting them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from django.db import connection, models, transaction
from django.db.models import Q, Sum

from deliveries.compared import Difference, difference
from reengagement.vocabulary import Outcome

ADD_UP = """
WITH gone AS (
    DELETE FROM reengagement_tally WHERE campaign_id = %s RETURNING *
)
INSERT INTO reengagement_tally (campaign_id, outcome, people)
SELECT campaign_id, outcome, sum(people) FROM gone
GROUP BY campaign_id, outcome HAVING sum(people) <> 0
"""


# One question sees both as of one moment, whoever writes meanwhile.
DIFFERING = """
SELECT campaign_id, outcome, coalesce(kept.people, 0) AS kept,
    coalesce(counted.people, 0) AS counted
FROM (SELECT campaign_id, outcome, sum(people) AS people FROM reengagement_tally
    GROUP BY 1, 2) kept
FULL JOIN (SELECT campaign_id, outcome, count(*) AS people FROM reengagement_member
    GROUP BY 1, 2) counted USING (campaign_id, outcome)
WHERE coalesce(kept.people, 0) <> coalesce(counted.people, 0)
ORDER BY 1, 2
"""
# only ever added, like every change; one at a time
MEND = f"""
INSERT INTO reengagement_tally (campaign_id, outcome, people)
SELECT campaign_id, outcome, counted - kept FROM ({DIFFERING}) wrong
"""  # noqa: S608  no value in it
LOCK = "SELECT pg_advisory_xact_lock(hashtext('reengagement.tallies'))"


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

    def differing(self) -> Iterator[Difference]:
        """Outcomes that have not as many people as there are members with them."""
        with connection.cursor() as cursor:
            cursor.execute(DIFFERING)
            rows = cursor.fetchall()
        for campaign, outcome, kept, counted in rows:
            pair = {outcome: kept}, {outcome: counted}
            if found := difference(campaign, f"campaign {campaign}", *pair):
                yield found

    @transaction.atomic
    def mend(self, _: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
            cursor.execute(MEND)


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
