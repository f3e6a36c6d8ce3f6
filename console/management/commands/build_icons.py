"""Rebuild the icon sprite from a folder of Lucide's SVG files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.icons import ICONS

SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
    'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{drawing}'
    "</symbol>"
)


def symbol(name: str, svg: str) -> str:
    """The drawing of one icon file as a symbol of the sprite."""
    bare = re.sub(r"<!--.*?-->|</?svg[^>]*>", "", svg, flags=re.DOTALL)
    return SYMBOL.format(name=name, drawing=re.sub(r"\s*\n\s*", "", bare).strip())


class Command(BaseCommand):
    help = (
        "Rebuild static/icons.svg. Takes the folder `icons` of the npm package "
        "lucide-static; the names are those of console/icons.py."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        missing = [name for name in ICONS if not (folder / f"{name}.svg").exists()]
        if missing:
            raise CommandError(f"{folder} has no icon named {', '.join(missing)}.")
        symbols = (symbol(n, (folder / f"{n}.svg").read_text()) for n in ICONS)
        sprite = f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'
        Path(settings.BASE_DIR, "static", "icons.svg").write_text(sprite)
        self.stdout.write(f"{len(ICONS)} icons, {len(sprite)} bytes")
