"""An uploaded file becomes a picture that may stand in a mail, or a sentence why not.

Pure. What counts is what the file holds, not what it is called: it is decoded whole
and written anew, so that nothing but the pixels is left (no place, no camera, no
script behind them).
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

LARGEST = 5 * 1024 * 1024
# twice the width of a mail: sharp on every screen
WIDEST = 1_200
MOST_PIXELS = 25_000_000
MOST_FRAMES = 200

# what every mail program shows -> the type it is served as
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
# what is told from anything else; no other reader sees what strangers made
READ = (*TYPES, "BMP", "TIFF", "WEBP")
_TOO_LONG = _("The animation is too long. Make it shorter or smaller.")
_KINDS = _("Choose a PNG, JPEG or GIF file.")


class BadPicture(ValueError):
    """A sentence for who uploaded it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that was decoded and written anew."""

    octets: bytes
    format: str
    width: int
    height: int


def checked(raw: bytes) -> Drawn:
    """The picture in `raw` without anything else; BadPicture with the reason."""
    if len(raw) > LARGEST:
        raise BadPicture(
            gettext("The file is larger than %(size)s MB. Make it smaller.")
            % {"size": LARGEST >> 20}
        )
    if b"<svg" in raw[:4096].lower():
        raise _no(gettext("Mail programs do not show SVG drawings."))
    try:
        with (
            warnings.catch_warnings(),
            Image.open(io.BytesIO(raw), formats=READ) as image,
        ):
            warnings.simplefilter("ignore")
            return _drawn(image)
    except UnidentifiedImageError as problem:
        raise _no(gettext("This file is not a picture.")) from problem
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        if isinstance(problem, BadPicture):
            raise
        raise _no(gettext("The picture is damaged.")) from problem


def _no(why: str) -> BadPicture:
    return BadPicture(f"{why} {_KINDS}")


def _drawn(image: Image.Image) -> Drawn:
    # many telephones write two pictures into one JPEG; the first is the one to show
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    if kind not in TYPES:
        raise _no(gettext("Not every mail program shows %(kind)s.") % {"kind": kind})
    if image.width * image.height > MOST_PIXELS:
        raise BadPicture(
            gettext("The picture has more than 25 million pixels. Make it smaller.")
        )
    written = io.BytesIO()
    size = _WRITERS[kind](image, written)
    return Drawn(written.getvalue(), kind, *size)


def _as_jpeg(image: Image.Image, written: io.BytesIO) -> tuple[int, int]:
    upright = _fitted(ImageOps.exif_transpose(image).convert("RGB"))
    upright.info = _colours(image)
    upright.save(written, "JPEG", quality=86, optimize=True, progressive=True)
    return upright.size


def _as_png(image: Image.Image, written: io.BytesIO) -> tuple[int, int]:
    image.load()
    mode = image.mode if image.mode in {"P", "L", "RGB", "RGBA"} else "RGBA"
    fitted = _fitted(image.convert(mode))
    clear = image.info.get("transparency") if fitted.mode == image.mode else None
    fitted.info = _colours(image) | ({} if clear is None else {"transparency": clear})
    fitted.save(written, "PNG", optimize=True)
    return fitted.size


def _colours(image: Image.Image) -> dict[str | tuple[int, int], Any]:
    """What the numbers of its pixels mean, which is all that is kept beside them."""
    profile = image.info.get("icc_profile")
    return {"icc_profile": profile} if profile else {}


def _as_gif(image: Image.Image, written: io.BytesIO) -> tuple[int, int]:
    frames = getattr(image, "n_frames", 1)
    if frames > MOST_FRAMES:
        raise BadPicture(str(_TOO_LONG))
    pictures: list[Image.Image] = []
    for frame in ImageSequence.Iterator(image):
        # asked of each before it is unpacked: a later one may be larger than the first
        if frames * frame.width * frame.height > MOST_PIXELS:
            raise BadPicture(str(_TOO_LONG))
        pictures.append(frame.copy())
    pauses = [one.info.get("duration", 100) for one in pictures]
    moving = (
        {"append_images": pictures[1:], "duration": pauses, "loop": 0}
        if len(pictures) > 1
        else {}
    )
    pictures[0].save(written, "GIF", save_all=len(pictures) > 1, comment=b"", **moving)
    return pictures[0].size


def _fitted(image: Image.Image) -> Image.Image:
    """No wider than what a mail can show."""
    if image.width <= WIDEST:
        return image
    height = max(1, round(image.height * WIDEST / image.width))
    sharp = image.convert("RGBA") if image.mode == "P" else image
    return sharp.resize((WIDEST, height), Image.Resampling.LANCZOS)


_WRITERS = {"PNG": _as_png, "JPEG": _as_jpeg, "GIF": _as_gif}
