"""Moving a running issue to a policy as it is installed now: the command is made as opening makes one, then sent.

A preview runs the same rules on where the issue stands, and shows what would come of it; nothing is sent or kept.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from escalation.issue.commands import AdoptPolicy
from escalation.issue.decide import decide_with_states
from escalation.issue.facts import TextRef
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from escalation.policy.choose import policy_named, with_fallbacks
from escalation.policy.directory import Person
from starter.acting import send_and_show
from starter.door import actor_for, prepare_command
from starter.entering import facts_of, last_known_people
from starter.failure import NotDone, WrongInput
from starter.installation import Installed, installed, record_if_there, settings_now
from starter.keeping import from_stdin
from starter.reader import Reader
from starter.showing import console, note, say_json
from starter.standing import Standing, ask_or_read
from starter.views.adoption import adoption_json, adoption_view
from starter.when import instant_past


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """What was typed, as it was typed."""

    issue: str
    person: str
    policy: str
    tier: str
    reason: str
    at: str
    command_id: str


def adopt_from(typed: Adopted, *, is_preview: bool, as_json: bool) -> None:
    """Adopt the policy or show what would come of it; raises WrongInput, NotDone, and what connecting raises."""
    settings, now = settings_now(), datetime.now(UTC)
    here = installed(settings)
    who = here.acting(typed.person, "--as", now)
    if not is_preview and not typed.reason:
        raise WrongInput("reason: it is missing; allowed: a sentence that says why, or - to read it from stdin")
    happened_at = instant_past(typed.at, "at", now) if typed.at else None
    found = ask_or_read(settings, typed.issue)
    reader = Reader(now, who.zone, here.names)
    fields = adoption_fields(typed.policy, typed.tier, found.state, here, now)
    if is_preview:
        _preview(typed, found, fields, here, who, reader, as_json=as_json)
        return
    reason = from_stdin("reason") if typed.reason == "-" else typed.reason
    with record_if_there(settings) as db:
        by, command_id = actor_for(who, "cli"), typed.command_id or uuid4().hex
        prepared = prepare_command(
            "adopt_policy", found.state.facts.id, {**fields, "reason": reason}, by, command_id, here, db, happened_at
        )
        send_and_show("adopt_policy", prepared, db, reader, as_json=as_json)


def adoption_fields(policy: str, tier: str, state: IssueState, here: Installed, now: datetime) -> dict[str, object]:
    """The policy, its fallbacks and its people, as an issue that is opened now would get them. Raises WrongInput."""
    try:
        pinned = with_fallbacks(policy_named(here.policies, policy), here.policies)
    except ValueError as error:
        raise WrongInput(str(error), "unknown_policy") from None
    about = (*state.facts.about, *state.excluded)
    last_known = last_known_people(pinned, here, state.facts.id.team, state.severity, about, now)
    people = facts_of([each for ids in last_known.values() for each in ids], here, now)
    return {"policies": pinned, "tier": tier or None, "last_known": last_known, "people": people}


def _preview(
    typed: Adopted,
    found: Standing,
    fields: dict[str, object],
    here: Installed,
    who: Person,
    reader: Reader,
    *,
    as_json: bool,
) -> None:
    """What the rules would make of it now, were it sent now."""
    why = TextRef(ref="preview.reason", length=len(typed.reason))
    command = AdoptPolicy.model_validate({**fields, "id": "preview", "by": actor_for(who, "cli"), "reason": why})
    answer = decide_with_states(found.state, command, reader.now)
    short = found.state.facts.id.short
    if isinstance(answer, Rejected):
        raise NotDone(f"{short}: {reader.sentence(answer.why)}", answer.code)
    after = answer.states[-1] if answer.states else found.state
    tier = after.here if after.tier_began_at != found.state.tier_began_at or after.turn != found.state.turn else None
    team = found.state.facts.id.team
    asked = (
        tuple(
            person.id for person in here.told(tier.told_for(after.severity), team, reader.now, found.state.facts.about)
        )
        if tier is not None
        else found.state.asked
    )
    if not found.is_live:
        note(f"{found.why_not_live}. This is previewed from the record, as of {reader.clock(found.as_of)}")
    if as_json:
        say_json(adoption_json(found.state, after, asked, reader.now))
    else:
        console().print(adoption_view(found.state, after, asked, reader))
