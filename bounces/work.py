"""What a batch of reports changes, gathered and written with one statement for all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from bounces.codes import Judgement
from bounces.models import Bounce, Report
from bounces.policy import Policy
from deliveries.models import Delivery, DeliveryState

Key = tuple[int, str]  # delivery and kind: what there is one bounce of

REFUSE = """
UPDATE deliveries_delivery d
SET state = t.state, delivered_at = NULL, bounced_at = t.bounced_at,
    bounce_kind = t.bounce_kind, bounce_category = t.bounce_category,
    smtp_code = t.smtp_code, enhanced_code = t.enhanced_code, reply = t.reply
FROM json_to_recordset(%s) AS t(message_id bigint, id bigint, state text,
    bounced_at timestamptz, bounce_kind text, bounce_category text, smtp_code int,
    enhanced_code text, reply text)
WHERE d.message_id = t.message_id AND d.id = t.id
"""
COLUMNS = (
    *("message_id", "id", "state", "bounced_at", "bounce_kind", "bounce_category"),
    *("smtp_code", "enhanced_code", "reply"),
)


@dataclass(slots=True)
class Work:
    """The addresses of these mails are locked: what is on file stays as it is."""

    policy: Policy
    known: set[Key] = field(default_factory=set)
    fresh: dict[Key, Bounce] = field(default_factory=dict)
    refused: dict[int, Delivery] = field(default_factory=dict)
    judged: list[tuple[Delivery, Judgement]] = field(default_factory=list)
    # mails whose people have another address by now
    moved: dict[int, int] = field(default_factory=dict)

    @classmethod
    def about(cls, deliveries: Iterable[Delivery], policy: Policy) -> Work:
        """`known`: the bounces of these mails that are on file."""
        rows = Bounce.objects.filter(delivery_id__in=[row.pk for row in deliveries])
        return cls(policy, set(rows.values_list("delivery_id", "kind")))

    def moved_to(self, delivery: Delivery) -> set[int]:
        """Where who got this mail is by now, if that is another address."""
        return {self.moved[delivery.pk]} if delivery.pk in self.moved else set()

    def keep(self, bounce: Bounce, report: Report) -> bool:
        """Whether this mail came back with this kind for the first time."""
        bounce.report, bounce.at = report, report.received_at
        key = (bounce.delivery_id, str(bounce.kind))
        if key in self.known:
            return False
        self.known.add(key)
        self.fresh[key] = bounce
        return True

    def correct(self, bounce: Bounce) -> None:
        """What is known of it gives way to this one, which is graver."""
        changes = {
            name: getattr(bounce, name)
            for name in ("category", "doing", "words", "rule")
        }
        waiting = self.fresh.get((bounce.delivery_id, str(bounce.kind)))
        if waiting is None:
            on_file = Bounce.objects.filter(delivery_id=bounce.delivery_id)
            on_file.filter(kind=bounce.kind).update(**changes)
            return
        for name, value in changes.items():
            setattr(waiting, name, value)

    def refuse(self, delivery: Delivery, bounce: Bounce) -> None:
        """At hand at once: the next report may be about the same mail."""
        delivery.state = DeliveryState.REFUSED
        delivery.delivered_at = None
        delivery.bounced_at = delivery.bounced_at or bounce.at
        delivery.bounce_kind = bounce.kind
        delivery.bounce_category = bounce.category
        delivery.smtp_code = bounce.code
        delivery.enhanced_code = bounce.enhanced_code
        delivery.reply = bounce.words
        self.refused[delivery.pk] = delivery

    def write(self) -> None:
        Bounce.objects.bulk_create(self.fresh.values())
        rows = [
            {name: getattr(one, name) for name in COLUMNS}
            for one in self.refused.values()
        ]
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(REFUSE, [json.dumps(rows, cls=DjangoJSONEncoder)])


def storable(text: str) -> str:
    """Without what PostgreSQL cannot keep in a text: zeros and half characters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
