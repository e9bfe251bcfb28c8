"""From the engine's steps to the open pages.

A step only hands over its facts. A moment later all that have come are looked at together: who may show something else
now, what figures they make; each row is computed and encoded once, however many pages watch it, and sent only where it
is another one than before. That is done in pieces, between which calls go first. Nothing here decides anything, and
whatever fails here fails for pages, never for a call.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from acd.centre import Role
from acd.inputs import Event, Request
from acd.outputs import Outcome, Recorded
from portal.engine import LiveEngine
from portal.live.page import CloseCode, Page
from portal.live.sight import Sight
from portal.live.topics import Rows, View, view_of
from portal.live.touched import Reader, Touched
from portal.problems import Problem
from portal.views.presence import Presence
from portal.views.today import Today

GATHER: Final = timedelta(milliseconds=30)
"""From the first fact until pages are told: those that belong together come together."""
BEAT_EVERY: Final = timedelta(seconds=10)
PIECE_SECONDS: Final = 0.001
"""How long calls wait for pages at most, give or take a row."""
FACTS_A_PIECE: Final = 100
PAGES_A_PIECE: Final = 8
"""To so many something is written at a time."""


class _Pace:
    """Lets calls go first, every now and then."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()

    async def breathe(self) -> None:
        if self._clock() - self._began > PIECE_SECONDS:
            await asyncio.sleep(0)
            self._began = self._clock()


class _Feed:
    """One view, and the pages that have it open."""

    def __init__(self, view: View) -> None:
        self.view: Final = view
        self.pages: dict[Page, str] = {}
        """With the name that the topic has there."""
        self.rows: dict[str, bytes] | None = None
        """As they were sent last; None: nothing has been yet."""
        self.at: datetime
        """When that was."""


class Hub:
    """It observes every step of the `Runner`. `attach` before the first one, then `run` for ever."""

    def __init__(self) -> None:
        self._engine: LiveEngine
        self._reader: Reader
        self._presence = Presence()
        self._today: Today | None = None
        self._facts: list[Recorded] = []
        """Not looked at yet."""
        self._uncounted: list[Recorded] = []
        """Not counted yet, because the figures of today are not known."""
        self._touched = Touched()
        self._news = asyncio.Event()
        self._feeds: dict[View, _Feed] = {}
        self._watched: dict[Page, dict[str, _Feed | None]] = {}
        """By page and topic; None: it may not."""

    def attach(self, engine: LiveEngine) -> None:
        """Look at this engine, as it is now and from now on."""
        self._engine = engine
        self._reader = Reader(engine.state)
        self._presence.look(engine.state, engine.state.records.agents)

    # --- acd.runtime.runner.Observer

    def observe(self, what: Event | Request | None, outcome: Outcome, ordered: datetime) -> None:
        """Note what a step has decided; look at it later."""
        if outcome.facts:
            self._facts += outcome.facts
            self._news.set()

    # --- in the order of its life

    async def run(self) -> None:
        """Tell pages of what happens, for ever. Begun again after a failure, it looks at everything."""
        self._touched.everything = True
        self._news.set()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._beat())

    async def count_from(self, today: Today) -> None:
        """These are the figures of today up to the engine's start; what has happened since is added."""
        while self._uncounted:
            piece, self._uncounted = self._uncounted[:FACTS_A_PIECE], self._uncounted[FACTS_A_PIECE:]
            for recorded in piece:
                today.note(recorded)
            await asyncio.sleep(0)
        self._today = today
        self._touched.everything = True
        self._news.set()

    def close(self) -> None:
        """Let go of every page: the process ends."""
        for page in list(self._watched):
            page.end(CloseCode.GOING_AWAY, "The call centre's engine is being stopped. Calls go on.")

    # --- pages

    def enter(self, page: Page) -> None:
        """It is there, and watches nothing yet."""
        self._watched[page] = {}

    def leave(self, page: Page) -> None:
        """It is gone."""
        for feed in self._watched.pop(page, {}).values():
            self._part(page, feed)

    def count_of(self, login: str) -> int:
        """How many pages this user has open."""
        return sum(page.who.login == login for page in self._watched)

    def roles(self) -> Counter[Role]:
        """How many pages are open, by their users' role."""
        return Counter(page.who.role for page in list(self._watched))

    def watch(self, page: Page, topics: Iterable[str]) -> None:
        """Let it have these topics and no others; those that it has already go on."""
        page.wanted = tuple(dict.fromkeys(topics))
        watched = self._watched[page]
        for name in [name for name in watched if name not in page.wanted]:
            self._part(page, watched.pop(name))
        self.resolve(page)
        if not page.wanted:
            # It has nothing else by which to see that it is connected, until the next beat.
            page.send(_beat_at(self._engine.now()))

    def resolve(self, page: Page) -> None:
        """See what it may watch: now that it asks, or that its user may something else."""
        watched = self._watched[page]
        for name in page.wanted:
            try:
                view = view_of(page.who, self._engine.state, name)
            except Problem as problem:
                if name not in watched or watched[name] is not None:
                    self._part(page, watched.get(name))
                    watched[name] = None
                    page.send(_json({"topic": name, "refused": str(problem.status)}))
                continue
            feed = watched.get(name)
            if feed is None or feed.view != view:
                self._part(page, feed)
                watched[name] = self._join(page, name, view)
        page.wake.set()

    def session_ended(self, session: UUID) -> None:
        """Close the pages of this session."""
        for page in self._watched:
            if page.who.session == session:
                page.end(CloseCode.SESSION_ENDED, "You have been logged out.")

    def rights_changed(self) -> None:
        """Somebody's role or queues may have changed: look up anew whose pages these are."""
        for page in self._watched:
            page.look_again.set()

    def _join(self, page: Page, name: str, view: View) -> _Feed:
        feed = self._feeds.get(view)
        if feed is None:
            feed = self._feeds[view] = _Feed(view)
            self._news.set()
        feed.pages[page] = name
        if feed.rows is not None:
            page.begin(name, _whole(feed.rows, feed.at))
        return feed

    def _part(self, page: Page, feed: _Feed | None) -> None:
        if feed is not None:
            feed.pages.pop(page, None)
            if not feed.pages:
                self._feeds.pop(feed.view, None)

    # --- what has happened; all of it in one task, so that a page hears of one thing after the other

    async def _follow(self) -> None:
        while True:
            await self._news.wait()
            if self._facts:
                await asyncio.sleep(GATHER.total_seconds())
            self._news.clear()
            await self._publish()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY.total_seconds())
            self._touched.by_time = True
            self._news.set()

    async def _publish(self) -> None:
        self._take_in()
        touched, self._touched = self._touched, Touched()
        sight, pace = self._sight(), _Pace()
        if touched.by_time:
            self._say_that_we_are_there(sight.now)
        if touched.everything:
            for page in list(self._watched):
                self.resolve(page)
                await pace.breathe()
        for feed in list(self._feeds.values()):
            if feed.pages:
                await self._tell(feed, sight, touched, pace)
                await pace.breathe()
        for number, page in enumerate([page for page in self._watched if page.has_mail]):
            page.wake.set()
            if number % PAGES_A_PIECE == PAGES_A_PIECE - 1:
                await asyncio.sleep(0)

    def _take_in(self) -> None:
        """Whom the new facts concern, and what they count."""
        facts, self._facts = self._facts, []
        self._reader.read((recorded.fact for recorded in facts), self._touched)
        self._touched.queues |= self._presence.look(self._engine.state, self._touched.agents)
        if self._today is None:
            self._uncounted += facts
            return
        for recorded in facts:
            self._touched.everything |= self._today.note(recorded)
        self._touched.everything |= self._today.bring_to(self._engine.now())

    def _sight(self) -> Sight:
        return Sight(self._engine.state, self._presence, self._today or Today(), self._engine.now())

    def _say_that_we_are_there(self, now: datetime) -> None:
        beat = _beat_at(now)
        for page in self._watched:
            page.send(beat)

    async def _tell(self, feed: _Feed, sight: Sight, touched: Touched, pace: _Pace) -> None:
        """Send its pages what is different now; all of it where nothing has been sent yet."""
        view, before = feed.view, feed.rows
        if view.counts_today and self._today is None:
            return
        whole = before is None or touched.everything or (touched.by_time and view.ticks)
        rows = None if whole else view.some(sight, touched)
        gone: list[str] = []
        if rows is None:
            rows = {}
            for name, row in view.all(sight):
                rows[name] = row
                await pace.breathe()
            gone = [name for name in before or () if name not in rows]
        changed = {name: row for name, row in rows.items() if before is None or before.get(name) != row}
        if before is not None and not changed and not gone:
            return
        feed.rows, feed.at = (
            {name: row for name, row in ((before or {}) | changed).items() if name not in gone},
            sight.now,
        )
        body = _whole(changed, sight.now) if before is None else _some(changed, gone, sight.now)
        for page, name in feed.pages.items():
            if before is None:
                page.begin(name, body)
            else:
                page.go_on(name, body)


_json: Final = msgspec.json.Encoder().encode


def _beat_at(now: datetime) -> bytes:
    """What is sent where there is nothing to say."""
    return _json({"at": now.astimezone(UTC)})


def _whole(rows: Rows, at: datetime) -> bytes:
    return b'"at":%b,"all":true,"rows":{%b}}' % (_json(at.astimezone(UTC)), _inside(rows))


def _some(rows: Rows, gone: list[str], at: datetime) -> bytes:
    away = b',"gone":%b' % _json(gone) if gone else b""
    return b'"at":%b,"rows":{%b}%b}' % (_json(at.astimezone(UTC)), _inside(rows), away)


def _inside(rows: Rows) -> bytes:
    return b",".join(b"%b:%b" % (_json(name), row) for name, row in rows.items())
