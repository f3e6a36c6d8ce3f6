"""What a browser posts from the editor of an email."""

from django.urls import reverse


def address(name, email, *more):
    return reverse(f"campaigns:{name}", args=[email.pk, *more])


def typed(email, **changes):
    """What the browser posts when nothing but `changes` was touched."""
    fields = {
        "version": email.version,
        "order": ",".join(f"{one['id']}:{one['kind']}" for one in email.blocks),
        "subject": email.subject,
        "preview_text": email.preview_text,
    }
    for block in email.blocks:
        for name in ("text", "label", "url", "alt", "href"):
            fields[f"block-{block['id']}-{name}"] = block.get(name, "")
        if block["kind"] == "text":
            fields[f"block-{block['id']}-text"] = "Do you still want our letters?"
    return {**fields, **changes}
