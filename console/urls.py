from django.urls import path

from accounts.roles import Right, needs
from console import jobs, log, outbox, overview, rights, stops, users, views

app_name = "console"
urlpatterns = [
    path("", overview.index, name="overview"),
    path("overview/numbers/", overview.numbers, name="numbers"),
    path("sending/stop/", overview.stop, name="stop"),
    path("sending/go-on/", overview.go_on, name="go_on"),
    path("sending/stops/<int:pk>/", stops.lift, name="lift"),
    path("jobs/", jobs.index, name="jobs"),
    path("jobs/bell/", jobs.bell, name="bell"),
    path("jobs/<int:pk>/", jobs.detail, name="job"),
    path("jobs/<int:pk>/card/", jobs.card, name="job_card"),
    path("jobs/<int:pk>/cancel/", jobs.cancel, name="job_cancel"),
    path("outbox/", outbox.index, name="outbox"),
    path("outbox/clear/", outbox.clear, name="outbox_clear"),
    path("outbox/<int:pk>/", outbox.detail, name="outbox_mail"),
    path("outbox/<int:pk>/html/", outbox.html, name="outbox_html"),
    path("outbox/<int:pk>/images/", outbox.html_with_images, name="outbox_images"),
    path("outbox/<int:pk>/raw/", outbox.raw, name="outbox_raw"),
    path("people/<int:pk>/everything/", rights.everything, name="everything"),
    path(
        "people/<int:pk>/everything.json",
        rights.everything_json,
        name="everything_json",
    ),
    path("people/<int:pk>/erase/", rights.erase, name="erase"),
    path(
        "password/",
        needs(Right.LOOK)(views.ChangePassword.as_view()),
        name="password",
    ),
    path("settings/users/", users.index, name="users"),
    path("settings/users/invite/", users.invite, name="invite"),
    path("settings/users/<int:pk>/", users.detail, name="user"),
    path("settings/users/<int:pk>/off/", users.switch_off, name="user_off"),
    path("settings/users/<int:pk>/on/", users.switch_on, name="user_on"),
    path("settings/users/<int:pk>/link/", users.link, name="user_link"),
    path("settings/log/", log.index, name="log"),
    path("settings/log/export.csv", log.export, name="log_export"),
    path("time-zone/", views.time_zone, name="time_zone"),
    path("theme/", views.theme, name="theme"),
    path("shortcuts/", views.shortcuts, name="shortcuts"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
