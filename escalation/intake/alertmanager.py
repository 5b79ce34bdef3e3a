"""Alertmanager's webhook (version 4) in our words: one alert is one report. Pure; `docs/intake.md` has the mapping.

Grafana sends the same shape with more in it; what is not known here is left alone.
"""

from datetime import UTC, datetime, timedelta

from escalation.intake.payload import AN_INSTANT, BadPayload, Node, check_depth, in_words
from escalation.intake.reported import NotTaken, Reported, Source, Taken, fit_id, machine, nothing_in, together
from escalation.intake.wording import listed_labels, one_line, paragraphs, readable

SOURCE: Source = "alertmanager"
_ENVELOPE = 'a webhook of Alertmanager, such as {"status": "firing", "alerts": [{"status": "firing", …}]}'
_SAID_FIRST = ("summary", "title", "message")
_FNV_OFFSET, _FNV_PRIME, _SEPARATOR = 0xCBF29CE484222325, 0x100000001B3, b"\xff"


def read_alertmanager(payload: object, received_at: datetime, path: str = "$") -> Taken:
    """The alerts of a webhook payload (parsed JSON), or of a list of them, in their order.

    Raises BadPayload where the whole cannot be understood; an alert that cannot be is in `not_taken`. `received_at` is
    aware; it stands in for an end that is not given.
    """
    node = Node(payload, path)
    check_depth(node)
    if payload == []:
        return Taken(not_taken=(nothing_in(node.path),))
    if isinstance(payload, list):
        return together(_one_of_several(each, received_at) for each in node.items())
    return _webhook(node, received_at)


def firing_began_at(command_id: str, reference: str) -> datetime | None:
    """When the firing began that this command id was derived from; None where it is of something else."""
    head, tail = f"{SOURCE}:{reference}:", ":firing"
    if not (command_id.startswith(head) and command_id.endswith(tail)):
        return None
    try:
        return datetime.fromisoformat(command_id[len(head) : -len(tail)]).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def fingerprint_of(labels: dict[str, str]) -> str:
    """The fingerprint that Prometheus and Alertmanager give an alert with these labels (FNV-1a, 64 bits)."""
    digest = _FNV_OFFSET
    for name, value in sorted(labels.items(), key=lambda label: label[0].encode()):
        for byte in name.encode() + _SEPARATOR + value.encode() + _SEPARATOR:
            digest = (digest ^ byte) * _FNV_PRIME % 2**64
    return f"{digest:016x}"


def _one_of_several(node: Node, received_at: datetime) -> Taken:
    try:
        return _webhook(node, received_at)
    except BadPayload as error:
        return Taken(not_taken=(NotTaken(place=node.path, nature="bad", why=str(error)),))


def _webhook(node: Node, received_at: datetime) -> Taken:
    if not isinstance(node.value, dict):
        raise node.bad(_ENVELOPE)
    alerts = node.need("alerts", _ENVELOPE)
    reported: list[Reported] = []
    not_taken: list[NotTaken] = []
    for alert in alerts.items():
        try:
            reported.append(_alert(alert, node, received_at))
        except BadPayload as error:
            not_taken.append(NotTaken(place=alert.path, nature="bad", why=str(error)))
    if not alerts.value:
        why = f"{alerts.path}: no alert is in it"
        not_taken.append(NotTaken(place=alerts.path, nature="nothing_to_do", why=why))
    return Taken(reported=tuple(reported), not_taken=(*not_taken, *_left_out(node)))


def _left_out(node: Node) -> tuple[NotTaken, ...]:
    truncated = node.get("truncatedAlerts")
    if truncated is None or truncated.value == 0:
        return ()
    why = f"{truncated.path} {in_words(truncated.value)}: so many alerts were left out by Alertmanager (max_alerts)"
    return (NotTaken(place=truncated.path, nature="warning", why=f"{why} and are not known here"),)


def _alert(alert: Node, envelope: Node, received_at: datetime) -> Reported:
    status = alert.need("status", "firing or resolved").one_of("firing", "resolved")
    labels = _texts(alert.need("labels", 'an object such as {"alertname": "HighLatency"}'))
    annotations = _texts(Node({}, "") if not alert.has("annotations") else alert.need("annotations", "an object"))
    began_at = _began_at(alert.need("startsAt", AN_INSTANT))
    fingerprint = alert.get("fingerprint")
    reference = fit_id(fingerprint.identifier() if fingerprint is not None else fingerprint_of(labels))
    is_firing = status == "firing"
    ended_at = began_at if is_firing else _ended_at(alert, began_at, received_at)
    link = alert.get("generatorURL")
    return Reported(
        place=alert.path,
        source=SOURCE,
        said=status,
        what="open" if is_firing else "resolve",
        reference=reference,
        command_id=f"{SOURCE}:{reference}:{began_at.isoformat()}:{status}",
        by=machine(SOURCE),
        happened_at=ended_at,
        began_at=began_at,
        is_open_there=is_firing,
        title=_title(labels, annotations, reference),
        description=_description(labels, annotations, _plain(link)),
        note="" if is_firing else f"Alertmanager: it no longer fires, since {ended_at.isoformat(timespec='seconds')}.",
        labels=_of_group(envelope) | labels,
    )


def _began_at(node: Node) -> datetime:
    began_at = node.instant()
    if _is_unset(began_at):  # it parts one firing from the next: without it the next one would pass for a repeat
        raise node.bad(AN_INSTANT)
    return began_at


def _is_unset(instant: datetime) -> bool:
    """Go's zero instant, by which Alertmanager says that there is none."""
    return instant.year == 1


def _ended_at(alert: Node, began_at: datetime, received_at: datetime) -> datetime:
    """When it stopped firing, always after it began."""
    given = alert.get("endsAt")
    ended_at = given.instant() if given is not None else None
    if ended_at is None or _is_unset(ended_at):
        ended_at = received_at.astimezone(UTC)
    return max(ended_at, began_at + timedelta(microseconds=1))


def _title(labels: dict[str, str], annotations: dict[str, str], reference: str) -> str:
    said = (annotations.get(name, "") for name in _SAID_FIRST)
    candidates = (one_line(text) for text in (*said, labels.get("alertname", "")))
    return next((text for text in candidates if text), f"Alert {reference}")


def _description(labels: dict[str, str], annotations: dict[str, str], link: str) -> str:
    said = annotations.get("description", "")
    rest = {name: text for name, text in annotations.items() if name != "description" and name not in _SAID_FIRST}
    return paragraphs(
        said,
        f"Labels:\n{listed_labels(labels)}" if labels else "",
        f"Annotations:\n{listed_labels(rest)}" if rest else "",
        f"Where it comes from: {link}" if link else "",
    )


def _of_group(envelope: Node) -> dict[str, str]:
    """What the group says that triggers may use; a label of the alert itself of the same name goes before it."""
    found = {name: _plain(envelope.get(name)) for name in ("groupKey", "receiver")}
    return {name: text for name, text in found.items() if text}


def _plain(node: Node | None) -> str:
    return one_line(node.value, longest=1000) if node is not None and isinstance(node.value, str) else ""


def _texts(node: Node) -> dict[str, str]:
    """Labels or annotations: text by name. A number or truth value is taken as its text, null as none."""
    found: dict[str, str] = {}
    for field, value in node.fields():
        name = readable(field)
        match value.value:
            case str() as text:
                found[name] = readable(text)
            case None:
                continue
            case bool() as truth:
                found[name] = str(truth).lower()
            case int() | float() as number:
                found[name] = str(number)
            case _:
                raise value.bad("text")
    return found
