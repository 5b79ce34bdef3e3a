"""The channels of this installation, one line each, from its settings: for the worker and for the watch."""

from datetime import timedelta

from activities.channels.contract import Channel
from activities.channels.email import EmailChannel, EmailSettings
from activities.channels.inbox import InboxChannel
from client.settings import Settings
from records.database import Database


def channels(settings: Settings, db: Database) -> tuple[Channel, ...]:
    """Those that are set up; the inbox always. Raises ValueError where the sender of mails is no address."""
    return (InboxChannel(db), *([EmailChannel(_mail(settings))] if settings.smtp_host else []))


def _mail(settings: Settings) -> EmailSettings:
    return EmailSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
        sender=settings.mail_from,
        timeout=timedelta(seconds=settings.smtp_timeout_s),
    )
