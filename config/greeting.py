"""What a newcomer reads in the terminal."""

from django.conf import settings

from accounts.demo import token
from config.env import env
from core.wiring import hooks


def greeting(address: str, *, demo: bool) -> str:
    lines = [
        f"Serving on http://{address}",
        f"  pages      http://{address}/live/",
        f"  admin      http://{address}/admin/",
        f"  API        http://{address}/api/docs",
    ]
    if phones := env("OUTSIDE_URL"):
        lines += [f"  phones     {phones}   what the phones received"]
    if demo:
        lines += ["", "The demo world: everyone's password is demo-pass, admin@demo.test is the operator."]
        lines += _stream(address)
        lines += [line for ways_in in hooks("WAYS_IN") for line in ways_in(address)]
    lines += ["", f"Data in {settings.DATA_DIR}. Ctrl-C stops."]
    return "\n".join(lines)


def _stream(address: str) -> list[str]:
    return [
        "",
        "The stream of nurse1, for a quarter of an hour (say hello first):",
        f'  wscat -s stream.v1 -c "ws://{address}/ws?token={token("nurse1@demo.test")}"',
        '  {"type":"hello","id":"1","device_id":"wscat","ack":false}',
    ]
