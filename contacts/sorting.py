"""What a list of contacts can be sorted by; an index serves each."""

from __future__ import annotations

import datetime as dt

from django.db.models import DateTimeField, F, TextField, Value
from django.db.models.functions import Coalesce, Concat, Greatest, NullIf, Trim

from accounts.paging import Order, moment

# what a list shows of somebody: the name, or the address where there is none
TITLE = Coalesce(
    NullIf(
        Trim(
            Concat(
                "first_name_lower",
                Value(" "),
                "last_name_lower",
                output_field=TextField(),
            )
        ),
        Value(""),
    ),
    F("email_lower"),
    output_field=TextField(),
)

# The one index over roll-ups. Only who opens, clicks or replies pays for it, not
# everybody a mail is sent to.
NEVER = Value(dt.datetime(1970, 1, 1, tzinfo=dt.UTC), output_field=DateTimeField())
LAST_ENGAGED = Greatest("last_opened_at", "last_clicked_at", "last_replied_at", NEVER)

SORTS = {
    "name": Order(by=TITLE),
    "email": Order(by=F("email_lower")),
    "created": Order(by=F("created_at"), read=moment),
    "engaged": Order(by=LAST_ENGAGED, read=moment),
}
