from django.urls import path

from webhooks.views import endpoints, log

app_name = "webhooks"
urlpatterns = [
    path("", endpoints.index, name="list"),
    path("new/", endpoints.create, name="create"),
    path("<int:pk>/", log.detail, name="detail"),
    path("<int:pk>/edit/", endpoints.edit, name="edit"),
    path("<int:pk>/secret/", endpoints.rotate, name="rotate"),
    path("<int:pk>/pause/", endpoints.pause, name="pause"),
    path("<int:pk>/resume/", endpoints.resume, name="resume"),
    path("<int:pk>/remove/", endpoints.remove, name="remove"),
    path("<int:pk>/test/", endpoints.test, name="test"),
    path("<int:pk>/again/", log.again_all, name="again_all"),
    path("<int:pk>/events/<int:number>/", log.notice, name="notice"),
    path("<int:pk>/events/<int:number>/again/", log.again, name="again"),
]
