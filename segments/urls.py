from django.urls import path

from segments import actions, builder_views, tally_views, views

app_name = "segments"
urlpatterns = [
    path("segments/", views.segment_list, name="list"),
    path("segments/new/", builder_views.create, name="create"),
    path("segments/new/by-hand/", actions.gather, name="gather"),
    path("segments/fields/", views.vocabulary, name="vocabulary"),
    path("segments/fields/schema.json", views.rules_schema, name="schema"),
    path("segments/<int:pk>/", views.detail, name="detail"),
    path("segments/<int:pk>/status/", views.status, name="status"),
    path("segments/<int:pk>/state/", views.state, name="state"),
    path("segments/<int:pk>/edit/", builder_views.edit, name="edit"),
    path("segments/<int:pk>/test/", views.test, name="test"),
    path("segments/<int:pk>/export/", views.export, name="export"),
    path("segments/counts/<int:job_pk>/", tally_views.tally, name="tally"),
    path("segments/counts/<int:job_pk>/strip/", tally_views.strip, name="tally_strip"),
    path("segments/exports/<int:job_pk>/", views.exported, name="exported"),
    path("segments/exports/<int:job_pk>/file/", views.download, name="download"),
    path("segments/<int:pk>/refresh/", actions.refresh, name="refresh"),
    path("segments/<int:pk>/clone/", actions.clone, name="clone"),
    path("segments/<int:pk>/freeze/", actions.freeze, name="freeze"),
    path("segments/<int:pk>/archive/", actions.archive, name="archive"),
    path("segments/<int:pk>/restore/", actions.restore, name="restore"),
    path("segments/<int:pk>/delete/", actions.delete, name="delete"),
    path("segments/<int:pk>/add/", actions.add, name="add"),
    path("segments/<int:pk>/remove/", actions.remove, name="remove"),
]
