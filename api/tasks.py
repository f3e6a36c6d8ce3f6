"""When answers that were kept are cleared away."""

from celery import shared_task

from api.models import Answer


@shared_task
def forget_answers() -> None:
    Answer.objects.forget()
