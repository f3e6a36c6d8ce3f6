from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reengagement.models import Campaign, CampaignEmail, Member, Pause, Sunset


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at: these rows are made by the campaign's own verbs."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Campaign)
class CampaignAdmin(ReadOnly):
    list_display = ("name", "state", "segment", "started_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("name",)


@admin.register(Member)
class MemberAdmin(ReadOnly):
    list_display = ("address", "campaign", "outcome", "deadline_at")
    list_filter = ("outcome",)
    list_select_related = ("address", "campaign")
    raw_id_fields = ("address", "contact")
    show_full_result_count = False


admin.site.register([CampaignEmail, Pause, Sunset], ReadOnly)
