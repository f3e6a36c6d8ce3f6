"""Two people at one moment: what to do when the database says who was quicker."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django import forms
from django.db import IntegrityError, transaction

P = ParamSpec("P")
T = TypeVar("T")


def kept(form: forms.BaseForm, save: Callable[[], T]) -> T | None:
    """What `save` makes of a valid form. Where the database refuses it, because
    somebody was quicker with the same, the form is asked again: it sees that now, and
    None says that it has errors."""
    whole = transaction.atomic(save)
    try:
        return whole()
    except IntegrityError:
        form.full_clean()
    return whole() if form.is_valid() else None


def once_more(work: Callable[P, T]) -> Callable[P, T]:
    """`work` in a transaction, and again where somebody was quicker with the free name
    that it chose."""

    whole = transaction.atomic(work)

    @wraps(work)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return whole(*args, **kwargs)
        except IntegrityError:
            return whole(*args, **kwargs)

    return tried
