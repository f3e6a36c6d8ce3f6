"""What granian serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from config.environment import stop_if_misconfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
stop_if_misconfigured()

django = get_wsgi_application()  # from here on the apps can be imported
application = import_string("deliveries.door.door")(django)
