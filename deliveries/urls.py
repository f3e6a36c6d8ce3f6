from django.urls import path

from deliveries import views

app_name = "deliveries"
urlpatterns = [
    path("c/<str:token>", views.click, name="click"),
    path("o/<str:token>.gif", views.opened, name="open"),
    path("y/<str:token>", views.confirm, name="confirm"),
    path("v/<str:token>", views.in_browser, name="in_browser"),
]
