"""Texts, days and numbers as they come in a body, taken for no other than they are."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

BIGGEST = 2**63 - 1
# PostgreSQL stores any character but U+0000
Text = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=500)]
# without what ends a line
Line = Annotated[
    str,
    Field(pattern=r"^[^\x00\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]*$", max_length=300),
]
Email = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=320)]
Id = Annotated[
    int, Field(strict=True, ge=1, le=BIGGEST, description="The id of a row.")
]


def _written(value: Any) -> Any:
    """A number is no day, whatever it would be since 1970."""
    if not isinstance(value, str):
        raise ValueError("Write the day as 2026-11-22.")
    return value


Day = Annotated[dt.date, BeforeValidator(_written)]
