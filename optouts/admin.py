"""Opt-out imports in the admin: to be read; the wizard and its undo change them."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from optouts.models import Farewell, OptOutImport


@admin.register(OptOutImport)
class OptOutImportAdmin(ReadOnlyAdmin):
    list_display = ("file_name", "scope", "addresses", "created_by", "created_at")
    list_select_related = ("created_by",)
    ordering = ("-pk",)
    # the path of a stored list is nobody's business here
    exclude = ("file",)


@admin.register(Farewell)
class FarewellAdmin(ReadOnlyAdmin):
    list_display = ("why", "message_id", "at")
    ordering = ("-pk",)
