"""Whose job is next: fair turns between owners, first come first served within one.

Pure: no processes, no clock, no requests. Jobs and owners are numbers.
"""

from collections import OrderedDict, deque

from domain.errors import Reason, Unavailable


class Schedule:
    """The jobs that wait and the one that runs.

    Owners take turns: each turn runs an owner's oldest job and sends the owner behind all others
    that wait, so somebody with twenty jobs delays a newcomer by one job, not by twenty.
    """

    def __init__(self, *, max_waiting: int) -> None:
        if max_waiting < 1:
            raise ValueError(f"max_waiting must be at least 1, not {max_waiting}")
        self._max_waiting = max_waiting
        # Owners in the order of their turns; an owner without waiting jobs is not in here.
        self._turns: OrderedDict[int, deque[int]] = OrderedDict()
        self._running: tuple[int, int] | None = None  # owner, job

    @property
    def running(self) -> int | None:
        return None if self._running is None else self._running[1]

    @property
    def waiting(self) -> tuple[int, ...]:
        """The waiting jobs in the order in which they would run if nothing else came."""
        lines = [deque(jobs) for jobs in self._turns.values()]
        order: list[int] = []
        while lines:
            order.extend(line.popleft() for line in lines)
            lines = [line for line in lines if line]
        return tuple(order)

    def add(self, job: int, *, owner: int) -> None:
        """Let a job wait. Raises Unavailable (QUEUE_FULL) when `max_waiting` jobs do already."""
        waiting = sum(len(jobs) for jobs in self._turns.values())
        if waiting >= self._max_waiting:
            raise Unavailable(Reason.QUEUE_FULL, waiting=waiting)
        self._turns.setdefault(owner, deque()).append(job)

    def take(self) -> int | None:
        """Make the next job the running one. None when none waits or one runs still."""
        if self._running is not None or not self._turns:
            return None
        owner, jobs = self._turns.popitem(last=False)
        job = jobs.popleft()
        if jobs:
            self._turns[owner] = jobs
        self._running = (owner, job)
        return job

    def finish(self) -> None:
        """The running job has ended, one way or another."""
        self._running = None

    def put_back(self) -> None:
        """The running job has to run again: before everything else, even where the queue is full."""
        if self._running is None:
            return
        owner, job = self._running
        self._running = None
        self._turns.setdefault(owner, deque()).appendleft(job)
        self._turns.move_to_end(owner, last=False)

    def cancel(self, job: int) -> bool:
        """Take a waiting job out. False when it does not wait: a running job runs until `finish`."""
        for owner, jobs in self._turns.items():
            if job in jobs:
                jobs.remove(job)
                if not jobs:
                    del self._turns[owner]
                return True
        return False
