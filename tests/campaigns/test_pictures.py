"""Uploaded pictures: decoded, stripped, kept once, served to everybody for ever."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.pictures import WIDEST, BadPicture, checked
from campaigns.models import Picture
from tests.factories import MarketingEmailFactory

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


def drawn(kind="PNG", size=(8, 6), mode="RGB", **options):
    written = io.BytesIO()
    Image.new(mode, size, "red").save(written, kind, **options)
    return written.getvalue()


def opened(octets):
    return Image.open(io.BytesIO(octets))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_what_every_mail_program_shows_is_taken(kind):
    found = checked(drawn(kind))
    assert (found.format, found.width, found.height) == (kind, 8, 6)
    assert opened(found.octets).format == kind


@pytest.mark.parametrize("mode", ["P", "L", "RGBA", "LA", "1", "I;16"])
def test_every_way_to_store_a_png_is_read(mode):
    written = io.BytesIO()
    Image.new(mode, (4, 4)).save(written, "PNG")
    assert checked(written.getvalue()).width == 4


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (SVG, "do not show SVG"),
        (b"GIF89a", "not a picture|damaged"),
        (b"<html>hello</html>", "not a picture"),
        (b"", "not a picture"),
        (drawn("BMP"), "Not every mail program shows BMP"),
        (drawn("PNG", size=(90, 90))[:90], "damaged"),
        (b"\0" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
    ids=["svg", "stub", "page", "nothing", "bitmap", "cut", "large"],
)
def test_anything_else_is_refused_with_a_reason(raw, sentence):
    with pytest.raises(BadPicture, match=sentence):
        checked(raw)


def test_a_picture_that_unpacks_to_too_much_is_refused():
    with pytest.raises(BadPicture, match="25 million pixels"):
        checked(drawn(size=(6_000, 5_000), mode="1"))


def test_where_and_with_what_it_was_taken_is_removed():
    exif = Image.Exif()
    exif[0x010F] = "Camera of Carla"
    raw = drawn("JPEG", exif=exif, comment=b"At home")
    assert b"Camera of Carla" in raw
    found = checked(raw).octets
    assert b"Camera of Carla" not in found
    assert b"At home" not in found


def test_a_picture_taken_upright_stays_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    found = checked(drawn("JPEG", size=(8, 6), exif=exif))
    assert (found.width, found.height) == (6, 8)


def test_the_two_pictures_of_a_telephone_are_one():
    second = Image.new("RGB", (8, 6), "blue")
    found = checked(drawn("MPO", save_all=True, append_images=[second]))
    assert (found.format, opened(found.octets).format) == ("JPEG", "JPEG")


def test_what_is_hidden_behind_a_picture_is_removed():
    raw = drawn("PNG") + b"<script>alert(1)</script>"
    assert b"script" not in checked(raw).octets


def test_a_picture_wider_than_a_mail_is_made_smaller():
    found = checked(drawn(size=(WIDEST * 2, 100)))
    assert (found.width, found.height) == (WIDEST, 50)


def test_an_animation_goes_on_moving():
    frames = [Image.new("RGB", (4, 4), name) for name in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(
        written, "GIF", save_all=True, append_images=frames[1:], duration=[50, 60, 70]
    )
    assert opened(checked(written.getvalue()).octets).n_frames == 3


def grown(large):
    """An animation whose second frame is larger than what its beginning tells."""
    small, more = drawn("GIF", mode="1"), drawn("GIF", size=large, mode="1")
    frame = more.index(b"\x2c" + bytes(4) + large[0].to_bytes(2, "little"))
    return small[:-1] + more[frame:]


def test_an_animation_that_grows_beyond_its_beginning_is_refused():
    with pytest.raises(BadPicture, match="animation is too long"):
        checked(grown((4_000, 4_000)))


def test_an_animation_that_grows_a_little_is_as_large_as_it_begins():
    found = checked(grown((20, 20)))
    assert (found.width, found.height) == opened(found.octets).size


@pytest.fixture
def email(db):
    block = {"id": "p", "kind": "image", "url": "", "alt": "", "href": ""}
    return MarketingEmailFactory(blocks=[block])


def upload(client, email, raw, name="picture.png"):
    posted = {
        "version": email.version,
        "order": "p:image",
        "subject": "Kept",
        "block-p-file": SimpleUploadedFile(name, raw, "image/png"),
    }
    return client.post(reverse("campaigns:content", args=[email.pk]), posted)


def test_an_uploaded_picture_is_the_picture_of_its_block(client, email):
    upload(client, email, drawn())
    email.refresh_from_db()
    picture = Picture.objects.get()
    assert email.blocks[0]["url"] == picture.url
    assert "file" not in email.blocks[0]


def test_the_same_picture_twice_is_kept_once(client, email):
    upload(client, email, drawn())
    email.refresh_from_db()
    upload(client, email, drawn())
    assert Picture.objects.count() == 1


def test_a_file_that_is_no_picture_is_refused_beside_its_field(client, email):
    response = upload(client, email, SVG)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Mail programs do not show SVG" in page
    assert 'value="Kept"' in page


def test_a_picture_is_what_it_holds_and_not_what_it_is_called(client, email):
    upload(client, email, drawn("JPEG"), name="picture.png")
    assert Picture.objects.get().name.endswith(".jpeg")


@pytest.fixture
def picture(db):
    return Picture.objects.keep(checked(drawn()))


def test_who_reads_a_mail_gets_its_picture_and_may_keep_it(outsider_client, picture):
    response = outsider_client.get(reverse("campaigns:picture", args=[picture.name]))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]
    assert "public" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


def test_a_name_that_was_guessed_is_not_found(outsider_client, picture):
    address = reverse("campaigns:picture", args=["A" * 24 + ".png"])
    assert outsider_client.get(address).status_code == 404


def test_a_picture_can_do_nothing(outsider_client, picture):
    response = outsider_client.get(reverse("campaigns:picture", args=[picture.name]))
    assert "default-src 'none'" in response["Content-Security-Policy"]
