"""Turns between owners, told as stories and checked against a model by Hypothesis."""

import copy
from collections import Counter, defaultdict

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.errors import Reason, Unavailable
from engine.schedule import Schedule

ANN, BEN, CAT = 1, 2, 3


def schedule_of(*jobs: tuple[int, int], max_waiting: int = 50) -> Schedule:
    schedule = Schedule(max_waiting=max_waiting)
    for job, owner in jobs:
        schedule.add(job, owner=owner)
    return schedule


def drain(schedule: Schedule) -> list[int]:
    """The jobs in the order in which they run."""
    order: list[int] = []
    while (job := schedule.take()) is not None:
        order.append(job)
        schedule.finish()
    return order


def test_one_owner_is_served_first_come_first_served():
    assert drain(schedule_of((1, ANN), (2, ANN), (3, ANN))) == [1, 2, 3]


def test_owners_take_turns():
    schedule = schedule_of((1, ANN), (2, ANN), (3, ANN), (4, BEN), (5, CAT), (6, BEN))
    assert schedule.waiting == (1, 4, 5, 2, 6, 3)
    assert drain(schedule) == [1, 4, 5, 2, 6, 3]


def test_newcomer_waits_for_one_job_of_a_busy_owner():
    schedule = schedule_of(*((job, ANN) for job in range(20)))
    assert schedule.take() == 0
    schedule.add(99, owner=BEN)
    schedule.finish()
    assert schedule.waiting[:2] == (1, 99)


def test_owner_who_comes_back_at_once_goes_behind_the_others():
    schedule = schedule_of((1, ANN), (2, BEN))
    assert schedule.take() == 1
    schedule.add(3, owner=ANN)
    assert schedule.waiting == (2, 3)


def test_one_job_runs_at_a_time():
    schedule = schedule_of((1, ANN), (2, BEN))
    assert schedule.take() == 1
    assert schedule.running == 1
    assert schedule.take() is None
    schedule.finish()
    assert schedule.running is None
    assert schedule.take() == 2


def test_nothing_to_take():
    schedule = schedule_of()
    assert schedule.take() is None
    assert schedule.waiting == ()


def test_full_queue_refuses_with_the_number_that_waits():
    schedule = schedule_of((1, ANN), (2, BEN), max_waiting=2)
    with pytest.raises(Unavailable) as raised:
        schedule.add(3, owner=CAT)
    assert raised.value.reason is Reason.QUEUE_FULL
    assert raised.value.values == {"waiting": 2}
    assert schedule.waiting == (1, 2)


def test_running_job_does_not_count_as_waiting():
    schedule = schedule_of((1, ANN), max_waiting=1)
    schedule.take()
    schedule.add(2, owner=ANN)
    assert schedule.waiting == (2,)


def test_a_queue_must_have_room():
    with pytest.raises(ValueError, match="at least 1"):
        Schedule(max_waiting=0)


def test_cancelled_job_leaves_and_the_others_move_up():
    schedule = schedule_of((1, ANN), (2, BEN), (3, ANN))
    assert schedule.cancel(1)
    assert schedule.waiting == (3, 2)
    assert schedule.cancel(3)
    assert schedule.waiting == (2,)


def test_running_or_unknown_job_is_not_cancelled_here():
    schedule = schedule_of((1, ANN))
    schedule.take()
    assert not schedule.cancel(1)
    assert schedule.running == 1
    assert not schedule.cancel(77)


def test_job_put_back_comes_before_everything_even_when_full():
    schedule = schedule_of((1, ANN), (2, BEN), (3, ANN), max_waiting=3)
    assert schedule.take() == 1
    schedule.add(4, owner=CAT)
    schedule.put_back()
    assert schedule.running is None
    assert schedule.waiting == (1, 2, 4, 3)


def test_putting_back_without_a_running_job_changes_nothing():
    schedule = schedule_of((1, ANN))
    schedule.put_back()
    assert schedule.waiting == (1,)


class ScheduleMachine(RuleBasedStateMachine):
    """Random use of a schedule beside the plainest model: for each owner, a list of jobs."""

    MAX_WAITING = 6

    def __init__(self) -> None:
        super().__init__()
        self.schedule = Schedule(max_waiting=self.MAX_WAITING)
        self.lines: dict[int, list[int]] = defaultdict(list)
        self.running: tuple[int, int] | None = None
        self.jobs = 0
        # How many turns others had since this owner waits for theirs.
        self.overtaken: dict[int, Counter[int]] = defaultdict(Counter)

    def waiting(self) -> set[int]:
        return {job for line in self.lines.values() for job in line}

    @rule(owner=st.integers(1, 4))
    def add(self, owner: int) -> None:
        self.jobs += 1
        if len(self.waiting()) >= self.MAX_WAITING:
            with pytest.raises(Unavailable):
                self.schedule.add(self.jobs, owner=owner)
        else:
            self.schedule.add(self.jobs, owner=owner)
            self.lines[owner].append(self.jobs)

    @rule()
    def take(self) -> None:
        job = self.schedule.take()
        if self.running is not None or not self.waiting():
            assert job is None
            return
        owner = next(owner for owner, line in self.lines.items() if job in line)
        assert self.lines[owner].pop(0) == job, "not the owner's oldest"
        self.running = (owner, job)
        self.overtaken[owner].clear()
        for other, line in self.lines.items():
            if other != owner and line:
                self.overtaken[other][owner] += 1
                assert self.overtaken[other][owner] <= 1, "two turns while somebody waited for one"

    @precondition(lambda self: self.running is not None)
    @rule()
    def finish(self) -> None:
        self.schedule.finish()
        self.running = None

    @precondition(lambda self: self.running is not None)
    @rule()
    def put_back(self) -> None:
        owner, job = self.running
        self.schedule.put_back()
        self.running = None
        self.lines[owner].insert(0, job)
        for turns in self.overtaken.values():
            turns[owner] = max(0, turns[owner] - 1)  # that turn was not had
        assert self.schedule.waiting[0] == job

    @precondition(lambda self: self.waiting())
    @rule(choice=st.data())
    def cancel_waiting(self, choice: st.DataObject) -> None:
        job = choice.draw(st.sampled_from(sorted(self.waiting())))
        assert self.schedule.cancel(job)
        for owner, line in self.lines.items():
            if job in line:
                line.remove(job)
                if not line:
                    self.overtaken[owner].clear()

    @precondition(lambda self: self.running is not None)
    @rule()
    def cancel_running(self) -> None:
        assert not self.schedule.cancel(self.running[1])

    @invariant()
    def knows_who_waits_and_runs(self) -> None:
        assert sorted(self.schedule.waiting) == sorted(self.waiting())
        assert self.schedule.running == (self.running and self.running[1])

    @invariant()
    def foretells_the_order(self) -> None:
        future = copy.deepcopy(self.schedule)
        future.finish()
        assert tuple(drain(future)) == self.schedule.waiting


ScheduleMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_any_use_keeps_turns_fair = ScheduleMachine.TestCase
