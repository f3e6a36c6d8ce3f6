"""Settings of the brand and its subscription types."""

from django.urls import path, re_path

from consent import look_views, views

app_name = "consent"

urlpatterns = [
    path("settings/", views.brand, name="brand"),
    path("settings/brands/new/", views.create_brand, name="brand_create"),
    path("settings/brands/<int:pk>/", views.brand, name="brand_edit"),
    path("settings/brands/<int:pk>/look/", look_views.edit, name="look"),
    path("settings/brands/<int:pk>/page/", look_views.sample, name="look_sample"),
    re_path(
        r"^look/(?P<name>[\w-]{24}\.(?:png|jpeg|gif))$", look_views.logo, name="logo"
    ),
    re_path(r"^look/(?P<digits>[0-9a-f]{6})\.css$", look_views.colours, name="colours"),
    path("settings/types/", views.types, name="types"),
    path("settings/types/new/", views.create_type, name="type_create"),
    path("settings/types/<int:pk>/", views.edit_type, name="type_edit"),
    path("settings/types/<int:pk>/words/", views.translate_type, name="type_words"),
    path("settings/types/<int:pk>/archive/", views.archive_type, name="type_archive"),
    path("settings/types/<int:pk>/up/", views.move_type, {"by": -1}, name="type_up"),
    path("settings/types/<int:pk>/down/", views.move_type, {"by": 1}, name="type_down"),
    path("settings/types/<int:pk>/restore/", views.restore_type, name="type_restore"),
]
