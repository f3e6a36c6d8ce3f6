"""What granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from config.environment import stop_if_misconfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
stop_if_misconfigured()

application = get_wsgi_application()
