"""A small policy and directory in which nothing is wrong, and a way to make one thing wrong."""

from pathlib import Path

from escalation.policy.finding import PolicyError
from escalation.policy.parse import check_policy

ROOT = Path(__file__).resolve().parents[3]
POLICIES = ROOT / "policies"
FILE = "small.yaml"

SMALL = """\
name: small
version: 1
title: A small ladder
kind: support
severities:
  high: { means: Bad, priority: 1 }
  low: { means: Less bad }
tiers:
  - name: first
    title: the first tier
    tell: { roles: [agent] }
    acknowledge_within: { high: 5 min, low: 1 h }
    work_within: { high: 15 min, low: 4 h }
    remind_every: { high: 2 min }
    warnings:
      - { at: 50 %, of: work, tell: [handler] }
  - name: second
    title: the second tier
    tell: { roles: [lead], people: [kim] }
    acknowledge_within: { high: 10 min, low: 2 h }
    checklist:
      - { name: what, ask: What happened?, waived_for: [high] }
  - name: side
    title: the side lane
    is_beside: true
    then: second
    tell: { roles: [expert] }
    acknowledge_within: { high: 10 min, low: 2 h }
    work_within: { high: 15 min, low: 4 h }
entry:
  person: { high: second, low: first }
  machine: { high: first, low: first }
triggers:
  - name: by label
    when: has(issue.labels.sort) && issue.labels.sort == "odd"
    severity: high
    enter_at: side
    why: Odd things need somebody who knows.
    owner: head
  - name: anything
    when: "true"
    why: Everything is looked at.
    owner: head
acknowledgement:
  lapses_after: { high: 30 min, low: 8 h }
exhaustion:
  procedure: last_resort
  last_resort: { people: [kim] }
  last_resort_every: { high: 15 min, low: 1 h }
  charge_for_at_most: { high: 1 h, low: 1 day }
closing:
  reasons: [confirmed, silence]
  remind_after: 1 day
  silence_after: 2 days
  reopen_within: 14 days
targets:
  - { name: answer, title: What customers were told, within: { high: 3 h, low: 3 days }, tell: [owner] }
hold:
  reasons: { customer: The customer must answer, supplier: A supplier must act }
  at_most: { high: 45 min, low: 10 h }
  in_all_at_most: { high: 2 h, low: 20 h }
  stops: [work]
severity_change: { clocks: recount, tell: [asked, handler] }
roles:
  open: [anyone]
  acknowledge: [asked]
  release: [handler]
  escalate: [asked, handler]
  take_charge: [asked]
  resolve: [handler]
  confirm: [raiser]
  close: [owner]
  reopen: [raiser]
  accept: [asked, offered]
  reassign: [owner]
  decline: [asked, offered]
  de_escalate: [handler]
  note: [anyone]
  attempt: [handler]
  change_severity: [handler]
  hold: [handler]
  resume: [handler]
  snooze: [asked, handler]
  cancel: [owner]
  suppress: [handler]
  adopt_policy: [owner]
"""

PEOPLE = """\
operator: kim
teams:
  main: { duty_lead: kim }
  other: { duty_lead: lee }
people:
  kim:
    name: Sample Kim
    role: lead
    teams: [main]
    addresses: { inbox: kim, email: kim@example.org, pagerduty: PKIM }
    limit: { EUR: 100.50 }
    zone: Europe/Dublin
    language: en
  lee:
    name: Sample Lee
    role: agent
    teams: [other]
    addresses: { inbox: lee }
  max:
    name: Sample Max
    role: agent
    teams: [main]
    addresses: { inbox: max }
  eve:
    name: Sample Eve
    role: expert
    addresses: { inbox: eve }
"""


def with_change(old: str, new: str, text: str = SMALL) -> str:
    """The text with its one `old` replaced."""
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    return text.replace(old, new)


def line_of(part: str, text: str) -> int:
    """The line, counted from 1, on which `part` first stands."""
    assert part in text
    return text[: text.index(part)].count("\n") + 1


def found_in(text: str) -> tuple[PolicyError, ...]:
    """Everything that is found in a policy's text."""
    return check_policy(text, FILE)[1]


def the_finding(text: str) -> PolicyError:
    """The one thing that is found; fails where there is none or another."""
    found = found_in(text)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]
