"""Every address of the console: one include per app."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from config.health import healthz
from console.views import Join

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path(
        "login/",
        LoginView.as_view(redirect_authenticated_user=True),
        name="login",
    ),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("join/<uidb64>/<token>/", Join.as_view(), name="join"),
    path("admin/", admin.site.urls),
    path("", include("console.urls")),
    path("", include("console.contact_urls")),
    path("", include("consent.urls")),
    path("", include("deliveries.urls")),
    path("", include("campaigns.urls")),
    path("", include("optouts.urls")),
    path("", include("bounces.urls")),
    path("", include("signups.urls")),
    path("", include("segments.urls")),
    path("", include("reengagement.urls")),
]
