"""Who may stop a long job: whoever may begin one of its kind."""

from __future__ import annotations

from accounts.models import Job, User
from accounts.roles import Right
from bounces import rejudging, uploads
from console import converting
from console.bulk import acts, running
from contacts.models import imports
from optouts import exporting as optout_exporting
from optouts.models import JobKind as OptOuts
from reengagement.models.sunset import JobKind as Sunsets
from segments import exporting, models, tallying

# of a kind that is not here: an administrator
RIGHTS: dict[str, Right] = {
    models.JOB_KIND: Right.EDIT,
    tallying.JOB_KIND: Right.EDIT,
    exporting.JOB_KIND: Right.EXPORT,
    optout_exporting.JOB_KIND: Right.EXPORT,
    imports.CHECK: Right.IMPORT,
    imports.TAKE: Right.IMPORT,
    imports.UNDO: Right.UNDO,
    OptOuts.COUNT: Right.IMPORT,
    OptOuts.RUN: Right.IMPORT,
    OptOuts.UNDO: Right.UNDO,
    "campaigns.prepare": Right.SEND,
    Sunsets.RUN: Right.SEND,
    Sunsets.UNDO: Right.UNDO,
    uploads.KIND: Right.IMPORT,
    rejudging.KIND: Right.SETTINGS,
    **{act.kind: act.right for act in acts.ACTS},
    running.UNDO: Right.UNDO,
    converting.KIND: Right.EDIT,
}


def may_stop(user: User, job: Job) -> bool:
    return user.may(RIGHTS.get(job.kind, Right.SETTINGS))
