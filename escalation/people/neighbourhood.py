"""Everybody on whom a change to some people can have a bearing: a small directory that is checked in place of all.

Whatever `lint_directory` can find because of the change, it finds here, among a handful instead of 100,000: circles
and absences that meet lie on the lines of deputies and managers that lead on from who is other than before.
"""

from collections.abc import Iterable, Iterator

from escalation.policy.directory import Directory, Person


def neighbourhood(before: Directory | None, after: Directory, people: Iterable[str], teams: Iterable[str]) -> Directory:
    """Those of `after` whom a change of these people and teams concerns, with everybody to whom they lead on.

    `before` is the directory without the change; None where there is none yet.
    """
    touched, named = tuple(people), dict.fromkeys(teams)
    leaving = {each for each in touched if not after.has(each) or after.person(each).left_at is not None}
    if leaving:
        named.update((team.name, None) for team in after.teams if team.duty_lead in leaving)
    wanted = [after.operator, *touched, *(after.team(team).duty_lead for team in named if after.has_team(team))]
    for name in touched:
        wanted += [each.id for each in (*after.standing_behind(name), *after.reporting_to(name))]
        if before is not None and after.has(name):
            wanted += [each.id for each in _at_their_addresses(before, after.person(name))]
    found: dict[str, Person] = {}
    while wanted:
        name = wanted.pop()
        if name in found or not after.has(name):
            continue
        person = found[name] = after.person(name)
        named.update(dict.fromkeys(person.teams))
        wanted += [*person.deputies(), *([] if person.manager is None else [person.manager])]
        wanted += [after.team(team).duty_lead for team in person.teams if after.has_team(team)]
    return Directory.trusted(
        operator=after.operator,
        people=tuple(found.values()),
        teams=tuple(after.team(team) for team in named if after.has_team(team)),
    )


def _at_their_addresses(directory: Directory, person: Person) -> Iterator[Person]:
    for channel, address in person.addresses.items():
        found = directory.by_address(channel, address)
        if found is not None and found.id != person.id:
            yield found
