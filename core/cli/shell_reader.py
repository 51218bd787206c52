"""Who reads what a command prints: the language of the shell, and the time zone of the machine."""

import os
from collections.abc import Mapping

from babel.dates import LOCALTZ

from core.i18n.catalogue import language_for
from core.i18n.reader import Reader

_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in the order that gettext asks them


def shell_reader(environment: Mapping[str, str] = os.environ) -> Reader:
    """Return who reads a command's output: the first language asked for that there is a catalogue of, else English."""
    return Reader(_language(environment), getattr(LOCALTZ, "key", None))


def _language(environment: Mapping[str, str]) -> str:
    wanted = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return language_for(wanted.split(":"))
