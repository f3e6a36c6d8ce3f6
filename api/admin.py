"""Tokens in the admin: to be read, without what would let somebody guess at them."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from api.models import Token


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("owner",)
    ordering = ("-pk",)
    exclude = ("digest",)
