"""The pages of contacts: those of the app, and those that show other apps as well."""

from django.urls import path

from console import belonging, leaving, people, record
from contacts import urls

app_name = "contacts"
urlpatterns = [
    path("contacts/", people.index, name="list"),
    path("contacts/<int:pk>/", record.detail, name="detail"),
    path("contacts/<int:pk>/why/", belonging.why, name="why"),
    path("contacts/<int:pk>/opt-out/", leaving.opt_out, name="opt_out"),
    *urls.urlpatterns,
]
