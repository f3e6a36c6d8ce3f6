from django.urls import path

from reengagement import endings, views

app_name = "reengagement"
urlpatterns = [
    path("reengagement/", views.index, name="list"),
    path("reengagement/new/", views.create, name="create"),
    path("reengagement/<int:pk>/", views.detail, name="detail"),
    path("reengagement/<int:pk>/who/", views.who, name="who"),
    path("reengagement/<int:pk>/emails/", views.emails, name="emails"),
    path("reengagement/<int:pk>/emails/add/", views.add_email, name="add_email"),
    path(
        "reengagement/<int:pk>/emails/<int:position>/remove/",
        views.remove_email,
        name="remove_email",
    ),
    path("reengagement/<int:pk>/then/", views.then, name="then"),
    path("reengagement/<int:pk>/check/", views.check, name="check"),
    path("reengagement/<int:pk>/start/", views.start, name="start"),
    path("reengagement/<int:pk>/discard/", views.discard, name="discard"),
    path("reengagement/<int:pk>/pause/", endings.pause, name="pause"),
    path("reengagement/<int:pk>/resume/", endings.resume, name="resume"),
    path("reengagement/<int:pk>/stop/", endings.stop, name="stop"),
    path("reengagement/<int:pk>/left-out/", endings.left_out, name="left_out"),
    path("reengagement/<int:pk>/silent/", endings.silent, name="silent"),
    path("reengagement/<int:pk>/keep/", endings.keep, name="keep"),
    path("reengagement/<int:pk>/export/", endings.export, name="export"),
    path("reengagement/<int:pk>/undo/", endings.undo, name="undo"),
]
