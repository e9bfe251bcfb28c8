"""One day of a centre: drawn from a seed, lived through on the world's clock, watched to its end."""

import random
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from acd.inputs import DriftFound, Event, Request
from acd.outputs import Outcome, Recorded
from acd.records import Records
from tests.faults import centre, plan
from tests.faults.clockwork import World
from tests.faults.database import Database
from tests.faults.desk import Desk
from tests.faults.disk import Disk
from tests.faults.journal import Decided
from tests.faults.ledger import Ledger
from tests.faults.overload import Overload
from tests.faults.people import People
from tests.faults.plan import Fault
from tests.faults.process import Machine, Process
from tests.faults.programme import Programme, Result
from tests.faults.scene import Scene
from tests.faults.watch import TICK_S, Broken, Watch
from tests.faults.weather import CALM, Chance

MORNING: Final = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
FIRST_CALL_S: Final = 10.0
EVENING_S: Final = 420.0
"""After the last call: everybody is done, those who are called back too."""

PROGRESS_EVERY: Final = 10_000
"""Calls."""

CAUGHT_UP_WITHIN_S: Final = 5.0
"""The database has all facts again so soon after it is well."""

RESTART_S: Final = 1.0
CONFIRMED_WITHIN_S: Final = 5.0
"""Asterisk plays a confirmation to its end, whatever becomes of the engine."""

TAKEN_OVER_WITHIN_S: Final = 10.0
LINES_KEPT: Final = 400


class Day:
    """Lived by `run`."""

    def __init__(self, programme: Programme, *, progress: Callable[["Day"], None] | None = None) -> None:
        self.programme = programme
        self.world = World()
        self.lines: deque[tuple[float, tuple[object, ...]]] = deque(maxlen=LINES_KEPT)
        self.result = Result(programme=programme)
        self._progress = progress
        self._system_clock_off = timedelta(0)
        dice = self._roll("centre")
        self.centre = centre.draw(dice, agents=programme.agents)
        lossy = "events" in programme.faults
        self._nothing_gets_lost = not {"events", "requests", "silence"} & set(programme.faults)
        self.watch = Watch(
            self.world,
            self.centre.configuration,
            self.note,
            slack_s=plan.slack_s(programme.faults),
            repairs_hold=programme.faults in ((), ("events",)),
        )
        self.people = People(self.world, self.centre, self._roll, self.watch, lively=programme.lively)
        self.scene = Scene(
            lambda: MORNING + timedelta(seconds=self.world.now) + self._system_clock_off,
            lambda delay, act: self.world.after(delay.total_seconds(), act),
            self.people,
            self.watch,
        )
        self.people.scene = self.watch.scene = self.scene
        self.watch.people = self.people
        self.watch.records = self._records
        self.ledger = Ledger(self.watch.broken)
        self.decided = Decided(self._failed)
        self.database = Database(self.world, self._roll("database"), self._committed)
        self.desk = Desk(
            self.world, self._roll("desk"), self.centre, writable=self.database.is_well, changed=self._configured
        )
        names = ("a", "b") if "two" in programme.faults else ("a",)
        self.machines = [Machine(name=name, disk=Disk(self.world, self._roll(f"disk {name}"))) for name in names]
        self._processes = 0
        self._cut_off_since: dict[str, float] = {}
        """By machine."""
        self._epoch, self._serves = 0, "a"
        """The last engine that rang somebody."""
        self._usual = plan.LOSSY if lossy else CALM
        self.chance = Chance(self._roll("wire"), self._usual, self.watch.disturb)
        self.overload = Overload(self.world, self.chance, self.people, self._failed)
        self._troubled_until = 0.0
        """So long requests fail."""
        self._over = False
        self._ticks = 0
        self._failure: str | None = None
        self._dice = self._roll("faults")

    def _roll(self, name: str) -> Random:
        return Random(f"{self.programme.seed} {name}")

    def note(self, *words: object) -> None:
        """A line of the transcript."""
        self.lines.append((self.world.now, words))

    # --- the whole day

    def run(self) -> Result:
        """From the morning to the evening, or until something is broken."""
        random.seed(self.programme.seed)  # of the pauses between two attempts to connect
        try:
            self._begin()
            for machine in self.machines:
                self._begin_process(machine)
            while not self._over or self._living():
                self.world.go_on([process.loop for process in self._living() if not process.is_frozen])
                for machine in self.machines:
                    if machine.process is not None and machine.process.ended:
                        self._end_process(machine)
        except Broken as broken:
            self.result.broken = str(broken)
        finally:
            for machine in self.machines:
                if machine.process is not None:
                    machine.process.kill()
                    machine.process.bury()
                machine.disk.remove()
        result = self.result
        result.at, result.happened, result.facts = self.world.now, self.world.happened, self.database.last
        result.torn = sum(machine.disk.torn for machine in self.machines)
        result.disk_failed = sum(machine.disk.failed for machine in self.machines)
        result.forgotten, result.delivered = self.decided.forgotten, self.decided.delivered
        result.events, result.repairs = self.chance.happened, self.watch.repairs
        result.talks, result.not_served = self.watch.talks, self.people.not_served
        result.turned_away = self.people.turned_away
        result.transcript = [f"{at:10.4f}  {' '.join(str(word) for word in words)}" for at, words in self.lines]
        return result

    def _begin(self) -> None:
        programme = self.programme
        dice = self._roll("calls")
        last = FIRST_CALL_S + programme.calls * programme.every_s
        self.world.after(FIRST_CALL_S, lambda: self._next_call(0, dice))
        faults = plan.draw(self._roll("plan"), programme.faults, until=last, every_s=programme.fault_every_s)
        for fault in faults:
            if fault.nth not in programme.without_faults:
                self.world.after(fault.at, partial(self._comes, fault))
        self.people.begin()
        self.world.after(TICK_S, self._tick)

    def _next_call(self, nth: int, dice: Random) -> None:
        if nth >= self.programme.calls:
            self.world.after(EVENING_S - 60, self._go_home)
            return
        if nth not in self.programme.without_calls:
            self.people.calls(nth)
            self.result.calls += 1
        if self._progress is not None and nth % PROGRESS_EVERY == 0:
            self._progress(self)
        self.world.after(dice.expovariate(1 / self.programme.every_s), lambda: self._next_call(nth + 1, dice))

    def _tick(self) -> None:
        if self._failure is not None:
            raise Broken(self._failure)
        if self._is_helpless():
            self.watch.disturb()
        if self.overload.is_on:
            self.watch.unheard_at = self.world.now
        self.watch.tick()
        self._facts_arrive()
        self._ticks += 1
        if self._ticks % 200 == 0:
            self._compare_books()
        self.world.after(TICK_S, self._tick)

    def _is_helpless(self) -> bool:
        """The engine stands still, or what it asks for does not come: this lasts, and so does the disturbance."""
        process = self.process
        helpless = process is not None and (process.wire.is_silent or process.is_frozen)
        return helpless or self.overload.is_on or self.world.now < self._troubled_until

    def _go_home(self) -> None:
        self.people.going_home = True
        self._usual = self.chance.odds = CALM
        self.world.after(60, self._evening)

    def _evening(self) -> None:
        records = self._records()
        self.watch.nothing_is_left(records)
        self._compare_books()
        if self.process is None or self.process.recorder is None or self.process.recorder.pending:
            self.watch.broken("the database has not all facts in the evening")
        if not self.ledger.adds_up():
            self.watch.broken(f"begun {self.ledger.begun}, ended {self.ledger.ended}, open {self.ledger.open}")
        if records is not None and self.ledger.open != records.calls.keys():
            self.watch.broken(f"open in the journal: {self.ledger.open}, in the books: {sorted(records.calls)}")
        self._over = True
        for process in self._living():
            process.stop()

    # --- the engine

    @property
    def process(self) -> Process | None:
        """The one that serves; else any."""
        living = self._living()
        serving = [each for each in living if each.bridge is not None and each.bridge.connected]
        return max(serving or living, key=lambda process: process.epoch, default=None)

    def _living(self) -> list[Process]:
        return [machine.process for machine in self.machines if machine.process is not None]

    def _rings(self, epoch: int) -> None:
        if epoch < self._epoch:
            self.watch.broken(f"the engine of epoch {epoch} rings somebody, and that of epoch {self._epoch} did before")
        if epoch > self._epoch:
            self._epoch = epoch
            serves = next(machine.name for machine in self.machines if machine.process is self.process)
            self.result.takeovers += serves != self._serves
            self._serves = serves

    def _committed(self, seq: int, recorded: Recorded) -> None:
        self.decided.committed(seq, recorded)
        self.ledger.note(recorded)

    def _facts_arrive(self) -> None:
        """Soon, where nothing is wrong with the database."""
        process, database = self.process, self.database
        if process is None or process.ended or process.recorder is None:
            return
        if not database.is_well() or not process.site.reaches_database:
            return
        behind_s = min(
            process.recorder.behind_seconds, self.world.now - max(database.well_since, process.site.reaches_since)
        )
        if behind_s > CAUGHT_UP_WITHIN_S:
            self.watch.broken(f"{process.recorder.pending} facts have waited for {behind_s:.1f} s for the database")

    def _compare_books(self) -> None:
        """What is on the disk gives the state that the engine has."""
        process = self.process
        recorder = process.recorder if process is not None and not process.ended else None
        if process is not None and recorder is not None and process.bridge is not None and not recorder.pending:
            if process.state.records != self.database.state.records:
                self.watch.broken("the journal does not fold to the live state")
            self.result.compared += 1

    def _records(self) -> Records | None:
        process = self.process
        if process is None or process.ended or process.bridge is None or not process.bridge.connected:
            return None
        return process.state.records

    def _begin_process(self, machine: Machine) -> None:
        if self._over:
            return
        self._processes += 1
        machine.process = Process(
            name=machine.name,
            number=self._processes,
            world=self.world,
            disk=machine.disk,
            database=self.database,
            decided=self.decided,
            asterisk=self.scene,
            weather=self.overload,
            wall=lambda: MORNING + timedelta(seconds=self.world.now) + self._system_clock_off,
            centre=self.desk.configuration,
            provisioning=self.desk.provisioning,
            observers=(self,),
            rings=self._rings,
            failed=self._failed,
            is_alone=len(self.machines) == 1,
        )
        machine.process.begin()
        self.note("the engine begins on", machine.name)

    def _end_process(self, machine: Machine) -> None:
        process, machine.process = machine.process, None
        assert process is not None
        process.bury()
        if self._failure is not None:
            raise Broken(self._failure)
        self.note("the engine has ended on", machine.name, "stood down" if process.stood_down else "")
        self.watch.disturb()
        since = self._cut_off_since.pop(machine.name, None)
        if since is not None:
            self._forget(since, self.world.now)
            self.world.after(CONFIRMED_WITHIN_S, partial(self._forget, since, self.world.now))
        pause_s = max(RESTART_S, machine.away_until - self.world.now)
        self.world.after(pause_s, lambda: self._begin_process(machine))

    def _failed(self, why: str) -> None:
        self._failure = self._failure or why

    def observe(self, what: Event | Request | None, outcome: Outcome, ordered: datetime) -> None:
        """Each step of the engine, for the transcript."""
        if isinstance(what, DriftFound) and self._nothing_gets_lost and not self.overload.is_on:
            # Asterisk tells nobody of the registration of a phone that is taken out of its tables.
            mended = [each for each in outcome.corrected if getattr(each, "device", "") not in self.desk.ever_gone]
            if mended:
                self._failed(f"nothing was lost on its way, and a routine look had to mend {mended}")
        if outcome.facts or outcome.commands:
            self.note("   engine:", what, "->", *(each.fact for each in outcome.facts), *outcome.commands)

    # --- faults

    def _comes(self, fault: Fault) -> None:
        """It strikes between two happenings, whichever these are."""
        self._strikes(fault, self.world.happened + fault.steps)

    def _strikes(self, fault: Fault, when: int) -> None:
        if self.world.happened < when and self.world.next_at is not None:
            self.world.after(max(self.world.next_at - self.world.now, 0.0), lambda: self._strikes(fault, when))
            return
        process = self.process
        if process is None or process.ended or self._over:
            return
        self.result.faults[fault.kind] += 1
        self.note("FAULT", fault.nth, fault.kind, f"{fault.lasts:.3f} s")
        self.watch.disturb()
        if fault.kind in ("freeze", "silence", "cut", "requests"):
            self.watch.unheard_at = self.world.now + fault.lasts
        match fault.kind:
            case "kill":
                self._kill(process)
            case "stop":
                process.stop()
            case "freeze":
                self._freeze(process, fault.lasts)
            case "asterisk":
                self._kill_asterisk(process, fault.lasts)
            case "cut":
                process.wire.cut()
            case "silence":
                process.wire.fall_silent(fault.lasts)
            case "requests":
                self._trouble(fault.lasts)
            case "clock":
                self._system_clock_off += timedelta(hours=self._dice.choice((-1, 1)))
            case "disk":
                self._disk_of(process).is_slow(fault.lasts)
            case "full":
                self._disk_of(process).is_full(3 * fault.lasts)
            case "database":
                self.database.goes_away(5 * fault.lasts, hangs=self._dice.random() < 0.3)
            case "commits":
                self.database.is_slow(5 * fault.lasts)
            case "two":
                self._lose_machine(process, 5 * fault.lasts)
            case plan.SEVERED:
                self._cut_off(process, 5 * fault.lasts)
            case "burst":
                for nth in range(10):
                    self.world.after(0.02 * nth, partial(self.people.calls, 1_000_000 + 100 * fault.nth + nth))
            case "configure":
                self.desk.change(5 * fault.lasts)
            case "overload":
                struck = self.result.faults.total()
                self.overload.begin(4 + fault.lasts / 2, lambda: self.result.faults.total() == struck)
            case _:
                raise AssertionError(fault.kind)

    def _configured(self, what: str) -> None:
        self.note("configured:", what)
        self.watch.configured(self.desk.configuration)
        self.people.configured(self.desk.configuration)
        for process in self._living():
            process.configure(self.desk.configuration, self.desk.provisioning)

    def _kill(self, process: Process) -> None:
        """Now, or in the midst of the next write to its disk."""

        def kill() -> None:
            if not process.ended and not self._over:
                self.watch.disturb()
                process.kill()

        if self._dice.random() < 0.5:
            kill()
        else:
            self._disk_of(process).when_it_writes = kill

    def _disk_of(self, process: Process) -> Disk:
        return next(machine.disk for machine in self.machines if machine.process is process)

    def _freeze(self, process: Process, for_s: float) -> None:
        """Nothing of it runs; the world does. After four seconds somebody kills it."""
        process.is_frozen = True

        def ends() -> None:
            process.is_frozen = False
            self.world.concerns_loop = True
            self.watch.disturb()
            if for_s >= 4.0:
                process.kill()

        self.world.after(min(for_s, 4.0), ends)

    def _lose_machine(self, process: Process, for_s: float) -> None:
        """Where nothing is on its disk only: that would be lost with it."""
        if process.recorder is not None and not process.recorder.pending:
            machine = next(machine for machine in self.machines if machine.process is process)
            machine.away_until = self.world.now + for_s
            process.kill()

    def _cut_off(self, process: Process, for_s: float) -> None:
        """It serves, and reaches the database no more: what it confirms from now on is lost with it."""
        if process.bridge is None:
            return
        self._cut_off_since.setdefault(process.name, self.world.now)
        self.watch.unheard_at = self.world.now + for_s + TAKEN_OVER_WITHIN_S
        self.database.cut_off(process.site, for_s)
        self.world.after(for_s, self.watch.disturb)
        self.world.after(for_s + TAKEN_OVER_WITHIN_S, self.watch.disturb)

    def _forget(self, since: float, until: float) -> None:
        """What was confirmed in that time is lost."""
        for person in self.people.agents.values():
            person.knows = "" if since <= person.coded_at <= until else person.knows

    def _kill_asterisk(self, process: Process, for_s: float) -> None:
        for caller in list(self.people.callers.values()):
            caller.keys += "L"
        self.scene.die()
        process.wire.cut()

        def back() -> None:
            self.scene.start()
            self.people.back_again()

        self.world.after(0.5 + for_s, back)

    def _trouble(self, for_s: float) -> None:
        self._troubled_until = max(self._troubled_until, self.world.now + for_s)
        self.chance.odds = plan.troubled(self._usual)
        self.world.after(for_s, self._trouble_over)

    def _trouble_over(self) -> None:
        """One may begin before another ends."""
        if self.world.now >= self._troubled_until:
            self.chance.odds = self._usual
