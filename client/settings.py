"""Settings of this installation, from environment variables with the prefix ESCALON_ and from nowhere else.

How to reach Temporal is not here: that is Temporal's own environment variables and profile file (`connect.py`).
"""

import os
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

SHIPPED = Path(__file__).resolve().parent.parent / "policies"


class Settings(BaseSettings):
    """One installation: where its files lie, which channels it has, whom its watch calls."""

    model_config = SettingsConfigDict(env_prefix="ESCALON_", extra="ignore")

    home: Path = Field(default=Path(".escalon"), description="Folder of the embedded databases.")
    secrets_dir: str = Field(default="", description="Folder of settings as files, named as the variables.")
    record_url: str = Field(default="", description="SQLAlchemy URL of the record; empty: SQLite in the home folder.")
    record_password: SecretStr = Field(default=SecretStr(""), description="Its password, where the URL has none.")
    policies: Path = Field(default=SHIPPED, description="Folder of policies, one YAML file each.")
    people: Path = Field(default=SHIPPED / "people.yaml", description="The directory.")
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

    health_port: int = Field(default=0, ge=0, le=65535, description="Worker's health and metrics port; 0: none.")
    health_ip: str = Field(default="127.0.0.1", description="Address of all health and metrics ports; 0.0.0.0: all.")
    api_host: str = Field(default="127.0.0.1", description="Address of the HTTP door; 0.0.0.0: all.")
    api_port: int = Field(default=8088, ge=1, le=65535, description="Its port.")
    api_most_bytes: int = Field(
        default=262144, ge=1024, le=16777216, description="Bytes of one request's body at most."
    )
    api_rate: int = Field(default=6000, ge=1, le=1000000, description="Calls a minute at most, for each key.")
    raise_page: str = Field(
        default="off",
        pattern=r"^(off|local|https?://[A-Za-z0-9.\[\]:-]+)$",
        description="Page to raise an issue: off, local, or the address under which people reach it.",
    )
    raise_secret: SecretStr = Field(default=SecretStr(""), description="What signs its forms; empty: drawn anew.")
    temporal_metrics_port: int = Field(default=0, ge=0, le=65535, description="The SDK's own Prometheus port; 0: none.")
    watch_port: int = Field(default=0, ge=0, le=65535, description="Watch's health and metrics port; 0: none.")
    heartbeat_url: str = Field(default="", description="URL that the watch calls after each round; empty: none.")
    watch_every_s: float = Field(default=30, gt=0, le=3600, description="Seconds between two rounds of the watch.")
    overdue_after_s: float = Field(default=60, gt=0, description="Seconds past a deadline that the watch reports.")
    worker_silent_s: float = Field(
        default=75, gt=0, description="Seconds without a worker's request for work that the watch reports."
    )
    record_late_s: float = Field(default=30, gt=0, description="Seconds that the record may lag behind decisions.")
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

    @property
    def record(self) -> str:
        """The record's SQLAlchemy URL."""
        url = self.record_url or f"sqlite:///{self.home / 'record.db'}"
        secret = self.record_password.get_secret_value()
        whose, at, rest = url.partition("@")
        if secret and at and ":" not in whose.partition("://")[2]:
            return f"{whose}:{quote(secret, safe='')}@{rest}"
        return url
