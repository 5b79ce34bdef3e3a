"""Settings of this installation, from environment variables with the prefix ESCALON_ and from nowhere else.

How to reach Temporal is not here: that is Temporal's own environment variables and profile file (`connect.py`).
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from client.channel_settings import (
    account_or_none,
    answer_url_or_none,
    certificates_or_none,
    channel_names,
    further_needs,
    listed,
    networks,
    public_url_or_none,
    read_answer_keys,
    reply_address_or_none,
    sender_or_none,
    service_or_none,
    signing_keys,
    template_or_none,
    url_or_none,
)
from escalation.storm.causes import CAUSE_LABELS, read_cause_labels
from escalation.storm.rates import read_rates

SHIPPED = Path(__file__).resolve().parent.parent / "policies"


def _lacks_answer_keys(info: ValidationInfo) -> bool:
    """Whether there are none; not said of such as cannot be read, which are told of by themselves."""
    return "answer_keys" in info.data and not read_answer_keys(info.data["answer_keys"].get_secret_value())


class Settings(BaseSettings):
    """One installation: where its files lie, which channels it has, whom its watch calls."""

    model_config = SettingsConfigDict(env_prefix="ESCALON_", extra="ignore")

    home: Path = Field(default=Path(".escalon"), description="Folder of the embedded databases.")
    secrets_dir: str = Field(default="", description="Folder of settings as files, named as the variables.")
    record_url: str = Field(default="", description="SQLAlchemy URL of the record; empty: SQLite in the home folder.")
    record_password: SecretStr = Field(default=SecretStr(""), description="Its password, where the URL has none.")
    policies: Path = Field(default=SHIPPED, description="Folder of policies, one YAML file each.")
    people: Path = Field(default=SHIPPED / "people.yaml", description="The directory, where it is kept in a file.")
    people_in: Literal["file", "store"] = Field(
        default="file", description="Where the directory is kept: file, or store: in the record."
    )
    rotas: str = Field(default="", description="The rotas; empty: rotas.yaml beside the directory, if there is one.")
    calendars: str = Field(
        default="", description="The calendars; empty: calendars.yaml beside the directory, if there is one."
    )
    heartbeats: str = Field(
        default="", description="The sources watched; empty: heartbeats.yaml beside the directory, if there is one."
    )
    task_queue: str = Field(default="escalon", description="Temporal task queue of workflows and activities.")
    org: str = Field(default="main", description="The organisation of this installation.")

    smtp_host: str = Field(default="", description="Mail server; empty: no e-mail channel.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "plain"] = Field(
        default="starttls", description="starttls, tls or plain."
    )
    smtp_user: str = Field(default="", description="Log-in name; empty: none.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Log-in password.")
    smtp_timeout_s: float = Field(default=10, gt=0, le=12, description="Seconds for one mail, at most 12.")
    mail_from: str = Field(default="escalon@localhost", description="Sender of mails.")

    http_timeout_s: float = Field(default=10, gt=0, le=12, description="Seconds for one message by HTTP, at most 12.")
    http_networks: str = Field(default="", description="Private networks that channels may call, commas between.")
    http_plain: bool = Field(default=False, description="Whether channels may call http addresses too.")
    ca_file: str = Field(default="", description="Certificates that channels trust beside the system's.")
    answer_keys: SecretStr = Field(
        default=SecretStr(""), description="Keys that sign answers, the newest first, commas between."
    )
    mail_reply_to: str = Field(
        default="", description="Address that answers to mails, and bounces, come back to; empty: none is taken in."
    )
    answer_url: str = Field(
        default="", description="URL under which people reach the HTTP door, for links that answer; empty: no links."
    )
    issue_link: str = Field(default="", description="URL of an issue's page, {issue} in it; empty: no link.")
    webhook_keys: SecretStr = Field(default=SecretStr(""), description="Keys that sign webhooks, commas between.")
    slack_token: SecretStr = Field(default=SecretStr(""), description="Slack bot's token; empty: webhooks alone.")
    slack_secret: SecretStr = Field(
        default=SecretStr(""), description="Slack app's signing secret, for buttons pressed in Slack; empty: none."
    )
    slack_url: str = Field(default="https://slack.com/api", description="Slack's API.")
    ntfy_url: str = Field(default="", description="ntfy server of topics given by name; empty: URLs alone.")
    ntfy_token: SecretStr = Field(default=SecretStr(""), description="Access token of that server.")
    apprise_services: str = Field(default="", description="Services of the channel apprise, commas between.")
    twilio_account: str = Field(default="", description="Twilio account of the channels sms and voice.")
    twilio_token: SecretStr = Field(default=SecretStr(""), description="Its auth token.")
    twilio_from: str = Field(default="", description="Number that calls and sends; for sms also a name or short code.")
    twilio_service: str = Field(default="", description="Messaging service that sends in its place.")
    twilio_url: str = Field(default="https://api.twilio.com", description="Twilio's API.")
    twilio_callback: str = Field(
        default="", description="URL of the HTTP door for Twilio: receipts, replies, keys; empty: none."
    )
    matrix_url: str = Field(default="", description="Homeserver of the channel matrix.")
    matrix_token: SecretStr = Field(default=SecretStr(""), description="Access token of its user.")
    pagerduty_key: SecretStr = Field(default=SecretStr(""), description="Integration key for people by their id.")
    pagerduty_url: str = Field(default="https://events.pagerduty.com", description="PagerDuty's Events API.")
    opsgenie_key: SecretStr = Field(default=SecretStr(""), description="API key for people by their login.")
    opsgenie_url: str = Field(default="https://api.opsgenie.com", description="Opsgenie's API.")
    channels: str = Field(
        default="", description="Channels beside inbox and e-mail, commas between: webhook, slack, teams and so on."
    )  # after all that they need

    storm_after: int = Field(
        default=3, ge=1, le=1000, description="Issues of one cause that are told of one by one; further ones gather."
    )
    storm_window_s: float = Field(default=300, gt=0, le=86400, description="Seconds within which they are counted.")
    storm_labels: str = Field(
        default=",".join(CAUSE_LABELS),
        description="Labels whose equal value makes one cause, commas between; empty: nothing gathers.",
    )
    digest_gather_s: float = Field(
        default=15, gt=0, le=600, description="A digest of a storm goes after so many seconds without a message."
    )
    digest_longest_s: float = Field(
        default=600, gt=0, le=86400, description="Seconds that a digest gathers or stands at most."
    )
    messages_a_minute: int = Field(
        default=10, ge=1, le=1000, description="Messages to one person by one channel; further ones wait their turn."
    )

    channel_rates: str = Field(
        default="", description="Rates that channels keep to each person beside that: sms: 3/15 min, 18/1 h smooth; …"
    )

    health_port: int = Field(default=0, ge=0, le=65535, description="Worker's health and metrics port; 0: none.")
    health_ip: str = Field(default="127.0.0.1", description="Address of all health and metrics ports; 0.0.0.0: all.")
    api_host: str = Field(default="127.0.0.1", description="Address of the HTTP door; 0.0.0.0: all.")
    api_port: int = Field(default=8088, ge=1, le=65535, description="Its port.")
    api_most_bytes: int = Field(
        default=1048576, ge=1024, le=16777216, description="Bytes of one request's body at most."
    )
    api_metrics_port: int = Field(default=0, ge=0, le=65535, description="Port of its metrics; 0: none.")
    api_rate: int = Field(default=6000, ge=1, le=1000000, description="Calls a minute at most, for each key.")
    raise_page: str = Field(
        default="off",
        pattern=r"^(off|local|https?://[A-Za-z0-9.\[\]:-]+)$",
        description="Page to raise an issue: off, local, or the address under which people reach it.",
    )
    raise_secret: SecretStr = Field(default=SecretStr(""), description="What signs its forms; empty: drawn anew.")
    temporal_metrics_port: int = Field(default=0, ge=0, le=65535, description="The SDK's own Prometheus port; 0: none.")
    watch_port: int = Field(default=0, ge=0, le=65535, description="Watch's health and metrics port; 0: none.")
    otlp_endpoint: str = Field(default="", description="OTLP collector that traces are sent to; empty: no traces.")
    heartbeat_url: str = Field(default="", description="URL that the watch calls after each round; empty: none.")
    watch_every_s: float = Field(default=30, gt=0, le=3600, description="Seconds between two rounds of the watch.")
    overdue_after_s: float = Field(default=60, gt=0, description="Seconds past a deadline that the watch reports.")
    worker_silent_s: float = Field(
        default=75, gt=0, description="Seconds without a worker's request for work that the watch reports."
    )
    record_late_s: float = Field(default=30, gt=0, description="Seconds that the record may lag behind decisions.")
    anchors: str = Field(default="", description="Folder of the roots; empty: anchors in the home folder.")
    root_key: SecretStr = Field(default=SecretStr(""), description="Private key that signs the roots; empty: unsigned.")
    text_key: SecretStr = Field(
        default=SecretStr(""), description="Keys around the texts' keys, the newest first, commas between; empty: none."
    )
    temporal_cli: str = Field(default="", description="Program of the server that `up` starts; empty: ours.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as pydantic calls it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is handed in, then variables, then files of the folder that ESCALON_SECRETS_DIR names."""
        folder = os.environ.get("ESCALON_SECRETS_DIR", "")
        if not folder or not Path(folder).is_dir():  # one that is missing is refused below, by name
            return init_settings, env_settings
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder)

    @field_validator("secrets_dir")
    @classmethod
    def _is_there(cls, given: str) -> str:
        if given and not Path(given).is_dir():
            raise ValueError("there is no such folder")
        return given

    @field_validator("storm_labels")
    @classmethod
    def _are_labels(cls, given: str) -> str:
        read_cause_labels(given)
        return given

    @field_validator("channel_rates")
    @classmethod
    def _are_rates(cls, given: str) -> str:
        read_rates(given)
        return given

    @field_validator("http_networks")
    @classmethod
    def _are_networks(cls, given: str) -> str:
        networks(given)
        return given

    _are_urls = field_validator(
        "slack_url", "ntfy_url", "twilio_url", "matrix_url", "pagerduty_url", "opsgenie_url", "otlp_endpoint"
    )(url_or_none)
    _is_account = field_validator("twilio_account")(account_or_none)
    _is_service = field_validator("twilio_service")(service_or_none)
    _is_sender = field_validator("twilio_from")(sender_or_none)
    _is_public = field_validator("twilio_callback")(public_url_or_none)
    _is_template = field_validator("issue_link")(template_or_none)
    _are_certificates = field_validator("ca_file")(certificates_or_none)

    @field_validator("answer_url")
    @classmethod
    def _is_signed(cls, given: str, info: ValidationInfo) -> str:
        # Here and not at the keys: what cannot be used is shown.
        url = answer_url_or_none(given)
        if url and _lacks_answer_keys(info):
            raise ValueError("links need ESCALON_ANSWER_KEYS, which sign them")
        return url

    @field_validator("mail_reply_to")
    @classmethod
    def _comes_back(cls, given: str, info: ValidationInfo) -> str:
        address = reply_address_or_none(given)
        if address and _lacks_answer_keys(info):
            raise ValueError("replies need ESCALON_ANSWER_KEYS, which sign the address that they come back to")
        return address

    @field_validator("channels")
    @classmethod
    def _are_usable(cls, given: str, info: ValidationInfo) -> str:
        # Here and not at the fields that hold secrets: what cannot be used is shown.
        named = channel_names(given)
        if "webhook" in named and "webhook_keys" in info.data:
            signing_keys(info.data["webhook_keys"].get_secret_value())
        further_needs(named, info.data)
        if "apprise" in named:
            if not listed(info.data.get("apprise_services", "")):
                raise ValueError(
                    "the channel apprise needs ESCALON_APPRISE_SERVICES: those that may be used, such as tgram"
                )
            if find_spec("apprise") is None:
                raise ValueError("the channel apprise needs a library that is not installed here: escalon[apprise]")
        return given

    @property
    def ways(self) -> tuple[str, ...]:
        """The names of the channels that are set up, the inbox first."""
        return ("inbox", *(["email"] if self.smtp_host else []), *channel_names(self.channels))

    @property
    def keys_of_answers(self) -> tuple[str, ...]:
        """What signs answers, the newest first."""
        return read_answer_keys(self.answer_keys.get_secret_value())

    @property
    def rotas_file(self) -> Path:
        """Where the rotas are; there need not be any."""
        return Path(self.rotas) if self.rotas else self.people.parent / "rotas.yaml"

    @property
    def heartbeats_file(self) -> Path:
        """Where the sources are that must give signs of life; there need not be any."""
        return Path(self.heartbeats) if self.heartbeats else self.people.parent / "heartbeats.yaml"

    @property
    def anchors_folder(self) -> Path:
        """Where the roots of the record are written."""
        return Path(self.anchors) if self.anchors else self.home / "anchors"

    @property
    def record(self) -> str:
        """The record's SQLAlchemy URL."""
        url = self.record_url or f"sqlite:///{self.home / 'record.db'}"
        secret = self.record_password.get_secret_value()
        whose, at, rest = url.partition("@")
        if secret and at and ":" not in whose.partition("://")[2]:
            return f"{whose}:{quote(secret, safe='')}@{rest}"
        return url
