#!/usr/bin/env python3
"""Django's command line. A wrong setting ends in a sentence, not in a traceback."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as complaint:
        sys.exit(f"Not started: {complaint}")


if __name__ == "__main__":
    main()
