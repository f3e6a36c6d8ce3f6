"""Texts as they come in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

# PostgreSQL stores any character but U+0000
Text = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=500)]
Email = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=320)]
