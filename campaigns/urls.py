"""Marketing emails. Every action has an address of its own; GET changes nothing."""

from django.urls import path, re_path

from campaigns.views import (
    approving,
    choosing,
    languages,
    lists,
    pictures,
    recipients,
    reports,
    sending,
    sharing,
    templates,
    tracing,
    versions,
    writing,
)

app_name = "campaigns"

urlpatterns = [
    re_path(
        r"^i/(?P<name>[\w-]{24}\.(?:png|jpeg|gif))$", pictures.show, name="picture"
    ),
    # behind a shared link
    path("preview/<str:token>", sharing.shared, name="shared"),
    path("preview/<str:token>/mail", sharing.shared_mail, name="shared_mail"),
    path("emails/", lists.index, name="list"),
    path("emails/new/", lists.create, name="create"),
    path("emails/<int:pk>/duplicate/", lists.duplicate, name="duplicate"),
    path("emails/<int:pk>/discard/", lists.discard, name="discard"),
    path("emails/templates/", templates.index, name="templates"),
    path("emails/<int:pk>/template/", templates.create, name="template_create"),
    path("emails/templates/<int:pk>/delete/", templates.delete, name="template_delete"),
    # writing
    path("emails/<int:pk>/content/", writing.content, name="content"),
    path("emails/<int:pk>/content/autosave/", writing.autosave, name="autosave"),
    path("emails/<int:pk>/blocks/add/", writing.add_block, name="block_add"),
    re_path(
        r"^emails/(?P<pk>\d+)/blocks/(?P<block>[a-z0-9]{1,12})/(?P<way>up|down)/$",
        writing.move_block,
        name="block_move",
    ),
    path(
        "emails/<int:pk>/blocks/<slug:block>/duplicate/",
        writing.duplicate_block,
        name="block_duplicate",
    ),
    path(
        "emails/<int:pk>/blocks/<slug:block>/delete/",
        writing.delete_block,
        name="block_delete",
    ),
    path("emails/<int:pk>/languages/add/", languages.add, name="language_add"),
    path("emails/<int:pk>/languages/remove/", languages.remove, name="language_remove"),
    path(
        "emails/<int:pk>/undo/",
        versions.undo,
        name="undo",
    ),
    path("emails/<int:pk>/redo/", versions.redo, name="redo"),
    path(
        "emails/<int:pk>/versions/<int:number>/restore/",
        versions.restore,
        name="restore",
    ),
    path(
        "emails/<int:pk>/versions/<int:number>/bring-back/",
        versions.bring_back,
        name="bring_back",
    ),
    path("emails/<int:pk>/versions/", versions.index, name="versions"),
    path("emails/<int:pk>/settings/", writing.settings, name="settings"),
    path("emails/<int:pk>/missing/", choosing.lacking, name="missing"),
    path("emails/<int:pk>/preview/", writing.show, name="preview"),
    # choosing
    path("emails/<int:pk>/recipients/", recipients.recipients, name="recipients"),
    path(
        "emails/<int:pk>/recipients/find/", recipients.find_contact, name="find_contact"
    ),
    path(
        "emails/<int:pk>/recipients/<int:contact>/<slug:way>/",
        recipients.single,
        name="single",
    ),
    path("emails/<int:pk>/names/<slug:reason>/", choosing.names, name="names"),
    path("emails/<int:pk>/review/", choosing.review, name="review"),
    # sending
    path("emails/<int:pk>/send/", sending.launch, name="launch"),
    path("emails/<int:pk>/schedule/", sending.schedule, name="schedule"),
    path("emails/<int:pk>/unschedule/", sending.unschedule, name="unschedule"),
    path("emails/<int:pk>/pause/", sending.pause, name="pause"),
    path("emails/<int:pk>/resume/", sending.resume, name="resume"),
    path("emails/<int:pk>/stop/", sending.stop, name="stop"),
    path("emails/<int:pk>/approval/", approving.approval, name="approval"),
    path("emails/<int:pk>/approval/ask/", approving.ask, name="ask"),
    path(
        "emails/<int:pk>/approval/<int:number>/approve/",
        approving.approve,
        name="approve",
    ),
    path(
        "emails/<int:pk>/approval/<int:number>/send-back/",
        approving.send_back,
        name="send_back",
    ),
    path("emails/<int:pk>/share/", sharing.share, name="share"),
    path("emails/<int:pk>/share/<int:number>/revoke/", sharing.unshare, name="unshare"),
    path("emails/<int:pk>/test/", sending.test, name="test"),
    # the report
    path("emails/<int:pk>/", reports.detail, name="detail"),
    path("emails/<int:pk>/departures/", reports.departures, name="departures"),
    path("emails/<int:pk>/clicks/", tracing.clicks, name="clicks"),
    path("emails/<int:pk>/people/", reports.people, name="people"),
    path("emails/<int:pk>/people/news/", reports.news, name="news"),
    path("emails/<int:pk>/people/export/", reports.export, name="export"),
    path("emails/<int:pk>/people/segment/", reports.segment, name="segment"),
    path("emails/<int:pk>/people/again/", reports.again, name="again"),
    path(
        "emails/<int:pk>/people/<int:delivery>/",
        tracing.trace,
        name="trace",
    ),
    path("emails/<int:pk>/sent/", reports.shown, name="shown"),
]
