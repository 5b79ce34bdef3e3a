"""The connection to Temporal, by Temporal's own environment variables and profile file: any cluster serves."""

from pathlib import Path

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.service import RetryConfig, RPCError

from client import tracing
from client.converter import data_converter
from client.runtime import quiet_runtime

DEFAULT_ADDRESS = "127.0.0.1:7233"


class NoServer(Exception):
    """No Temporal server answers at the address."""


class NoNamespace(Exception):
    """The server has no namespace of this name."""


class BadConnectionSettings(Exception):
    """Temporal's environment variables or profile file cannot be read."""


async def connect(runtime: Runtime | None = None, profile: str | None = None, config: Path | None = None) -> Client:
    """A client with our data converter; raises NoServer within about two seconds, or BadConnectionSettings."""
    try:
        found = ClientConfig.load_client_connect_config(profile, config_file=str(config) if config else None)
    except Exception as error:
        raise BadConnectionSettings(f"Temporal's connection settings cannot be read: {error}") from error
    settings = {"target_host": DEFAULT_ADDRESS, **found}
    try:
        return await Client.connect(
            **settings,  # type: ignore[arg-type]
            data_converter=data_converter,
            retry_config=RetryConfig(max_retries=3, max_elapsed_time_millis=2000),
            runtime=runtime or quiet_runtime(),
            interceptors=tracing.interceptors(),
        )
    except RuntimeError as error:
        raise NoServer(
            f"no Temporal server answers at {settings['target_host']}; start one with `escalon up`, "
            "or set TEMPORAL_ADDRESS"
        ) from error


def check_namespace(client: Client, error: RPCError) -> None:
    """Raise NoNamespace where it is that which was not found: the status alone does not tell it from an issue."""
    if any(detail.type_url.endswith(".NamespaceNotFoundFailure") for detail in error.grpc_status.details):
        raise NoNamespace(
            f"the server at {client.service_client.config.target_host} has no namespace '{client.namespace}'; "
            "set TEMPORAL_NAMESPACE or the profile to one that it has"
        ) from error
