"""`acd run`: what it waits for and says, what ends it and with which code."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from acd.runtime.database import Connection
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.centres import SMALL, apply
from tests.integration.engine_process import EngineProcess, engine_process
from tests.integration.postgres import TestPostgres
from tests.integration.waiting import eventually
from tests.phone.phone import Phone


@pytest.fixture
def asterisk(tmp_path: Path) -> Iterator[TestAsterisk]:
    """An Asterisk of this test's own, not started."""
    server = TestAsterisk(tmp_path / "asterisk")
    yield server
    server.kill()


def reaching(asterisk: TestAsterisk, **more: str) -> dict[str, str]:
    """The settings for this Asterisk."""
    return {"ACD__ARI__URL": asterisk.url, "ACD__ARI__PASSWORD": ARI_PASSWORD} | more


# --- Asterisk


async def test_asterisk_that_is_not_there_is_waited_for(tmp_path: Path, database: str, asterisk: TestAsterisk) -> None:
    async with engine_process(tmp_path, database, reaching(asterisk)) as engine:
        await engine.not_ready_because("Asterisk", asterisk.url, "not connected", "reached")
        assert (await engine.get("/healthz"))[0] == 200
        assert await engine.metric("acd_ari_connected") == 0
        asterisk.start()
        await engine.ready()
        assert await engine.metric("acd_ari_connected") == 1


async def test_asterisk_that_dies_is_told_and_waited_for(tmp_path: Path, database: str, asterisk: TestAsterisk) -> None:
    asterisk.start()
    async with engine_process(tmp_path, database, reaching(asterisk)) as engine:
        await engine.ready()
        asterisk.kill()
        await engine.not_ready_because("Asterisk", "not connected")
        asterisk.start()
        await engine.ready()
        assert await engine.metric("acd_ari_connects_total") == 2
        told = ["asterisk_in_sight", "asterisk_out_of_sight", "asterisk_in_sight"]
        await eventually(lambda: [e for e in engine.events() if e.endswith("_sight")] == told)


async def test_a_wrong_ari_password_is_told_and_never_shown(
    tmp_path: Path, database: str, asterisk: TestAsterisk
) -> None:
    asterisk.start()
    environment = reaching(asterisk, ACD__ARI__PASSWORD="wrong-and-secret")
    async with engine_process(tmp_path, database, environment) as engine:
        reason = await engine.not_ready_because("Asterisk", "password")
        assert "wrong ARI user or password" in reason
        assert engine.process.returncode is None, "it goes on trying: ari.conf may be mended"
        log = engine.log_file.read_text(encoding="utf-8")
        assert "password" in log
        assert "wrong-and-secret" not in log + reason
        assert ARI_PASSWORD not in log


async def test_phones_and_numbers_reach_asterisk_at_the_start_and_at_every_change(
    tmp_path: Path, database: str, connection: Connection, asterisk: TestAsterisk
) -> None:
    await apply(connection, SMALL)
    asterisk.start()
    async with engine_process(tmp_path, database, reaching(asterisk)) as engine:
        await engine.ready()
        assert asterisk.endpoints() == {"1001-desk", "1001-soft", "1002-desk"}
        changed = SMALL.replace('"1001-soft"', '"1001-mobile"')
        assert await apply(connection, changed)
        await eventually(lambda: asterisk.endpoints() == {"1001-desk", "1001-mobile", "1002-desk"})
        await eventually(lambda: engine.events().count("configuration_changed") == 2)
        waiting = 'acd_queue_callers_waiting{queue="7001@demo.example"}'
        assert await engine.metric(waiting) == 0


async def test_the_first_phones_of_an_empty_centre_are_heard(
    tmp_path: Path, database: str, connection: Connection, asterisk: TestAsterisk
) -> None:
    """An Asterisk without any phone does not know what a phone is."""
    asterisk.start()
    async with engine_process(tmp_path, database, reaching(asterisk)) as engine:
        await engine.ready()
        await apply(connection, SMALL)
        await eventually(lambda: "1001-desk" in asterisk.endpoints())
        await engine.ready()
        async with Phone(("127.0.0.1", asterisk.sip_port), "1001-desk", "first-secret") as phone:
            assert await phone.register() == 200
            await eventually(lambda: _reached(engine) == [("1001-desk", True)])
        await eventually(lambda: _reached(engine) == [("1001-desk", True), ("1001-desk", False)])


def _reached(engine: EngineProcess) -> list[tuple[str, bool]]:
    return [(line["device"], line["reachable"]) for line in engine.log() if line["event"] == "device_reachable"]


async def test_a_second_engine_for_the_same_calls_makes_the_first_stand_down(
    tmp_path: Path, database: str, empty_database: str, asterisk: TestAsterisk
) -> None:
    asterisk.start()
    async with engine_process(tmp_path, database, reaching(asterisk)) as first:
        await first.ready()
        elsewhere = reaching(asterisk, ACD__JOURNAL__SPOOL=str(tmp_path / "second"))
        async with engine_process(tmp_path, empty_database, elsewhere) as second:
            await second.ready()
            assert await first.ended() == 4
            assert "stood_down" in first.events()
            await second.ready()
            assert second.process.returncode is None


# --- the database


async def test_a_database_that_is_not_there_is_waited_for(tmp_path: Path, own_postgres: TestPostgres) -> None:
    own_postgres.execute("create database acd")
    own_postgres.kill()
    async with engine_process(tmp_path, own_postgres.url("acd")) as engine:
        await engine.not_ready_because("waiting for the database acd")
        assert (await engine.get("/healthz"))[0] == 200
        own_postgres.start()
        await engine.not_ready_because("Asterisk")


async def test_a_database_that_goes_away_is_told_and_keeps_no_call_away(
    tmp_path: Path, own_postgres: TestPostgres, asterisk: TestAsterisk
) -> None:
    own_postgres.execute("create database acd")
    asterisk.start()
    async with engine_process(tmp_path, own_postgres.url("acd"), reaching(asterisk)) as engine:
        await engine.ready()
        own_postgres.kill()
        await _warned(engine, "changes of the configuration are not heard")
        asterisk.kill()  # something to write
        await _warned(engine, "the database acd", "cannot be reached", "facts wait for it")
        own_postgres.start()
        asterisk.start()
        await engine.ready()
        await _warned(engine)
        assert (await engine.stop())[0] == 0


async def _until_metric(engine: EngineProcess, sample: str, value: float) -> None:
    async with asyncio.timeout(20):
        while await engine.metric(sample) != value:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _warned(engine: EngineProcess, *words: str) -> None:
    """Wait until one of its warnings has these words; without words: until there is none."""
    async with asyncio.timeout(20):
        while True:
            warnings = await engine.warnings()
            if any(all(word in warning for word in words) for warning in warnings) if words else not warnings:
                return
            await asyncio.sleep(0.05)


async def test_killed_without_its_database_it_begins_again_with_all_it_had_decided(
    tmp_path: Path, own_postgres: TestPostgres, asterisk: TestAsterisk
) -> None:
    own_postgres.execute("create database acd")
    asterisk.start()
    async with engine_process(tmp_path, own_postgres.url("acd"), reaching(asterisk)) as killed:
        await killed.ready()
        own_postgres.kill()
        asterisk.kill()
        await _warned(killed, "facts wait for it")
        await _until_metric(killed, "acd_spool_facts_pending", 0)
        killed.process.kill()
        await killed.process.wait()
    own_postgres.start()
    async with engine_process(tmp_path, own_postgres.url("acd"), reaching(asterisk)) as engine:
        await engine.not_ready_because("Asterisk")
        assert "journal_completed_from_spool" in engine.events()
    kinds = own_postgres.execute("select kind from fact order by seq", "acd").split()
    assert kinds == ["asterisk_in_sight", "asterisk_out_of_sight"]


async def test_a_spool_that_cannot_be_written_ends_it_with_words(tmp_path: Path, database: str) -> None:
    (tmp_path / "file").write_text("")
    async with engine_process(tmp_path, database, {"ACD__JOURNAL__SPOOL": str(tmp_path / "file")}) as engine:
        assert await engine.ended() == 6
        [line] = [line for line in engine.log() if line["event"] == "spool_unusable"]
        assert "[journal] spool" in line["why"]


async def test_a_database_that_does_not_exist_ends_it_with_words(tmp_path: Path, postgres: TestPostgres) -> None:
    async with engine_process(tmp_path, postgres.url("nowhere")) as engine:
        assert await engine.ended() == 5
        [line] = [line for line in engine.log() if line["event"] == "database_unusable"]
        assert "nowhere" in line["why"]
        assert "createdb" in line["why"]


async def test_a_spool_in_use_is_not_shared(tmp_path: Path, database: str, empty_database: str) -> None:
    async with engine_process(tmp_path, database) as first:
        await first.not_ready_because("Asterisk")
        async with engine_process(tmp_path, empty_database) as second:
            assert await second.ended() == 6
            assert "is in use by another engine" in second.log()[-2]["why"]
        await first.not_ready_because("Asterisk")


async def test_a_second_engine_stands_by_until_the_first_is_killed(tmp_path: Path, database: str) -> None:
    async with engine_process(tmp_path, database) as first:
        await first.not_ready_because("Asterisk")
        async with engine_process(tmp_path, database) as second:
            await second.not_ready_because("standing by", f"process {first.process.pid} ")
            await first.not_ready_because("Asterisk")
            first.process.kill()
            await second.not_ready_because("Asterisk")
            assert second.events().count("standing_by") == 1


async def test_whoever_has_lost_the_lease_stands_down(tmp_path: Path, database: str, connection: Connection) -> None:
    async with engine_process(tmp_path, database) as engine:
        await engine.not_ready_because("Asterisk")
        await connection.execute("update lease set epoch = epoch + 1")
        assert await engine.ended() == 4
        [line] = [line for line in engine.log() if line["event"] == "stood_down"]
        assert "another engine has taken the lease" in line["why"]


# --- start and stop


async def test_a_web_port_that_is_taken_ends_it_with_words(tmp_path: Path, database: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with engine_process(tmp_path, database, {"ACD__WEB__PORT": port}) as engine:
            assert await engine.ended() == 3
            [line] = [line for line in engine.log() if line["event"] == "web_port_taken"]
            assert line["why"].startswith(f"web port {port} on 127.0.0.1 is taken: stop what uses it, or set")


async def test_wrong_settings_end_it_with_every_fault(tmp_path: Path, database: str) -> None:
    wrong = {"ACD__WEB__PORT": "eighty", "ACD__ARI__USR": "x", "ACD__LOG__LEVEL": "loud"}
    async with engine_process(tmp_path, database, wrong) as engine:
        assert await engine.ended() == 2
        told = engine.log_file.read_text(encoding="utf-8")
        assert 'ACD__WEB__PORT: cannot be "eighty"; give a port number from 1 to 65535' in told
        assert "ACD__ARI__USR: is not known; did you mean ACD__ARI__USER?" in told
        assert 'ACD__LOG__LEVEL: cannot be "loud"' in told
        assert "Traceback" not in told


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_in_order(
    tmp_path: Path, database: str, connection: Connection, asterisk: TestAsterisk, with_signal: signal.Signals
) -> None:
    await apply(connection, SMALL)
    asterisk.start()
    async with engine_process(tmp_path, database, reaching(asterisk)) as engine:
        await engine.ready()
        code, seconds = await engine.stop(with_signal)
        assert code == 0
        assert seconds < 3
        assert engine.events()[-2:] == ["stopping", "stopped"]
        assert not [line for line in engine.log() if line["level"] in ("error", "critical")]
    stored = await connection.fetchval("select count(*) from fact where kind = 'asterisk_in_sight'")
    assert stored == 1, "what it decided is in the journal"


async def test_it_stops_while_it_still_waits(tmp_path: Path, own_postgres: TestPostgres) -> None:
    own_postgres.kill()
    async with engine_process(tmp_path, own_postgres.url("acd")) as engine:
        await engine.not_ready_because("waiting for the database")
        code, seconds = await engine.stop()
        assert code == 0
        assert seconds < 3


async def test_it_begins_again_from_its_journal(tmp_path: Path, database: str, connection: Connection) -> None:
    await apply(connection, SMALL)
    async with engine_process(tmp_path, database) as killed:
        await killed.not_ready_because("Asterisk")
        await _stored(connection, "configuration_changed")
        killed.process.kill()
        await killed.process.wait()
    async with engine_process(tmp_path, database) as engine:
        await engine.not_ready_because("Asterisk")
        assert [line["facts"] for line in engine.log() if line["event"] == "journal_read"] == [1]
        assert engine.events().count("configuration_changed") == 0, "nothing has changed since"


PLANTED_BUG = """
from acd.cli import main
from acd.engine import Engine
from acd.inputs import AsteriskSeen

decide = Engine.handle

def handle(self, what, now):
    outcome = decide(self, what, now)
    assert not isinstance(what, AsteriskSeen), "planted"
    return outcome

Engine.handle = handle
main(["run"])
"""
"""The core changes its state and then fails: what it decided is told to nobody."""


async def test_a_bug_in_the_core_ends_it_and_the_next_one_begins_from_what_was_stored(
    tmp_path: Path, database: str, connection: Connection, asterisk: TestAsterisk
) -> None:
    await apply(connection, SMALL)
    asterisk.start()
    async with engine_process(tmp_path, database, reaching(asterisk), arguments=("-c", PLANTED_BUG)) as broken:
        assert await broken.ended() == 70
        [line] = [line for line in broken.log() if line["event"] == "engine_failed"]
        assert "AsteriskSeen(" in line["input"]
        assert "ConfigurationChanged(" in str(line["last_facts"])
        assert "planted" in line["exception"]
    kinds = [row["kind"] for row in await connection.fetch("select kind from fact order by seq")]
    assert kinds == ["configuration_changed"], "facts of the failed step are not recorded"
    assert await connection.fetch("select seq from snapshot") == []
    async with engine_process(tmp_path, database, reaching(asterisk)) as engine:
        await engine.ready()


async def _stored(connection: Connection, kind: str) -> None:
    async with asyncio.timeout(10):
        while not await connection.fetchval("select count(*) from fact where kind = $1", kind):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
