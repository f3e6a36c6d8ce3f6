"""Addresses of the pages of contacts; `console` joins them with those that need it."""

from django.urls import path

from contacts import (
    import_views,
    property_views,
    subscription_views,
    template_views,
    views,
)

urlpatterns = [
    path("contacts/new/", views.create, name="create"),
    path("contacts/<int:pk>/edit/", views.edit, name="edit"),
    path("contacts/<int:pk>/delete/", views.delete, name="delete"),
    path(
        "contacts/<int:pk>/opt-out/<int:no_pk>/undo/",
        subscription_views.undo_opt_out,
        name="undo_opt_out",
    ),
    path("contacts/<int:pk>/opt-in/", subscription_views.opt_in, name="opt_in"),
    path("contacts/properties/", property_views.index, name="properties"),
    path("contacts/properties/new/", property_views.create, name="property_create"),
    path(
        "contacts/properties/<int:pk>/edit/",
        property_views.edit,
        name="property_edit",
    ),
    path(
        "contacts/properties/<int:pk>/archive/",
        property_views.archive,
        name="property_archive",
    ),
    path(
        "contacts/properties/<int:pk>/restore/",
        property_views.restore,
        name="property_restore",
    ),
    path("contacts/import/", import_views.upload, name="import"),
    path("contacts/import/templates/", template_views.index, name="import_templates"),
    path(
        "contacts/import/templates/<int:pk>/delete/",
        template_views.delete,
        name="import_template_delete",
    ),
    path(
        "contacts/import/<int:pk>/template/",
        template_views.create,
        name="import_template_create",
    ),
    path("contacts/import/<int:pk>/sheet/", import_views.sheet, name="import_sheet"),
    path(
        "contacts/import/<int:pk>/columns/", import_views.columns, name="import_columns"
    ),
    path(
        "contacts/import/<int:pk>/consent/", import_views.consent, name="import_consent"
    ),
    path("contacts/import/<int:pk>/review/", import_views.review, name="import_review"),
    path("contacts/import/<int:pk>/undo/", import_views.undo, name="import_undo"),
    path("contacts/import/<int:pk>/start/", import_views.start, name="import_start"),
    path("contacts/import/<int:pk>/", import_views.detail, name="import_detail"),
    path(
        "contacts/import/<int:pk>/problems.csv",
        import_views.problems,
        name="import_problems",
    ),
]
