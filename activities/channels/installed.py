"""The channels of this installation, one line each, from its settings: for the worker and for the watch."""

from collections.abc import Callable
from datetime import timedelta

from activities.channels.apprise import AppriseChannel
from activities.channels.contract import Channel
from activities.channels.email import EmailChannel, EmailSettings
from activities.channels.http_post import HttpPost, PostSettings
from activities.channels.inbox import InboxChannel
from activities.channels.matrix import MatrixChannel, MatrixSettings
from activities.channels.mattermost import MattermostChannel
from activities.channels.ntfy import NtfyChannel, NtfySettings
from activities.channels.opsgenie import OpsgenieChannel, OpsgenieSettings
from activities.channels.pagerduty import PagerDutyChannel, PagerDutySettings
from activities.channels.slack import SlackChannel, SlackSettings
from activities.channels.sms import SmsChannel
from activities.channels.teams import TeamsChannel
from activities.channels.twilio import TwilioSettings
from activities.channels.voice import VoiceChannel
from activities.channels.webhook import WebhookChannel, WebhookSettings
from client.channel_settings import listed, networks
from client.settings import Settings
from records.database import Database


def channels(settings: Settings, db: Database) -> tuple[Channel, ...]:
    """Those that are set up; the inbox always.

    Raises ValueError where the sender of mails is no address, or what a channel needs is not installed.
    """
    return tuple(make() for make in _makers(settings, db).values())


def channel(settings: Settings, db: Database, name: str) -> Channel:
    """One of them alone; raises KeyError where it is not set up, else as above."""
    return _makers(settings, db)[name]()


def _makers(settings: Settings, db: Database) -> dict[str, Callable[[], Channel]]:
    """How each that is set up is made, in their order."""
    post, link = HttpPost(_post(settings)), settings.issue_link
    makers: dict[str, Callable[[], Channel]] = {
        "inbox": lambda: InboxChannel(db),
        "email": lambda: EmailChannel(_mail(settings)),
        "webhook": lambda: WebhookChannel(post, _webhook(settings)),
        "slack": lambda: SlackChannel(post, _slack(settings)),
        "teams": lambda: TeamsChannel(post, link),
        "mattermost": lambda: MattermostChannel(post, link),
        "ntfy": lambda: NtfyChannel(post, _ntfy(settings)),
        "apprise": lambda: AppriseChannel(listed(settings.apprise_services), _seconds(settings.http_timeout_s), link),
        "sms": lambda: SmsChannel(post, _twilio(settings)),
        "voice": lambda: VoiceChannel(post, _twilio(settings)),
        "matrix": lambda: MatrixChannel(post, _matrix(settings)),
        "pagerduty": lambda: PagerDutyChannel(post, _pagerduty(settings)),
        "opsgenie": lambda: OpsgenieChannel(post, _opsgenie(settings)),
    }
    return {name: makers[name] for name in settings.ways}


def _post(settings: Settings) -> PostSettings:
    return PostSettings(
        timeout=_seconds(settings.http_timeout_s),
        is_plain_allowed=settings.http_plain,
        networks=networks(settings.http_networks),
        ca_file=settings.ca_file or None,
    )


def _mail(settings: Settings) -> EmailSettings:
    return EmailSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
        sender=settings.mail_from,
        timeout=_seconds(settings.smtp_timeout_s),
        ca_file=settings.ca_file or None,
        link=settings.issue_link,
        reply_to=settings.mail_reply_to,
        reply_key=next(iter(settings.keys_of_answers), ""),
    )


def _webhook(settings: Settings) -> WebhookSettings:
    keys = listed(settings.webhook_keys.get_secret_value())
    return WebhookSettings(org=settings.org, keys=keys, link=settings.issue_link)


def _slack(settings: Settings) -> SlackSettings:
    token = settings.slack_token.get_secret_value() or None
    is_interactive = bool(settings.slack_secret.get_secret_value())
    return SlackSettings(token=token, api=settings.slack_url, link=settings.issue_link, is_interactive=is_interactive)


def _ntfy(settings: Settings) -> NtfySettings:
    token = settings.ntfy_token.get_secret_value() or None
    return NtfySettings(url=settings.ntfy_url, token=token, link=settings.issue_link)


def _twilio(settings: Settings) -> TwilioSettings:
    return TwilioSettings(
        account=settings.twilio_account,
        token=settings.twilio_token.get_secret_value(),
        sender=settings.twilio_from,
        service=settings.twilio_service,
        url=settings.twilio_url,
        callback=settings.twilio_callback,
        link=settings.issue_link,
    )


def _matrix(settings: Settings) -> MatrixSettings:
    return MatrixSettings(
        url=settings.matrix_url, token=settings.matrix_token.get_secret_value(), link=settings.issue_link
    )


def _pagerduty(settings: Settings) -> PagerDutySettings:
    key = settings.pagerduty_key.get_secret_value() or None
    return PagerDutySettings(url=settings.pagerduty_url, key=key, link=settings.issue_link)


def _opsgenie(settings: Settings) -> OpsgenieSettings:
    key = settings.opsgenie_key.get_secret_value() or None
    return OpsgenieSettings(url=settings.opsgenie_url, key=key, link=settings.issue_link)


def _seconds(given: float) -> timedelta:
    return timedelta(seconds=given)
