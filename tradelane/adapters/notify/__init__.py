"""Telling people: an incoming webhook of a chat, mail, or the log. Nothing here knows what a hold is."""

from tradelane.adapters.notify.chat import ChatNotifier
from tradelane.adapters.notify.log import LogNotifier
from tradelane.adapters.notify.smtp import SmtpAccess, SmtpNotifier

__all__ = ["ChatNotifier", "LogNotifier", "SmtpAccess", "SmtpNotifier"]
