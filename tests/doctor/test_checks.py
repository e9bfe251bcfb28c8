"""A healthy installation, spoilt in one thing after the other: each fault is found, named, and nothing else is said."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from acd.centre import read_centre
from acd.doctor import Finding, Level, findings
from acd.doctor.centre import example_of, sounds_of
from acd.doctor.needs import CONTEXTS, DIAL_PLAN_MODULE, MODULES
from acd.doctor.sight import AsteriskSight, DatabaseSight, EngineSight, Sight, SpoolSight, Unreached
from acd.model import Agent, Configuration
from acd.outbound import may_call
from acd.ports import DirectoryEntry, Endpoint, Provisioning
from tests.integration.centres import RULES

SCHEMA: Final = 5
ROOT: Final = Path(__file__).parents[2]


def configuration(text: str) -> Configuration:
    centre = read_centre(text, "centre.toml")
    account = centre.account
    return Configuration(
        accounts={account.id: account},
        agents={
            entry.agent: Agent(id=entry.agent, account=account.id, extension="", name="")
            for entry in centre.assignments
        },
        queues={queue.id: queue for queue in centre.queues},
        assignments={(entry.agent, entry.queue): entry for entry in centre.assignments},
    )


def provisioning(text: str) -> Provisioning:
    centre = read_centre(text, "centre.toml")
    account = centre.account.id
    phones = tuple(phone.name for phone in centre.devices)
    return Provisioning(
        endpoints=tuple(
            Endpoint(device=name, account=account, extension="1001", caller_name="", secret="s") for name in phones
        ),
        directory=tuple(
            DirectoryEntry(account=account, number=queue.number, is_queue=True, devices=phones)
            for queue in centre.queues
        ),
    )


CONFIGURATION: Final = configuration(RULES)
HEALTHY: Final = Sight(
    settings="/etc/acd/acd.toml",
    database=DatabaseSight(address="database acd at localhost", server_version=150004, schema=SCHEMA),
    asterisk=AsteriskSight(
        url="http://127.0.0.1:8088",
        user="acd",
        version="22.10.1",
        ahead=timedelta(seconds=0.2),
        may_write=True,
        modules=frozenset(module for modules in MODULES.values() for module in modules),
        dial_plan=dict.fromkeys(CONTEXTS, True),
        ways_out={"05555555": True},
        sounds_missing=(),
        phones={phone.device: True for phone in provisioning(RULES).endpoints},
        directory={f"{entry.number}@{entry.account}": "queue,x" for entry in provisioning(RULES).directory},
        bind="0.0.0.0:5060",
    ),
    engine=EngineSight(
        url="http://127.0.0.1:8090",
        answers=True,
        agents={queue: {"available": 1, "away": 1} for queue in CONFIGURATION.queues},
    ),
    spool=SpoolSight(path="/var/lib/asterisk-acd/spool", user="acd", free_bytes=10**10),
    configuration=CONFIGURATION,
    provisioning=provisioning(RULES),
)
PHONES: Final = dict(HEALTHY.asterisk.phones or {})


def spoilt(part: str, **what: Any) -> Sight:
    """The healthy one but for this."""
    return replace(HEALTHY, **({part: what[part]} if part in what else {part: replace(getattr(HEALTHY, part), **what)}))


def test_nothing_is_said_of_what_is_well() -> None:
    assert findings(HEALTHY, SCHEMA) == ()


@pytest.mark.parametrize(
    ("sight", "level", "about", "named", "typed"),
    [
        (spoilt("database", trouble="cannot be reached", is_away=True), "fault", "database", "reached",
         "systemctl start postgresql"),
        (spoilt("database", trouble="refuses this user"), "fault", "database", "refuses", "mend that"),
        (spoilt("database", server_version=140009), "fault", "database", "PostgreSQL 14; 15", "pg_upgradecluster"),
        (spoilt("database", schema=None), "fault", "database", "is empty", "acd apply FILE"),
        (spoilt("database", schema=SCHEMA + 1), "fault", "database", "version 6", "newer program"),
        (spoilt("database", schema=SCHEMA - 1), "hint", "database", "version 4", "acd backup"),
        (spoilt("database", ahead=timedelta(minutes=-2)), "fault", "clock of the database", "-120 s", "timedatectl"),
        (spoilt("spool", trouble="cannot be written"), "fault", "spool", "for the user acd", "install -d -o acd"),
        (spoilt("spool", free_bytes=5 * 2**20), "fault", "spool", "only 5 MB", "[journal] spool"),
        (spoilt("asterisk", trouble=Unreached.SILENT), "fault", "Asterisk", "nobody answers", "start asterisk"),
        (spoilt("asterisk", trouble=Unreached.SLOW), "fault", "Asterisk", "in time", "core show taskprocessors"),
        (spoilt("asterisk", trouble=Unreached.PASSWORD), "fault", "ARI", "refuses the user acd", "[acd] in ari.conf"),
        (spoilt("asterisk", trouble=Unreached.ADDRESS), "fault", "ARI", "from here", "permit = "),
        (spoilt("asterisk", trouble=Unreached.NO_ARI), "fault", "ARI", "no /ari", "module load res_ari.so"),
        (spoilt("asterisk", new_enough=False, version="20.1.0"), "fault", "Asterisk", "20.1.0; 22.10.1", "upgrade"),
        (spoilt("asterisk", may_write=False), "fault", "ARI", "may only read", "read_only = no"),
        (spoilt("asterisk", ahead=timedelta(hours=1)), "fault", "clock of Asterisk", "+3600 s", "timedatectl"),
        (spoilt("asterisk", modules=(HEALTHY.asterisk.modules or frozenset()) - {"app_dial.so"}), "fault", "modules",
         "app_dial.so is not loaded, which the dial plan needs", "load = app_dial.so"),
        (spoilt("asterisk", modules=None), "not seen", "modules", "list", "res_ari_asterisk.so"),
        (spoilt("asterisk", dial_plan=dict.fromkeys(CONTEXTS, False)), "fault", "dial plan", "is not there",
         "#include acd-dialplan.conf"),
        (spoilt("asterisk", dial_plan=dict.fromkeys(CONTEXTS, True) | {"acd-dial": False}), "fault", "dial plan",
         "an old one, without acd-dial", "dialplan reload"),
        (spoilt("asterisk", dial_plan=None), "not seen", "dial plan", "cannot be asked", DIAL_PLAN_MODULE),
        (spoilt("asterisk", ways_out={"05555555": False}), "fault", "outbound", "05555555", "[acd-outbound]"),
        (spoilt("asterisk", sounds_missing=("acd/available",)), "fault", "sounds", "our prompts", "cp -r prompts/en"),
        (spoilt("asterisk", sounds_missing=("custom/sales",)), "fault", "sounds", "custom/sales", "put the files"),
        (spoilt("asterisk", sounds_missing=None), "not seen", "sounds", "cannot be read", "acd/available"),
        (spoilt("asterisk", bind=None), "fault", "phones", "transport-udp", "[transport-udp]"),
        (spoilt("asterisk", bind="127.0.0.1:5060"), "hint", "phones", "other machines", "acd up --bind"),
        (spoilt("asterisk", external_media="192.0.2.7"), "hint", "NAT", "local_net", "external_media_address"),
        (spoilt("asterisk", url="http://192.0.2.9:8088"), "hint", "ARI", "in the clear", "tlsenable"),
        (spoilt("asterisk", phones={}), "fault", "phones", "1001-desk, 1001-soft, 1002-desk", "sorcery.conf"),
        (spoilt("asterisk", phones=dict.fromkeys(PHONES, False)), "fault", "phones", "none of the 3", "0.0.0.0:5060"),
        (spoilt("asterisk", phones=PHONES | {"1002-desk": False}), "hint", "phones", "1002-desk", "show contacts"),
        (spoilt("asterisk", phones=None), "not seen", "phones", "list", "res_ari_endpoints.so"),
        (spoilt("asterisk", directory={**(HEALTHY.asterisk.directory or {}), "7001@demo.example": None}), "fault",
         "numbers", "7001@demo.example", "start the engine"),
        (spoilt("engine", answers=False), "fault", "engine", "it does not run", "systemctl start acd"),
        (replace(spoilt("engine", answers=False), settings=".state/demo/engine.toml"), "fault", "engine",
         "does not run", "acd up FILE"),
        (spoilt("engine", is_ours=False), "fault", "engine", "another program", "ss -ltnp 'sport = :8090'"),
        (spoilt("engine", reasons=("waiting",)), "fault", "engine", "takes no calls: waiting", "journalctl -u acd"),
        (spoilt("engine", warnings=("late",)), "hint", "engine", "late", "runbooks"),
        (spoilt("engine", agents={"7001@demo.example": {"away": 2, "available": 0}}), "hint", "agents",
         "nobody takes calls of queue 7001", "*51"),
        (spoilt("engine", agents={"7001@demo.example": {"offline": 2}}, waiting={"7001@demo.example": 3}), "fault",
         "agents", "and 3 wait", "*51"),
        (spoilt("configuration", configuration=replace(CONFIGURATION, queues={}, assignments={})), "fault", "centre",
         "no queue", "examples/demo.toml"),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_named_alone(sight: Sight, level: str, about: str, named: str, typed: str) -> None:
    [found] = findings(sight, SCHEMA)
    assert (found.level, found.about) == (level, about)
    assert named in found.what
    assert typed in found.do


def test_faults_come_before_hints() -> None:
    sight = replace(
        spoilt("asterisk", bind="127.0.0.1:5060", sounds_missing=None), engine=EngineSight(url="", answers=False)
    )
    assert [finding.level for finding in findings(sight, SCHEMA)] == [Level.FAULT, Level.NOT_SEEN, Level.HINT]


def test_a_queue_without_agents_is_found() -> None:
    kept = {key: value for key, value in CONFIGURATION.assignments.items() if "7002" not in key[1]}
    [found] = findings(replace(HEALTHY, configuration=replace(CONFIGURATION, assignments=kept)), SCHEMA)
    assert found == Finding(
        level=Level.FAULT,
        about="agents",
        what="nobody is assigned to queue 7002 Support: its callers wait in vain",
        do='add [[assignments]] queue = "7002", agent = "…"; acd apply FILE',
    )


def test_a_queue_that_nobody_would_answer_without_the_engine_is_found() -> None:
    assert HEALTHY.provisioning
    first, *rest = HEALTHY.provisioning.directory
    without = replace(HEALTHY.provisioning, directory=(replace(first, devices=()), *rest))
    [found] = findings(replace(HEALTHY, provisioning=without), SCHEMA)
    assert (found.about, found.what) == (
        "fallback",
        "without the engine nobody would answer 7001@demo.example: its agents have no phones",
    )


def test_what_an_asterisk_out_of_reach_hides_is_not_blamed_on_the_centre() -> None:
    away = AsteriskSight(url="http://127.0.0.1:8088", user="acd", trouble=Unreached.SILENT)
    assert [found.about for found in findings(replace(HEALTHY, asterisk=away), SCHEMA)] == ["Asterisk"]


def test_our_own_configuration_loads_what_is_needed() -> None:
    loaded = (ROOT / "asterisk-conf" / "modules.conf").read_text(encoding="utf-8")
    needed = [module for modules in MODULES.values() for module in modules] + [DIAL_PLAN_MODULE]
    assert [module for module in needed if f"\nload = {module}" not in loaded] == []
    dial_plan = (ROOT / "asterisk-conf" / "acd-dialplan.conf").read_text(encoding="utf-8")
    assert [context for context in CONTEXTS if f"[{context}]\nexten => s,1," not in _without_comments(dial_plan)] == []


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(";"))


@pytest.mark.parametrize("pattern", ["0XXXXXXX.", "[1-35]ZN", "+36.", "00[24]X.", "1NXXNXXXXXX"])
def test_an_example_of_a_pattern_passes_it(pattern: str) -> None:
    assert may_call([pattern], example_of(pattern))


def test_the_sounds_that_a_centre_names_are_looked_for() -> None:
    assert "custom/sales" in sounds_of(HEALTHY.configuration)
    assert sounds_of(None) == ("acd/available", "vm-nobodyavail")
