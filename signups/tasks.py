"""When sign-ups are cleared away."""

from celery import shared_task

from signups.models import Submission

PIECE = 1_000


@shared_task
def forget_unconfirmed() -> None:
    """What nobody confirmed in time; the rest of very many the next time."""
    overdue = Submission.objects.overdue().order_by("at").values("pk")[:PIECE]
    Submission.objects.filter(pk__in=overdue).forget()
