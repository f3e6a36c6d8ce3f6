"""The public ways in, and the builder in the console."""

from django.urls import path

from signups.views import builder, public

app_name = "signups"

urlpatterns = [
    path("f/<str:key>", public.form, name="form"),
    path("f/<str:key>/done", public.done, name="done"),
    path("s/<str:key>", public.confirm, name="confirm"),
    path("n/<str:key>", public.disown, name="disown"),
    path("forms/", builder.index, name="list"),
    path("forms/new/", builder.create, name="create"),
    path("forms/<int:pk>/", builder.detail, name="detail"),
    path("forms/<int:pk>/edit/", builder.edit, name="edit"),
    path("forms/<int:pk>/preview/", builder.preview, name="preview"),
    path("forms/<int:pk>/archive/", builder.archive, name="archive"),
    path("forms/<int:pk>/restore/", builder.restore, name="restore"),
    path("contacts/<int:pk>/invite/", builder.invite, name="invite"),
]
