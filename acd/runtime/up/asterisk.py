"""Which Asterisk to run, and how: its files found, its configuration filled in, its command line.

Nothing is started or downloaded here; `tree` builds the private Asterisk, `children` starts processes.
"""

import asyncio
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from acd.runtime.up.errors import StartError
from acd.runtime.up.progress import say
from ari_bridge.version import FLOOR_IN_WORDS as FLOOR_IN_WORDS
from ari_bridge.version import new_enough as new_enough

PACKAGES: Final = Path(__file__).resolve().parents[3]
"""Where our packages are: a checkout, or what pip has installed."""
NOT_LOADED: Final = 10
"""So often, once a second, an Asterisk that is just starting may answer 404: its web server is there before its ARI."""

_SHARE: Final = PACKAGES / "acd" / "share"
TEMPLATES: Final = _SHARE / "asterisk-conf"
PROMPTS: Final = _SHARE / "prompts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """An Asterisk on this machine, and where its parts are."""

    version: str
    command: tuple[str, ...]
    """The program, with what it takes to start it outside its own root tree."""
    modules: Path
    share: Path
    """Documentation (without which modules refuse to load), music, sounds, the description of ARI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What differs from centre to centre."""

    sip_host: str
    sip_port: int
    ari_port: int
    rtp_first: int
    rtp_last: int
    ari_password: str = field(repr=False)
    ari_user: str = "acd"
    ari_host: str = "127.0.0.1"


def in_tree(root: Path) -> Installation:
    """The Asterisk of a root tree, run without changing the root: through the tree's own loader and libraries."""
    modules = _only(root, "usr/lib/*/asterisk/modules")
    libraries = modules.parent.parent
    command = (
        str(_only(libraries, "ld-linux-*.so.*")),
        "--library-path",
        str(libraries),
        str(root / "usr/sbin/asterisk"),
    )
    return Installation(
        version=version_of(command), command=command, modules=modules, share=root / "usr/share/asterisk"
    )


def installed() -> Installation | None:
    """The Asterisk that this machine has of its own, new enough or not; None when it has none that is complete."""
    program = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    version = version_of((program,))
    places = [Path(prefix) for prefix in ("/usr/share/asterisk", "/usr/local/share/asterisk", "/var/lib/asterisk")]
    libraries = [place for top in ("/usr/lib", "/usr/lib64") for place in sorted(Path(top).glob("**/asterisk/modules"))]
    share = next((place for place in places if (place / "rest-api").is_dir()), None)
    if share is None or not libraries:
        return None
    return Installation(version=version, command=(program,), modules=libraries[0], share=share)


def version_of(command: tuple[str, ...]) -> str:
    """What this program says its version is, such as `22.10.1`. Raises StartError when it does not start."""
    try:
        said = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=10, check=True).stdout  # noqa: S603 - our own command line
    except (OSError, subprocess.SubprocessError) as error:
        raise StartError(f"{command[-1]} does not start: {error}") from error
    return said.strip().removeprefix("Asterisk ")


async def version_over_ari(url: str, user: str, password: str) -> str:
    """The version of a running Asterisk. Waits for one that is not there yet; raises StartError where it says no."""
    headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
    waiting, not_found = False, 0
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=5)) as session:
        while True:
            try:
                async with session.get(f"{url}/ari/asterisk/info") as answer:
                    not_found += answer.status == 404
                    if answer.status == 404 and not_found <= NOT_LOADED:
                        answer.raise_for_status()
                    if answer.status != 200:
                        raise StartError(
                            f"Asterisk at {url} answers {answer.status}: "
                            "correct --ari-url, --ari-user or what is in --ari-password-file."
                        )
                    return str((await answer.json())["system"]["version"])
            except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
                if not waiting:
                    say(f"Waiting: Asterisk at {url} does not answer ({type(error).__name__}).")
                waiting = True
                await asyncio.sleep(1)


def write_configuration(installation: Installation, site: Site, home: Path) -> Path:
    """Fill the templates into `home/etc`, make the directories they name, and return the path of asterisk.conf."""
    words = {
        "etc": home / "etc",
        "modules": installation.modules,
        "data": home / "data",
        "var": home / "var",
        "log": home / "log",
        "run": home / "run",
        "sbin": Path(installation.command[-1]).parent,
        "sip_host": site.sip_host,
        "sip_port": site.sip_port,
        "ari_host": site.ari_host,
        "ari_port": site.ari_port,
        "ari_user": site.ari_user,
        "ari_password": site.ari_password,
        "rtp_first": site.rtp_first,
        "rtp_last": site.rtp_last,
    }
    for name in ("etc", "data/sounds", "var/keys", "var/spool/recording", "var/cache", "log", "run"):
        (home / name).mkdir(parents=True, exist_ok=True)
    for template in sorted(TEMPLATES.glob("*.conf")):
        text = re.sub(r"@([a-z_]+)@", lambda word: str(words[word[1]]), template.read_text())
        filled = home / "etc" / template.name
        filled.touch(mode=0o600)  # ari.conf holds the password
        filled.write_text(text)
    _link_data(installation, home / "data")
    return home / "etc" / "asterisk.conf"


def run_command(installation: Installation, configuration: Path) -> list[str]:
    """The command line of an Asterisk that stays in the foreground."""
    return [*installation.command, "-C", str(configuration), "-f", "-n"]


def _link_data(installation: Installation, data: Path) -> None:
    for part in ("documentation", "moh", "rest-api"):
        _link(data / part, installation.share / part)
    sounds = installation.share / "sounds"
    named = sounds / "en_US_f_Allison"  # a tree that was only unpacked lacks the alternative `en`
    _link(data / "sounds" / "en", named if named.is_dir() else sounds / "en")
    ours = data / "sounds" / "acd"
    ours.mkdir(exist_ok=True)
    for prompt in (*PROMPTS.glob("*.wav"), *PROMPTS.glob("*.wav16")):
        shutil.copyfile(prompt, ours / prompt.name)


def _link(name: Path, target: Path) -> None:
    name.unlink(missing_ok=True)
    name.symlink_to(target)


def _only(place: Path, pattern: str) -> Path:
    found = sorted(place.glob(pattern))
    if not found:
        raise StartError(f"{place} is no root tree with Asterisk: it has no {pattern}")
    return found[0]
