"""Votes come out as people left them, whatever order, doubles, gaps and restarts the events come with.

A few steps are for the suite. All: `NIGHTINGALE_EVENTS=1000 NIGHTINGALE_RUNS=50 pytest
tests/storage/test_votes.py`.
"""

import asyncio
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from domain.votes import Sign, Standing, sign_of
from storage import Storage, open_storage
from tests.storage.samples import add_verse

EVENTS = int(os.environ.get("NIGHTINGALE_EVENTS", "50"))
RUNS = int(os.environ.get("NIGHTINGALE_RUNS", "5"))

VALUES = {"👍": 5, "👍🏿": 5, "👎": 1, "👎🏻": 1, "1️⃣": 1, "3️⃣": 3, "5️⃣": 5, "⭐": None}
BUTTONS = {Sign.UP: 5, Sign.DOWN: 1, Sign.STAR: None}
MESSAGES = {10: 1, 20: 1, 30: 2}
"""The messages, and the work that each shows."""

emoji, signs = st.sampled_from(list(VALUES)), st.sampled_from(list(BUTTONS))
messages, people, works = st.sampled_from(list(MESSAGES)), st.integers(1, 3), st.integers(1, 2)


@dataclass
class Person:
    """The plain reference model of one person and work: what was said, in order, and what counts no more."""

    said: list[tuple[int, str]] = field(default_factory=list)
    unsaid: set[tuple[int, str]] = field(default_factory=set)

    def without(self, *things: tuple[int, str]) -> None:
        self.said = [thing for thing in self.said if thing not in things]
        self.unsaid -= set(things)

    def press(self, sign: Sign) -> None:
        alike = [thing for thing in self.said if (VALUES[thing[1]] is None) == (BUTTONS[sign] is None)]
        stands = [thing for thing in alike if thing not in self.unsaid]
        self.without(*(thing for thing in alike if thing[0] == 0))
        if stands and (sign is Sign.STAR or sign_of(stands[-1][1]) is sign):
            self.unsaid |= {thing for thing in alike if thing[0] != 0}
        else:
            self.said.append((0, str(sign)))

    @property
    def vote(self) -> int | None:
        values = [VALUES[thing[1]] for thing in self.said if thing not in self.unsaid]
        return next((value for value in reversed(values) if value is not None), None)

    @property
    def saved(self) -> bool:
        return any(VALUES[thing[1]] is None for thing in self.said if thing not in self.unsaid)


class Server(RuleBasedStateMachine):
    """Discord with three messages, people who react and press, and a library that hears of it, or is away."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.open = AsyncExitStack()
        self.up = True
        # What anybody would see: under each message the reactions, in the order they were made.
        self.shown: dict[int, list[tuple[int, str]]] = {message: [] for message in MESSAGES}
        self.people = {(work, user): Person() for work in (1, 2) for user in (1, 2, 3)}

    @initialize()
    def begin(self) -> None:
        self.runner.run(self.start())
        for _ in (1, 2):
            self.runner.run(add_verse(self.storage))

    async def start(self) -> None:
        opened = open_storage(self.folder, max_clip_bytes=1)
        self.storage: Storage = await self.open.enter_async_context(opened)
        # Not a power cut is tested here, and without waiting for the disk it goes ten times as fast.
        await self.storage.ratings._database._connection.execute("PRAGMA synchronous = OFF")

    @rule(message=messages, user=people, emoji=emoji, times=st.integers(1, 2))
    def add(self, message: int, user: int, emoji: str, times: int) -> None:
        """A reaction is added, told once or twice; one that stands, told again, is nothing new."""
        if (user, emoji) not in self.shown[message]:
            self.shown[message].append((user, emoji))
        if not self.up:
            return
        person = self.people[MESSAGES[message], user]
        if (message, emoji) not in person.said:
            person.said.append((message, emoji))
        for _ in range(times):
            where = {"message_id": message, "user_id": user, "emoji": emoji}
            now = self.runner.run(self.storage.ratings.react(MESSAGES[message], **where))
        self.agrees(now, person)

    @rule(message=messages, user=people, emoji=emoji, times=st.integers(1, 2))
    def remove(self, message: int, user: int, emoji: str, times: int) -> None:
        """A reaction is removed; told twice, or told of one that was never known, is nothing new."""
        if (user, emoji) in self.shown[message]:
            self.shown[message].remove((user, emoji))
        if not self.up:
            return
        person = self.people[MESSAGES[message], user]
        person.without((message, emoji))
        for _ in range(times):
            where = {"message_id": message, "user_id": user, "emoji": emoji}
            now = self.runner.run(self.storage.ratings.unreact(MESSAGES[message], **where))
        self.agrees(now, person)

    @rule(message=messages, emoji=emoji | st.none())
    def clear(self, message: int, emoji: str | None) -> None:
        """A moderator clears a message of reactions, or of one emoji."""
        gone = [(message, emoji)] if emoji else [(message, each) for each in VALUES]
        self.shown[message] = [each for each in self.shown[message] if emoji not in (None, each[1])]
        if not self.up:
            return
        for user in (1, 2, 3):
            self.people[MESSAGES[message], user].without(*gone)
        self.runner.run(self.storage.ratings.clear(MESSAGES[message], message_id=message, emoji=emoji))

    @rule(work=works, user=people, sign=signs)
    def press(self, work: int, user: int, sign: Sign) -> None:
        if self.up:
            self.people[work, user].press(sign)
            now = self.runner.run(self.storage.ratings.press(work, user_id=user, sign=sign))
            self.agrees(now, self.people[work, user])

    @rule()
    def leave_or_return(self) -> None:
        """The bot goes away, or comes back and reads what stands under the messages."""
        if self.up:
            self.runner.run(self.open.aclose())
        else:
            self.runner.run(self.start())
            for message in MESSAGES:
                self.read_back(message)
        self.up = not self.up

    def read_back(self, message: int) -> None:
        found: dict[str, list[int]] = {}
        for user, each in self.shown[message]:
            found.setdefault(each, []).append(user)
        self.runner.run(self.storage.ratings.read_back(MESSAGES[message], message_id=message, found=found))
        for user in (1, 2, 3):
            person = self.people[MESSAGES[message], user]
            stand = [(message, each) for each in found if user in found[each]]
            person.without(*((message, each) for each in VALUES if (message, each) not in stand))
            person.said += [thing for thing in stand if thing not in person.said]

    def agrees(self, now: Standing, person: Person) -> None:
        assert (now.vote.vote if now.vote else None, now.saved) == (person.vote, person.saved)

    def teardown(self) -> None:
        if not self.up:
            self.leave_or_return()
        try:
            for work in (1, 2):
                people = {user: self.people[work, user] for user in (1, 2, 3)}
                votes = self.runner.run(self.storage.ratings.of(work))
                assert votes == {user: person.vote for user, person in people.items() if person.vote}
                saved = self.runner.run(self.storage.favourites.of(work))
                assert saved == {user for user, person in people.items() if person.saved}
        finally:
            self.runner.run(self.open.aclose())
            self.runner.close()
            shutil.rmtree(self.folder)


Server.TestCase.settings = settings(max_examples=RUNS, stateful_step_count=EVENTS, deadline=None)
TestVotes = Server.TestCase
