from django.urls import path

from console import views

app_name = "console"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("shortcuts/", views.shortcuts, name="shortcuts"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
