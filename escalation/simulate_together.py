"""Several issues on the simulated clock that share what lies between them and their people: one order of time for all.

Alone, issues can be played one after the other; what gathers their messages must see them as they come.
"""

from datetime import datetime
from heapq import heappop, heappush

from escalation.issue.commands import Command
from escalation.issue.events import Entry
from escalation.issue.refusal import Rejected
from escalation.simulate import Simulated
from escalation.simulated_world import PostOffice
from escalation.storm.digest import Standing


class Together:
    """Issues and the post that they share. Instants are aware and never go back."""

    def __init__(self) -> None:
        self.issues: list[Simulated] = []
        self.post: PostOffice | None = None
        self._numbers: dict[str, int] = {}
        """The places of the issues, by their ids."""
        self._due: list[tuple[datetime, int]] = []
        """When which issue is served next, at the latest: looked up again when it has come."""

    def add(self, issue: Simulated) -> None:
        """One more issue; its world has the same post as those of the others."""
        self.issues.append(issue)
        self.post = issue.world.post
        self._look(len(self.issues) - 1)

    def send(self, issue: Simulated, command: Command, at: datetime) -> tuple[Entry, ...] | Rejected:
        """Everything due before `at` in every issue, then the command. Raises ValueError as `Simulated.send` does."""
        self._run(at, is_included=False)
        answer, number = issue.send(command, at), self.issues.index(issue)
        if issue.state is not None:
            self._numbers.setdefault(str(issue.state.facts.id), number)
        self._look(number)
        return answer

    def run_to(self, at: datetime) -> None:
        """Everything due up to and including `at`, in every issue and in the post."""
        self._run(at, is_included=True)
        for issue in self.issues:
            issue.run_to(max(at, issue.now or at))

    def standing(self) -> dict[str, Standing]:
        """Where the issues stand."""
        found = {}
        for issue in self.issues:
            if (state := issue.state) is not None:
                is_taken = state.handler is not None and state.handler in state.asked
                found[str(state.facts.id)] = Standing(is_open=state.status == "open", is_taken=is_taken)
        return found

    def _run(self, at: datetime, *, is_included: bool) -> None:
        while (following := self._next_at()) is not None and (following < at or (is_included and following == at)):
            while self._due and self._due[0][0] <= following:
                _, number = heappop(self._due)
                issue = self.issues[number]
                if (due := issue.next_at) is not None and due <= following:
                    issue.run_to(max(following, issue.now or following))
                self._look(number)
            if self.post is not None and (due := self.post.next_at) is not None and due <= following:
                told = self.post.serve(following)
                for name in told:
                    self._look(self._numbers[name])

    def _next_at(self) -> datetime | None:
        found = [self._due[0][0]] if self._due else []
        posted = self.post.next_at if self.post is not None else None
        return min([*found, *([posted] if posted is not None else [])], default=None)

    def _look(self, number: int) -> None:
        if (at := self.issues[number].next_at) is not None:
            heappush(self._due, (at, number))
