from django.urls import path

from bounces.views import desk, hooks, incidents, kept, lists, policy, reports

app_name = "bounces"
urlpatterns = [
    path("bounces/", desk.index, name="list"),
    path("bounces/unbounced/", desk.history, name="history"),
    path("bounces/unbounce/", desk.unbounce_all, name="unbounce_all"),
    path("bounces/unbounce/<int:pk>/", desk.unbounce, name="unbounce"),
    path("bounces/unbounce/<int:pk>/domain/", desk.takes_mail, name="takes_mail"),
    path("bounces/reports/", reports.index, name="reports"),
    path("bounces/reports/upload/", reports.upload, name="upload"),
    path("bounces/reports/<int:pk>.eml", desk.report, name="report"),
    path("bounces/incidents/", incidents.index, name="incidents"),
    path("bounces/incidents/<int:pk>/", incidents.detail, name="incident"),
    path("bounces/incidents/<int:pk>/pause/", incidents.pause, name="pause"),
    path("hooks/<slug:provider>/", hooks.take, name="hook"),
    path("bounces/policy/", policy.edit, name="policy"),
    path("bounces/rules/", policy.rules, name="rules"),
    path("bounces/rules/<str:key>/", policy.rule, name="rule"),
    path("bounces/judge/", policy.rejudge, name="rejudge"),
    path("bounces/rescue/", lists.rescued, name="rescue"),
    path("bounces/rescue/release/", lists.release, name="release"),
    path("bounces/rescue/keep/", kept.keep, name="keep"),
    path("bounces/rescue/kept/", kept.index, name="kept"),
    path("bounces/rescue/kept/<int:pk>/end/", kept.take_back, name="take_back"),
    path("bounces/global/", lists.blocked, name="global"),
    path("bounces/global/<int:pk>/remove/", lists.unblock, name="unblock"),
    path("bounces/complaints/", lists.complained, name="complaints"),
]
