"""Expressions that Django has not: values of JSON, and texts as values."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func


class IsNotTrue(Func):
    """False or unknown: the complement of a condition that may be null."""

    template = "(%(expressions)s) IS NOT TRUE"
    output_field = models.BooleanField()


class JsonText(Func):
    """A value of `properties` as text."""

    template = "(%(expressions)s)"
    arg_joiner = " ->> "
    output_field = models.TextField()


class JsonDate(JsonText):
    """A date or moment of `properties`: ISO 8601 sorts right byte by byte."""

    template = '((%(expressions)s) COLLATE "C")'


class Json(Func):
    """A value of `properties` as JSON."""

    template = "(%(expressions)s)"
    arg_joiner = " -> "
    output_field = models.JSONField()


class JsonNumber(Func):
    """A number of `properties`; null for whatever is no number, never an error."""

    template = (
        "(CASE WHEN jsonb_typeof(%(expressions)s) = 'number'"
        " THEN (%(expressions)s)::numeric END)"
    )
    arg_joiner = " -> "
    output_field = models.DecimalField()

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        sql, params = super().as_sql(*args, **kwargs)
        return sql, (*params, *params)  # the expressions stand there twice


class TextNumber(Func):
    """A text as a number; null for whatever is none, never an error."""

    template = (
        "(CASE WHEN pg_input_is_valid(%(expressions)s, 'numeric')"
        " THEN (%(expressions)s)::numeric END)"
    )
    output_field = models.DecimalField()

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        sql, params = super().as_sql(*args, **kwargs)
        return sql, (*params, *params)


class TextDate(TextNumber):
    """A text as a date; null for whatever is none."""

    template = (
        "(CASE WHEN pg_input_is_valid(%(expressions)s, 'date')"
        " THEN (%(expressions)s)::date END)"
    )
    output_field = models.DateField()  # type: ignore[assignment]  # another type


class TextDay(Func):
    """The day of a moment that is text, in a time zone; null for what is none."""

    template = "%(expressions)s"
    output_field = models.DateField()

    def as_sql(self, compiler: Any, *args: Any, **kwargs: Any) -> Any:
        text, zone = self.source_expressions
        moment, params = compiler.compile(text)
        place, zone_params = compiler.compile(zone)
        return (
            f"(CASE WHEN pg_input_is_valid({moment}, 'timestamptz')"
            f" THEN (({moment})::timestamptz AT TIME ZONE {place})::date END)",
            (*params, *params, *zone_params),
        )
