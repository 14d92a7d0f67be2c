"""Configures Django once per process, on import, with `bequest.store.settings`.

Modules that use ORM rows import this first. A server that has configured Django with its own settings, which then
must list `bequest.store`, is left as it is; `DJANGO_SETTINGS_MODULE` of some other project in the user's shell is not
looked at.
"""

import django
from django.apps import apps
from django.conf import settings as active

from bequest.store import settings

if not active.configured:
    active.configure(**settings.named())
if not apps.ready:
    django.setup()
