from django.urls import path, re_path

from optouts.views import exports, imports, lookup, public

app_name = "optouts"
urlpatterns = [
    path("optouts/", lookup.lookup, name="list"),
    path("optouts/new/", lookup.opt_out, name="opt_out"),
    path("optouts/export/", exports.export, name="export"),
    path("optouts/exports/<int:job_pk>/", exports.exported, name="exported"),
    path("optouts/exports/<int:job_pk>/file/", exports.download, name="download"),
    path("optouts/imports/", imports.import_list, name="import_list"),
    path("optouts/imports/new/", imports.import_create, name="import_create"),
    path("optouts/imports/sample.csv", imports.import_sample, name="import_sample"),
    path("optouts/imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path(
        "optouts/imports/<int:pk>/column/",
        imports.import_column,
        name="import_column",
    ),
    path(
        "optouts/imports/<int:pk>/review/",
        imports.import_review,
        name="import_review",
    ),
    path(
        "optouts/imports/<int:pk>/progress/",
        imports.import_progress,
        name="import_progress",
    ),
    path(
        "optouts/imports/<int:pk>/errors.csv",
        imports.import_errors,
        name="import_errors",
    ),
    path("optouts/imports/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    # with or without a slash at the end: a redirect would lose a one-click POST
    re_path(r"^u/(?P<token>[^/]+)/?$", public.unsubscribe, name="unsubscribe"),
    re_path(r"^u/(?P<token>[^/]+)/undo/?$", public.come_back, name="come_back"),
    re_path(r"^u/(?P<token>[^/]+)/why/?$", public.say_why, name="say_why"),
    re_path(r"^p/(?P<token>[^/]+)/?$", public.preferences, name="preferences"),
]
