"""Every address of the console: one include per app."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from api.urls import mounted
from config.health import healthz
from console import passkey_sign_in
from console.signing_in import SignIn, administration, second_step
from console.views import Join

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("login/", SignIn.as_view(), name="login"),
    path("login/code/", second_step, name="second_step"),
    path("login/code/passkey/", passkey_sign_in.second, name="second_step_passkey"),
    path("login/code/passkey/ask/", passkey_sign_in.ask_second, name="second_step_ask"),
    path("login/passkey/", passkey_sign_in.sign_in, name="passkey_sign_in"),
    path("login/passkey/ask/", passkey_sign_in.ask, name="passkey_ask"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("join/<uidb64>/<token>/", Join.as_view(), name="join"),
    path("admin/login/", administration, name="administration"),
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
    path("settings/webhooks/", include("webhooks.urls")),
    path("api/v1/", mounted),
]
