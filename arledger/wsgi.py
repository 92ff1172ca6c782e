"""The web processes' entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arledger.settings")
application = get_wsgi_application()
