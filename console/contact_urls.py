"""The pages of contacts: those of the app, and those that show other apps as well."""

from django.urls import path

from console import belonging, convert_views, leaving, merge_views, people, record
from console.bulk import views as bulk
from console.bulk.acts import ACTS
from contacts import urls

app_name = "contacts"
urlpatterns = [
    path("contacts/", people.index, name="list"),
    path("contacts/<int:pk>/", record.detail, name="detail"),
    path("contacts/<int:pk>/why/", belonging.why, name="why"),
    path("contacts/<int:pk>/opt-out/", leaving.opt_out, name="opt_out"),
    path("contacts/<int:pk>/merge/", merge_views.search, name="merge_search"),
    path("contacts/<int:pk>/merge/<int:other_pk>/", merge_views.merge, name="merge"),
    path(
        "contacts/properties/<int:pk>/convert/",
        convert_views.convert,
        name="property_convert",
    ),
    *(
        path(f"contacts/bulk/{act.key}/", bulk.asking(act), name=act.url_name)
        for act in ACTS
    ),
    path("contacts/bulk/<int:job_pk>/", bulk.done, name="bulk_done"),
    path("contacts/bulk/<int:job_pk>/file/", bulk.download, name="bulk_file"),
    path("contacts/bulk/<int:job_pk>/undo/", bulk.undo, name="bulk_undo"),
    *urls.urlpatterns,
]
