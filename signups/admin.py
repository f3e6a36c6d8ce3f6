"""Sign-ups in the admin: to be read."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from signups.models import Form, Submission, Version


@admin.register(Form)
class FormAdmin(ReadOnlyAdmin):
    list_display = ("name", "brand", "double_opt_in", "created_at", "archived_at")
    list_select_related = ("brand",)
    ordering = ("-pk",)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ("email", "state", "form", "at", "settled_at")
    list_select_related = ("form",)
    ordering = ("-pk",)


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_select_related = ("form",)
