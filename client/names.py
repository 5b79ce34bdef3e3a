"""Names on the Temporal server: the workflow types, and the search attributes, which the project registers itself."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError

from escalation.issue.attributes import ATTRIBUTES, attributes
from escalation.issue.state import IssueState

WORKFLOW = "Escalation"
BUNDLE = "Bundle"

_TYPES = {
    "keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
}
_CLI_TYPES = {"keyword": "Keyword", "datetime": "Datetime", "bool": "Bool"}


class SearchAttributesWrong(Exception):
    """The namespace cannot hold our search attributes; says which, and the command that mends it."""


async def register_search_attributes(client: Client) -> None:
    """Add what is missing. Raises SearchAttributesWrong where one has another type, or the server refuses."""
    service = client.operator_service
    try:
        found = await service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    except RPCError as error:
        raise SearchAttributesWrong(_command(client.namespace, list(ATTRIBUTES), str(error))) from error
    missing = []
    for name, kind in ATTRIBUTES.items():
        present = found.custom_attributes.get(name)
        if present is None:
            missing.append(name)
        elif present != _TYPES[kind]:
            has = IndexedValueType.Name(present).removeprefix("INDEXED_VALUE_TYPE_").title()
            raise SearchAttributesWrong(
                f"search attribute {name} of namespace {client.namespace!r} has type {has}; "
                f"needed: {_CLI_TYPES[kind]}. "
                "Use another namespace, or remove it: "
                f"temporal operator search-attribute remove --namespace {client.namespace} --name {name}"
            )
    if not missing:
        return
    wanted = {name: _TYPES[ATTRIBUTES[name]] for name in missing}
    try:
        await service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
        )
    except RPCError as error:
        raise SearchAttributesWrong(_command(client.namespace, missing, str(error))) from error


def _command(namespace: str, names: list[str], why: str) -> str:
    pairs = " ".join(f"--name {name} --type {_CLI_TYPES[ATTRIBUTES[name]]}" for name in names)
    return (
        f"the server refused to register search attributes ({why}). Ask whoever administers namespace {namespace!r} "
        f"to run: temporal operator search-attribute create --namespace {namespace} {pairs}"
    )


def search_attributes(state: IssueState) -> TypedSearchAttributes:
    """The search attributes that an issue starts with."""
    keys = {
        "keyword": SearchAttributeKey.for_keyword,
        "datetime": SearchAttributeKey.for_datetime,
        "bool": SearchAttributeKey.for_bool,
    }
    pairs = []
    for name, value in attributes(state).items():
        if value is not None:
            key = keys[ATTRIBUTES[name]](name)
            pairs.append(SearchAttributePair(key, value))  # type: ignore[type-var, arg-type]
    return TypedSearchAttributes(pairs)
