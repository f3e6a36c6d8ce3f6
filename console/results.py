"""What the counts of a finished job are called on its page.

Jobs store them by name, in English; a name that is not here is shown as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from accounts.models import Job

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "acted_upon": pgettext_lazy("count of a job", "Acted upon"),
    "added": pgettext_lazy("count of a job", "Added"),
    "added_again": pgettext_lazy("count of a job", "Added again"),
    "already": pgettext_lazy("count of a job", "Already"),
    "already_there": pgettext_lazy("count of a job", "Already there"),
    "bounced": pgettext_lazy("count of a job", "Bounced"),
    "bounces_read": pgettext_lazy("count of a job", "Bounces read"),
    "changed": pgettext_lazy("count of a job", "Changed"),
    "converted": pgettext_lazy("count of a job", "Converted"),
    "duplicates": pgettext_lazy("count of a job", "Duplicates"),
    "found": pgettext_lazy("count of a job", "Found"),
    "gone": pgettext_lazy("count of a job", "Gone"),
    "in_segments": pgettext_lazy("count of a job", "In segments"),
    "joined": pgettext_lazy("count of a job", "Joined"),
    "judged_otherwise": pgettext_lazy("count of a job", "Judged otherwise"),
    "kept": pgettext_lazy("count of a job", "Kept"),
    "kept_out": pgettext_lazy("count of a job", "Kept out"),
    "known_before": pgettext_lazy("count of a job", "Known before"),
    "left": pgettext_lazy("count of a job", "Left"),
    "lifted": pgettext_lazy("count of a job", "Lifted"),
    "name": pgettext_lazy("count of a job", "Name"),
    "new": pgettext_lazy("count of a job", "New"),
    "new_contacts": pgettext_lazy("count of a job", "New contacts"),
    "new_others": pgettext_lazy("count of a job", "New others"),
    "no_address": pgettext_lazy("count of a job", "No address"),
    "not_converted": pgettext_lazy("count of a job", "Not converted"),
    "not_there": pgettext_lazy("count of a job", "Not there"),
    "nothing_to_do": pgettext_lazy("count of a job", "Nothing to do"),
    "opted_out": pgettext_lazy("count of a job", "Opted out"),
    "opted_out_of": pgettext_lazy("count of a job", "Opted out of"),
    "read": pgettext_lazy("count of a job", "Read"),
    "refused": pgettext_lazy("count of a job", "Refused"),
    "remarked": pgettext_lazy("count of a job", "Remarked"),
    "removed": pgettext_lazy("count of a job", "Removed"),
    "reverted": pgettext_lazy("count of a job", "Reverted"),
    "rows": pgettext_lazy("count of a job", "Rows"),
    "singles": pgettext_lazy("count of a job", "Singles"),
    "size": pgettext_lazy("count of a job", "Size"),
    "stay": pgettext_lazy("count of a job", "Stay"),
    "subscribed": pgettext_lazy("count of a job", "Subscribed"),
    "to_be_looked_at_by_a_person": pgettext_lazy(
        "count of a job", "To be looked at by a person"
    ),
    "unchanged": pgettext_lazy("count of a job", "Unchanged"),
    "unsubscribed": pgettext_lazy("count of a job", "Unsubscribed"),
    "updated": pgettext_lazy("count of a job", "Updated"),
    "will_get": pgettext_lazy("count of a job", "Will get"),
}


def told(job: Job) -> list[tuple[StrOrPromise, object]]:
    """The counts of a finished job in words."""
    return [
        (NAMES.get(name) or name.replace("_", " ").capitalize(), value)
        for name, value in job.result.items()
        if isinstance(value, (int, str))
    ]
