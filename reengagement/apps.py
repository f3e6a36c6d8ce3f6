from django.apps import AppConfig


class ReengagementConfig(AppConfig):
    name = "reengagement"
