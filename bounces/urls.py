from django.urls import path

from bounces.views import desk, hooks, incidents, policy

app_name = "bounces"
urlpatterns = [
    path("bounces/", desk.index, name="list"),
    path("bounces/unbounced/", desk.history, name="history"),
    path("bounces/unbounce/", desk.unbounce_all, name="unbounce_all"),
    path("bounces/unbounce/<int:pk>/", desk.unbounce, name="unbounce"),
    path("bounces/reports/<int:pk>.eml", desk.report, name="report"),
    path("bounces/incidents/", incidents.index, name="incidents"),
    path("bounces/incidents/<int:pk>/", incidents.detail, name="incident"),
    path("bounces/incidents/<int:pk>/pause/", incidents.pause, name="pause"),
    path("hooks/<slug:provider>/", hooks.take, name="hook"),
    path("bounces/policy/", policy.edit, name="policy"),
]
