"""`escalon policy storm`: what a storm of issues with one cause would send to whom, on the simulated clock.

With the policies, people, rotas, channels and settings of this installation, by the rules of the service; nothing is
sent or written, and no server is asked.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from client.settings import Settings
from escalation.duration import parse_duration, words
from escalation.issue.facts import Actor
from escalation.issue.refusal import Rejected
from escalation.simulate import Simulated
from escalation.simulate_together import Together
from escalation.simulated_post import Left, Post
from escalation.simulated_world import World, people_of
from escalation.storm.counting import Limits
from escalation.storm.digest import SendDigest
from escalation.storm.rates import read_rates
from escalation.storm.turn_taking import TurnTaking
from escalation.value import Value
from starter.door import OpenRequest, prepare_open
from starter.failure import WrongInput
from starter.installation import Installed, installed, settings_now
from starter.showing import console, say_json, table

MOST = 2000
LONGEST = timedelta(days=2)
_MACHINE = Actor(person="storm", door="simulated", assurance="system", is_machine=True)


class SentTo(Value):
    """What one person would be sent by one channel."""

    person: str
    channel: str
    by_itself: int = 0
    digests: tuple[int, ...] = ()
    """How many issues each of them counts."""
    first_at: timedelta
    """After the first issue."""
    last_at: timedelta


def storm_from(policy: str, number: int, over: str, last: str, severity: str, label: str, *, as_json: bool) -> None:
    """Play it and show it; raises WrongInput, PolicyErrors, NotDone."""
    settings = settings_now()
    here = installed(settings)
    if not 1 <= number <= MOST:
        raise WrongInput(f"--issues: {number}; allowed: 1 to {MOST}")
    apart, until = _span(over, "--over") / number, _span(last, "--for")
    sent = storm(settings, here, (policy, severity, label), (number, apart, until), datetime.now(UTC))
    if as_json:
        say_json(sent)
        return
    made = table(("person", {"style": "cyan"}), "channel", "by itself", "digests, with so many issues", "first", "last")
    for each in sent:
        counts = ", ".join(str(count) for count in each.digests) or "none"
        made.add_row(each.person, each.channel, str(each.by_itself), counts, words(each.first_at), words(each.last_at))
    console().print(made)


def storm(
    settings: Settings,
    here: Installed,
    what: tuple[str, str, str],
    how: tuple[int, timedelta, timedelta],
    now: datetime,
) -> list[SentTo]:
    """What each person would be sent, who is told first first.

    Args:
        settings: whose limits and rates count.
        here: policies and people.
        what: policy, severity (empty: by its trigger) and a label that makes one cause (name=value).
        how: so many issues, so far apart, nobody answers for so long.
        now: when the first is opened.

    Raises WrongInput, and NotDone where no trigger of the policy holds.
    """
    (policy, severity, label), (number, apart, until) = what, how
    name, _, value = label.partition("=")
    if name not in here.storm_labels or not value:
        raise WrongInput(f"--label: {label[:60]!r}; allowed: one of {', '.join(here.storm_labels)}, = and a value")
    together = Together()
    limits = Limits(
        after=settings.storm_after,
        window=timedelta(seconds=settings.storm_window_s),
        gather=timedelta(seconds=settings.digest_gather_s),
        longest=timedelta(seconds=settings.digest_longest_s),
    )
    turns = TurnTaking(settings.messages_a_minute, read_rates(settings.channel_rates))
    post = Post(limits, turns, standing=together.standing)
    world = World(find=people_of(here.directory, here.channels, rotas=here.rotas), post=post)
    for place in range(number):
        at = now + place * apart
        request = OpenRequest(
            raiser=_MACHINE, command_id=f"storm-{place}", title="storm", source="storm", reference=f"storm-{place}",
            policy=policy, severity=severity, labels={name: value},
        )  # fmt: skip
        issue = Simulated(world)
        together.add(issue)
        answer = together.send(issue, prepare_open(request, here, None, at).command, at)
        if isinstance(answer, Rejected):
            raise WrongInput(f"the issue could not be opened: {answer.why}")
    together.run_to(now + max(until, number * apart))
    return _by_person(post.left, now)


def _by_person(left: Sequence[Left], now: datetime) -> list[SentTo]:
    found: dict[tuple[str, str], SentTo] = {}
    for at, what in left:
        key = (what.person.id, what.channel)
        known = found.get(key) or SentTo(person=key[0], channel=key[1], first_at=at - now, last_at=at - now)
        change: dict[str, object] = {"last_at": at - now}
        if isinstance(what, SendDigest):
            change["digests"] = (*known.digests, len(what.listed))
        else:
            change["by_itself"] = known.by_itself + 1
        found[key] = known.changed(change)
    return list(found.values())


def _span(text: str, field: str) -> timedelta:
    try:
        span = parse_duration(text)
    except ValueError as error:
        raise WrongInput(f"{field}: {error}") from None
    if span > LONGEST:
        raise WrongInput(f"{field}: {text[:60]!r} is too long; allowed: at most 2 days")
    return span
