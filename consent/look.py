"""What the colour of a brand makes of the public pages. Pure.

A colour is "#rrggbb". Contrasts are those of WCAG 2.2, success criteria 1.4.3 and
1.4.11: text needs 4.5 to 1, the edge of a button 3 to 1. Whoever chooses pale yellow
gets pale yellow buttons, with an edge and a link that can be seen.
"""

from __future__ import annotations

from collections.abc import Iterable

TEXT = 4.5
EDGE = 3.0
BLACK, WHITE = "#000000", "#ffffff"
# what static/public.css has behind links and buttons, in the light and in the dark
PAPERS = "#f7f7f5", "#1b1c1f"
SOFT = 0.1, 0.2
STEPS = 20

Channels = tuple[float, ...]


def _channels(colour: str) -> Channels:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _luminance(colour: str) -> float:
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with a `share` (0 to 1) of the other."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    parts = (round(255 * (a * (1 - share) + b * share)) for a, b in pairs)
    return "#" + "".join(f"{part:02x}" for part in parts)


def seen(colour: str, paper: str, least: float) -> str:
    """As near to `colour` as stands out from the paper by `least`."""
    far = max(BLACK, WHITE, key=lambda end: contrast(end, paper))
    shades = (mixed(colour, far, step / STEPS) for step in range(STEPS + 1))
    return next(shade for shade in shades if contrast(shade, paper) >= least)


def link(colour: str, paper: str, share: float) -> str:
    """As near to `colour` as is read on the paper, and on what was chosen there."""
    shade = seen(colour, paper, TEXT)
    return seen(shade, mixed(paper, colour, share), TEXT)


def on(colour: str) -> str:
    """What is written with on the colour: one of the two can always be read."""
    return max(WHITE, BLACK, key=lambda end: contrast(end, colour))


def stylesheet(colour: str) -> str:
    """The custom properties of public.css that the colour changes."""
    papers = list(zip(PAPERS, SOFT, strict=True))
    parts = {
        "accent": _both(link(colour, *paper) for paper in papers),
        "accent-bg": colour,
        "accent-edge": _both(seen(colour, paper, EDGE) for paper, _ in papers),
        "accent-soft": _both(mixed(paper, colour, share) for paper, share in papers),
        "on-accent": on(colour),
    }
    return f":root {{ {' '.join(f'--{name}: {to};' for name, to in parts.items())} }}\n"


def _both(shades: Iterable[str]) -> str:
    """One for the light, one for the dark."""
    return f"light-dark({', '.join(shades)})"
