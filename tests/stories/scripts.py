"""The scripts: stories that cover every command and every clock, each played on every clock and compared.

Lines stand beside what is due, never in the same instant: an exact tie cannot be met on a running clock.
"""

from datetime import timedelta

from escalation.issue.commands import (
    Accept,
    Acknowledge,
    AdoptPolicy,
    Ask,
    Attempt,
    Cancel,
    ChangeCustomer,
    ChangeSeverity,
    Close,
    Complete,
    Confirm,
    Decline,
    DeEscalate,
    Escalate,
    Hold,
    Leave,
    Note,
    Open,
    PassOn,
    Reassign,
    Release,
    Reopen,
    Resolve,
    Resume,
    Snooze,
    Suppress,
    TakeCharge,
    TakeOn,
    Withdraw,
)
from escalation.policy.desk import Desk, DeskWarn
from escalation.policy.model import (
    Acknowledgement,
    Agreement,
    ChecklistItem,
    Closing,
    Holding,
    Limits,
    SeverityChange,
    Target,
    TargetWarn,
    Tell,
    Tier,
    Warn,
)
from tests.given import CUSTOMER, MACHINE, exhaustion, minutes, policy, tier
from tests.stories.script import FIRST, UNREADABLE, Said, Script, line

DAYS = timedelta(days=1)
WHY = Said("as was agreed")
NOBODY = Tell(roles=("absent",))
ANSWERING_WITHIN = Acknowledgement(answer_within={"S1": minutes(3), "S2": minutes(3)})
LAPSING = Acknowledgement(lapses_after={"S1": minutes(5), "S2": minutes(8)}, renewals=1)
WARNED = (
    Warn(at=0.5, of="acknowledge", tell=("asked", "owner")),
    Warn(at=0.75, of="work", tell=("handler", "owner", "next_tier")),
)
ASKED_FOR = ChecklistItem(name="what", ask="What happened?", waived_for=("S2",))
CLOSING = Closing(
    reasons=("confirmed", "silence", "withdrawn_in_writing", "duplicate_of", "opened_in_error"),
    remind_after=timedelta(days=2),
    silence_after=timedelta(days=5),
    reopen_within=timedelta(days=7),
)


def limits(worse: float, better: float) -> Limits:
    """Minutes by severity."""
    return {"S1": minutes(worse), "S2": minutes(better)}


def third(name: str = "third", role: str = "senior") -> Tier:
    """A tier above the two."""
    return tier(name, tell=Tell(roles=(role,)))


def holding(*stops: str) -> Holding:
    """Holds of 20 minutes at most, and 30 in all."""
    return Holding.model_validate(
        {
            "reasons": {"customer": "an answer of the customer is needed"},
            "stops": stops or ("work",),
            "at_most": limits(20, 20),
            "in_all_at_most": limits(30, 30),
        }
    )


FIX = Target(name="fix", title="fixed in time", within=limits(25, 60), tell=("owner", "handler"))
WARNED_FIX = FIX.model_copy(
    update={
        "warnings": (
            TargetWarn(at=0.5, tell=("handler",)),
            TargetWarn(at=0.6, tell=("handler",)),
            TargetWarn(before=minutes(3), tell=("owner", "next_tier")),
        )
    }
)
AGREED = (
    Target(name="picked_up", within=limits(3, 3), kind="ola", ends="acknowledged"),
    Target(name="answered", within=limits(5, 5), ends="first_response"),
    Target(name="update", within=limits(12, 12), ends="updated"),
    Target(name="lead", within=limits(6, 6), starts="tier_began", ends="acknowledged", tier="second"),
)
GOLD = Agreement(
    name="gold",
    customers=("customer-2",),
    targets=(WARNED_FIX, Target(name="answered", within=limits(20, 20), ends="first_response")),
    without=("lead",),
)
THREE = policy(tier("first"), tier("second"), third())
LANE = policy(
    tier("first"),
    tier("second"),
    tier("experts", tell=Tell(roles=("senior",)), is_beside=True, then="second"),
)
HELD = policy(hold=holding(), targets=(FIX,))

CLIMBING = (
    Script("silence", minutes(52)),
    Script("warnings_and_reminders", minutes(38), (line(11.3, Acknowledge, "lee"),),
        (policy(tier("first", warnings=WARNED, remind_every=limits(3, 3)), tier("second", warnings=WARNED)),)),
    Script("work_limit", minutes(65), (line(3.1, Acknowledge, "ann"), line(31.2, Acknowledge, "lee"))),
    Script("empty_tier", minutes(14), (), (policy(tier("first", tell=NOBODY), tier("second")),)),
    Script("nobody_anywhere", minutes(33), (),
        (policy(tier("first", tell=NOBODY), tier("second", tell=NOBODY)),)),
    Script("failing_look_up", minutes(24), (line(15.3, Resolve, "second-known", outcome="solved"),), people=UNREADABLE),
    Script("restart", minutes(50), (line(33.3, Acknowledge, "ann"),), (policy(exhaustion=exhaustion("restart")),)),
    Script("fallback", minutes(33), (line(21.3, Acknowledge, "boss"),),
        (policy(exhaustion=exhaustion("fallback", fallback="other")), policy(third(), name="other"))),
    Script("repeated", minutes(44), (line(25.3, Acknowledge, "ann"),), (policy(exhaustion=exhaustion(repeats=1)),)),
    Script("late_opening", minutes(14), heard_after=minutes(300)),
    Script("raised_by_a_machine", minutes(9),
        (line(2.2, Acknowledge, MACHINE), line(4.4, Resolve, MACHINE, outcome="solved")),
        opening={"issue": {"raiser": MACHINE}}),
    Script("about_somebody", minutes(13), (line(1.3, Acknowledge, "ann"), line(2.3, Acknowledge, "ben")),
        opening={"issue": {"about": ("ann",)}}),
)  # fmt: skip

ANSWERING = (
    Script("answered", 16 * DAYS, (
        line(2.2, Acknowledge, "ann", next_action=WHY),
        line(7.4, Resolve, "ann", outcome="solved", explanation=WHY, told_customer=WHY),
        line(60.3, Confirm, "ray"))),
    Script("lapse_and_renew", minutes(26), (
        line(1.1, Acknowledge, "ann"),
        line(6.7, Acknowledge, "ann"),
        line(8.2, Acknowledge, "ann"),
        line(9.3, Acknowledge, "ben", until=minutes(12)),
        line(10.4, Acknowledge, "ben", take_over_from="ann", until=minutes(13.6))),
        (policy(acknowledgement=LAPSING),)),
    Script("handler_reminded", minutes(36), (
        line(1.1, Acknowledge, "ann"),
        line(7.2, Acknowledge, "ann"),
        line(12.3, Note, "ann", text=WHY),
        line(19.4, Acknowledge, "ben"),
        line(27.8, Acknowledge, "ben")),
        (policy(tier("first", remind_handler_every=limits(5, 5)), tier("second"), acknowledgement=ANSWERING_WITHIN),)),
    Script("takes_over", minutes(13), (
        line(1.2, Acknowledge, "ann"),
        line(2.3, Acknowledge, "ben", happened_at=minutes(1.9)),
        line(3.4, Acknowledge, "ben")),
        (policy(acknowledgement=LAPSING.model_copy(update={"second": "takes_over"})),)),
    Script("released", minutes(28), (
        line(2.2, Release, "ann"),
        line(3.3, Acknowledge, "ann"),
        line(5.4, Release, "ann", reason=WHY))),
    Script("owning", minutes(16), (
        line(1.1, Accept, "ann"),
        line(2.2, Acknowledge, "ann"),
        line(3.3, Reassign, "ann", to="ben", reason=WHY),
        line(4.4, Accept, "ben"),
        line(5.5, Accept, "ben"))),
    Script("offer_declined", minutes(12), (
        line(1.1, Acknowledge, "ann"),
        line(2.2, Reassign, "ann", to="lee"),
        line(3.3, Decline, "lee", reason=WHY))),
    Script("offer_runs_out", minutes(14), (
        line(1.1, Acknowledge, "ann"),
        line(2.2, Reassign, "ann", to="ben", reason=WHY),
        line(6.5, Accept, "ben")),
        (policy(accept_within=limits(3, 3)),)),
    Script("everybody_declines", minutes(23), (
        line(1.1, Decline, "ann", reason=WHY),
        line(2.2, Decline, "ann", reason=WHY),
        line(3.3, Decline, "ben", reason=WHY, has_conflict=True),
        line(4.4, DeEscalate, "lee", reason=WHY, guidance=WHY))),
    Script("snoozed", minutes(14), (
        line(1.1, Snooze, "ann", until=minutes(6.6)),
        line(2.2, Acknowledge, "ben"),
        line(3.3, Snooze, "ben", until=minutes(8.8)),
        line(3.9, Snooze, "ben", until=minutes(7)),
        line(4.4, Snooze, "boss", until=minutes(9))),
        (policy(tier("first", remind_every=limits(2, 2)), tier("second"), acknowledgement=LAPSING),)),
    Script("written_down", minutes(12), (
        line(1.1, Note, "boss", text=WHY),
        line(2.2, Attempt, "ann", what=WHY, result="no_change"),
        line(3.3, Attempt, "ben", what=WHY, result="helped"))),
)  # fmt: skip

DESKS = (
    Desk(name="firsts", title="those at the first tier", tell=Tell(roles=("first",), choose="first"), lead="olga",
        take_within=limits(3, 3), done_within=limits(12, 12), answer_within=limits(4, 4),
        warnings=(DeskWarn(at=0.5, tell=("takers", "asker", "owner", "lead")),), holds_as="customer"),
    Desk(name="seniors", title="the seniors", tell=Tell(roles=("senior",)), done_within=limits(20, 20)),
    Desk(name="absent", title="those who are not there", tell=NOBODY, lead="olga", done_within=limits(20, 20)),
)  # fmt: skip
HELPED = policy(desks=DESKS, advice_within=limits(2, 2), hold=holding())

ASIDE = (
    Script("work_of_departments", minutes(24), (
        line(1.1, Acknowledge, "lee"),
        line(2.2, Ask, "lee", of="firsts", text=WHY, is_awaited=True),
        line(2.4, Ask, "lee", of="seniors", text=WHY, is_awaited=True),
        line(2.6, Ask, "lee", of="absent", text=WHY),
        line(3.3, PassOn, "ann", reason=WHY),
        line(4.4, TakeOn, "ben"),
        line(4.6, TakeOn, "boss"),
        line(5.5, Resolve, "lee", outcome="solved"),
        line(6.6, Leave, "ben"),
        line(7.7, Complete, "boss", result=WHY),
        line(15.4, Withdraw, "lee", ask="firsts-1"),
        line(16.6, Resolve, "lee", outcome="solved")),
        (HELPED,)),
    Script("advice_and_swarm", minutes(26), (
        line(1.1, Ask, "ray", to="boss", text=WHY),
        line(1.3, Ask, "ray", of="firsts", what="advice", text=WHY),
        line(1.5, Ask, "ray", of="seniors", what="swarm", text=WHY),
        line(1.7, Ask, "ray", to="nobody", text=WHY),
        line(2.2, TakeOn, "boss", ask="seniors-3"),
        line(2.4, Complete, "boss", ask="seniors-3", result=WHY),
        line(7.1, Complete, "ben", result=WHY),
        line(8.2, Leave, "boss")),
        (HELPED,)),
)  # fmt: skip

MOVING = (
    Script("by_hand", minutes(24), (
        line(1.1, Escalate, "ann"),
        line(2.2, Escalate, "ann", from_tier="first", is_waived=True, reason=WHY),
        line(2.9, Escalate, "ben", from_tier="first", is_waived=True, reason=WHY),
        line(4.4, Escalate, "lee", reason=WHY)),
        (policy(tier("first"), tier("second", checklist=(ASKED_FOR,))),)),
    Script("to_a_named_tier", minutes(18), (
        line(1.1, Acknowledge, "ann"),
        line(2.2, Escalate, "ann", to_tier="third", from_tier="first", how="hierarchical", reason=WHY),
        line(3.3, Escalate, "ann", to_tier="first"),
        line(4.4, DeEscalate, "boss", to_tier="second", reason=WHY, guidance=WHY)),
        (THREE,)),
    Script("to_experts", minutes(26), (
        line(1.1, Escalate, "ann", to_tier="experts", reason=WHY),
        line(12.2, Acknowledge, "lee")),
        (LANE,)),
    Script("handed_down_again_and_again", minutes(75), (
        line(1.1, Acknowledge, "ann"),
        line(9.9, Escalate, "ann"),
        line(12.3, Acknowledge, "lee"),
        line(18.1, DeEscalate, "lee", reason=WHY, guidance=WHY),
        line(19.2, Acknowledge, "ann"),
        line(49.2, Acknowledge, "lee"),
        line(50.3, DeEscalate, "lee", reason=WHY, guidance=WHY),
        line(51.4, Acknowledge, "ann")),
        (THREE,)),
    Script("charge", minutes(90), (
        line(12.2, TakeCharge, "boss", until=minutes(30), next_action=WHY),
        line(22.3, TakeCharge, "boss", until=minutes(40.7), next_action=WHY),
        line(23.4, TakeCharge, "lee", until=minutes(50), next_action=WHY),
        line(43.5, TakeCharge, "boss", until=minutes(80), next_action=WHY),
        line(46.6, Release, "boss"),
        line(55.7, TakeCharge, "boss", until=minutes(60.9), next_action=WHY),
        line(57.8, Resolve, "boss", outcome="workaround"))),
    Script("worse_than_thought", minutes(50), (
        line(1.1, Acknowledge, "ann"),
        line(5.5, ChangeSeverity, "ann", severity="S1", reason=WHY),
        line(6.6, ChangeSeverity, "ann", severity="S1", reason=WHY)),
        (policy(tier("first", warnings=WARNED), tier("second"), targets=(FIX,)),), opening={"severity": "S2"}),
    Script("milder_than_thought", minutes(50), (
        line(1.1, ChangeSeverity, "ann", severity="S2", reason=WHY),),
        (policy(severity_change=SeverityChange(clocks="keep")),)),
    Script("asked_anew_at_another_severity", minutes(40), (
        line(4.4, ChangeSeverity, "ann", severity="S2", reason=WHY),),
        (policy(severity_change=SeverityChange(clocks="restart", tell=("handler",))),)),
    Script("another_customer", minutes(40), (
        line(1.1, Acknowledge, "ann"),
        line(2.2, Hold, "ann", reason="customer", waiting_for=CUSTOMER.key, until=minutes(15)),
        line(4.4, ChangeCustomer, "ann", customer="customer-2", reason=WHY),
        line(5.5, ChangeCustomer, "ann", customer="customer-2", reason=WHY),
        line(6.6, ChangeCustomer, "ann", customer="customer-3", language="de", reason=WHY)),
        (policy(hold=holding(), targets=AGREED, agreements=(GOLD,)),),
        opening={"issue": {"parties": (CUSTOMER,)}}),
    Script("another_policy", minutes(40), (
        line(1.1, Acknowledge, "ann"),
        line(4.4, AdoptPolicy, "boss", policies=(policy(tier("first", 5, 12), tier("second", 6, 20), version=2),),
            reason=WHY),
        line(5.5, AdoptPolicy, "boss", policies=(policy(tier("elsewhere"), version=3),), reason=WHY))),
)  # fmt: skip

HOLDING = (
    Script("hold_ends_by_itself", minutes(60), (
        line(1.1, Acknowledge, "ann"),
        line(5.5, Hold, "ann", reason="customer", waiting_for="cust-7781", until=minutes(24.4)),
        line(26.6, Hold, "ann", reason="customer", waiting_for="cust-7781", until=minutes(45)),
        line(27.7, Hold, "ann", reason="customer", waiting_for="cust-7781", until=minutes(30.3))),
        (HELD,), opening={"issue": {"parties": (CUSTOMER,)}}),
    Script("hold_resumed", minutes(50), (
        line(1.1, Hold, "ann", reason="customer", waiting_for="cust-7781", until=minutes(20)),
        line(3.3, Resume, "ann", reason=WHY),
        line(4.4, Resume, "ann"),
        line(5.5, Acknowledge, "ann"),
        line(6.6, Hold, "ann", reason="customer", waiting_for="cust-7781", until=minutes(20)),
        line(9.7, Note, "cust-7781", text=WHY)),
        (policy(hold=holding("acknowledge", "work"), targets=(FIX,), acknowledgement=LAPSING),),
        opening={"issue": {"parties": (CUSTOMER,)}}),
    Script("hold_ended_by_escalating", minutes(30), (
        line(1.1, Acknowledge, "ann"),
        line(2.2, Hold, "ann", reason="customer", waiting_for="cust-7781", until=minutes(20)),
        line(7.3, Escalate, "ann", reason=WHY)),
        (HELD,)),
    Script("target_missed", minutes(33), (
        line(1.1, Acknowledge, "ann"),
        line(28.2, Resolve, "ann", outcome="solved")),
        (HELD,)),
    Script("target_warned", minutes(33), (
        line(1.1, Acknowledge, "ann"),
        line(14.4, Hold, "ann", reason="customer", waiting_for="cust-7781", until=minutes(18.8)),
        line(28.2, Resolve, "ann", outcome="solved")),
        (policy(hold=holding(), targets=(WARNED_FIX,)),)),
    Script("answers_and_promises", minutes(60), (
        line(1.1, Acknowledge, "ann"),
        line(4.4, Note, "ann", text=WHY, is_to_customer=True, next_update_at=minutes(9.9)),
        line(7.7, Note, "ann", text=WHY, is_to_customer=True),
        line(14.4, Note, "cust-7781", text=WHY),
        line(16.6, Note, "ann", text=WHY, is_to_customer=True, next_update_at=minutes(100)),
        line(28.8, Note, "ben", text=WHY, is_to_customer=True),
        line(31.1, Note, "ben", text=WHY, said_by="customer")),
        (policy(hold=holding(), targets=AGREED),), opening={"issue": {"parties": (CUSTOMER,)}}),
    Script("fitted_to_a_deadline", minutes(60), (
        line(1.1, Acknowledge, "ann"),
        line(4.4, ChangeSeverity, "ann", severity="S1", reason=WHY),
        line(9.9, Acknowledge, "lee")),
        (policy(tier("first"), tier("second"), third(), targets=(FIX,), fit_ladder_to="fix"),),
        opening={"severity": "S2"}),
    Script("plan_impossible", minutes(14), (line(1.1, Acknowledge, "ann"),),
        (policy(targets=(FIX.model_copy(update={"within": limits(1, 2)}),), fit_ladder_to="fix"),)),
    Script("target_met", minutes(33), (
        line(1.1, Acknowledge, "ann"),
        line(24.2, Resolve, "ann", outcome="solved")),
        (HELD,)),
)  # fmt: skip

ENDING = (
    Script("closed_by_silence", 13 * DAYS, (line(2.2, Resolve, "ann", outcome="explained"),),
        (policy(closing=CLOSING),)),
    Script("reopened", 3 * DAYS, (
        line(2.2, Acknowledge, "ann"),
        line(3.3, Resolve, "ann", outcome="paid", payment_reference="P-1"),
        line(64.4, Reopen, "ray", reason=WHY),
        line(66.6, Resolve, "ann", outcome="solved"),
        line(77.7, Close, "ann", reason="withdrawn_in_writing", explanation=WHY),
        line(88.8, Acknowledge, "ann")),
        (policy(closing=CLOSING, courtesies=("left_tier", "outcome")),)),
    Script("reported_again", 6 * DAYS, (
        line(2.2, Open, "ray"),
        line(3.3, Resolve, "ann", outcome="solved"),
        line(44.4, Open, "ray"),
        line(46.6, Resolve, "lee", outcome="solved")),
        (policy(closing=CLOSING),)),
    Script("opened_in_error", minutes(20), (
        line(1.1, Cancel, "ann", reason=WHY),
        line(2.2, Cancel, "ann"),
        line(3.3, Cancel, "ben", reason=WHY)),
        (policy(closing=CLOSING),)),
    Script("repeats_another", 8 * DAYS, (
        line(2.2, Acknowledge, "ann"),
        line(3.3, Suppress, "ann", duplicate_of=FIRST, reason=WHY),
        line(4.4, Note, "ann", text=WHY)),
        (policy(closing=CLOSING),)),
    Script("repeats_what_nobody_knows", minutes(15), (
        line(1.1, Suppress, "ann", duplicate_of="desk:T-0-unknown", reason=WHY),),
        (policy(closing=CLOSING),)),
)  # fmt: skip

SCRIPTS = (*CLIMBING, *ANSWERING, *ASIDE, *MOVING, *HOLDING, *ENDING)
LIVE = ("released", "lapse_and_renew", "by_hand", "owning", "everybody_declines", "to_a_named_tier", "snoozed")
"""Those that are also played in real time, each minute as a fraction of a second."""
