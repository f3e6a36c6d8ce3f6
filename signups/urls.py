"""The public ways in; the builder stands beside them."""

from django.urls import path

from signups.views import public

app_name = "signups"

urlpatterns = [
    path("f/<str:key>", public.form, name="form"),
    path("f/<str:key>/done", public.done, name="done"),
    path("s/<str:key>", public.confirm, name="confirm"),
    path("n/<str:key>", public.disown, name="disown"),
]
