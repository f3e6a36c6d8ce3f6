from django.urls import path

from deliveries import server_views, settings_views, views

app_name = "deliveries"
urlpatterns = [
    path("c/<str:token>", views.click, name="click"),
    path("o/<str:token>.gif", views.opened, name="open"),
    path("y/<str:token>", views.confirm, name="confirm"),
    path("v/<str:token>", views.in_browser, name="in_browser"),
    path("w/<str:token>", views.why, name="why"),
    path("settings/domains/", settings_views.index, name="domains"),
    path("settings/domains/add/", settings_views.add, name="domain_add"),
    path("settings/domains/<int:pk>/", settings_views.detail, name="domain"),
    path("settings/domains/<int:pk>/check/", settings_views.check, name="domain_check"),
    path("settings/domains/<int:pk>/loop/", settings_views.loop, name="domain_loop"),
    path(
        "settings/domains/<int:pk>/rotate/", settings_views.rotate, name="domain_rotate"
    ),
    path("settings/domains/<int:pk>/allow/", settings_views.allow, name="domain_allow"),
    path(
        "settings/domains/<int:pk>/remove/", settings_views.remove, name="domain_remove"
    ),
    path("settings/servers/", server_views.index, name="relays"),
    path("settings/servers/add/", server_views.add, name="relay_add"),
    path("settings/servers/<int:pk>/", server_views.edit, name="relay"),
    path("settings/servers/<int:pk>/test/", server_views.test, name="relay_test"),
    path("settings/servers/<int:pk>/remove/", server_views.remove, name="relay_remove"),
]
