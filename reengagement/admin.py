"""Campaigns in the admin: to be read; they are changed by their own pages."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from consent.admin import AddressedAdmin
from reengagement.models import Campaign, CampaignEmail, Member, Pause, Sunset, Tally


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "segment", "started_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("name",)


@admin.register(Member)
class MemberAdmin(AddressedAdmin):
    list_display = ("address", "campaign", "outcome", "deadline_at")
    list_filter = ("outcome",)
    list_select_related = ("address", "campaign")


admin.site.register([CampaignEmail, Pause, Sunset, Tally], ReadOnlyAdmin)
