"""Code that speaks to others: unreachable, but for its own loopback."""

from tests.hostile.cases.attack import finder
from tests.hostile.cases.case import Case
from tests.hostile.kitchen import ANSWERS

# Where the tests themselves listen, outside: below the ports that a kernel gives away, as a socket
# that was given the port it connects to would reach itself.
PORT, SOCKET = 27_302, "\0hostile-outside"


def _reaches(name: str, about: str, search: str) -> Case:
    """A case that gets `brew` right only if it reaches something."""
    return Case(
        name,
        about,
        cells={"brew": finder(f"import socket\nsocket.setdefaulttimeout(1)\n{search}")},
        gets={"check-brew": 0},
        says={"brew": "找到 []"},
    )


_LOOPBACK = """\
import aiohttp.web, socket
async def answer(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()

async def echo(text):
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        writer.write(text.encode() + b"\\n")
        back = (await reader.readline()).decode().strip()
        writer.close()
        await writer.wait_closed()
    return back

async def through_http(text):
    async def page(request): return aiohttp.web.Response(text=text)
    application = aiohttp.web.Application()
    application.router.add_get("/", page)
    runner = aiohttp.web.AppRunner(application)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/") as response:
            back = await response.text()
    await runner.cleanup()
    return back

said = [await echo("你好"), await through_http("你好")]
ends = socket.socketpair()
ends[0].send(b"1")
assert said == ["你好"] * 2 and ends[1].recv(1) == b"1"
"""

CASES = [
    Case("loopback", "servers of its own", cells={"greet": _LOOPBACK + ANSWERS["greet"]}),
    _reaches(
        "tcp",
        "connections to anywhere",
        f"""\
for address in (("1.1.1.1", 53), ("8.8.8.8", 443), ("10.0.0.1", 80), ("169.254.169.254", 80),
                ("192.168.0.1", 80), ("127.0.0.1", {PORT}), ("127.0.0.1", 22), ("0.0.0.0", {PORT})):
    try: socket.create_connection(address).close(); found.append(address)
    except OSError: pass
for address in (("2606:4700:4700::1111", 53), ("::1", {PORT}), ("fe80::1", 80)):
    try: socket.create_connection(address).close(); found.append(address)
    except OSError: pass""",
    ),
    _reaches(
        "udp",
        "packets to anywhere",
        f"""\
with socket.socket(type=socket.SOCK_DGRAM) as sender:
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    for host in ("1.1.1.1", "255.255.255.255", "224.0.0.1", "169.254.169.254"):
        try: sender.sendto(b"x", (host, 53)); found.append(host)
        except OSError: pass
    try:
        sender.connect(("127.0.0.1", {PORT}))
        sender.send(b"hostile")
    except OSError: pass""",
    ),
    _reaches(
        "dns",
        "names of others",
        """\
for name in ("example.org", "pypi.org", "metadata.google.internal", "host.docker.internal"):
    try: found += socket.getaddrinfo(name, 80)
    except OSError: pass""",
    ),
    _reaches(
        "http",
        "pages of others",
        """\
import aiohttp, urllib.request
try: found.append(urllib.request.urlopen("http://example.org", timeout=1).read(1))
except OSError: pass""",
    ),
    _reaches(
        "raw",
        "sockets of every other kind",
        """\
for family in range(1, 46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
            try: socket.socket(family, kind).close(); found.append((family, kind))
            except OSError: pass
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET):
    try: socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMP).close(); found.append("raw")
    except OSError: pass""",
    ),
    _reaches(
        "sockets",
        "the sockets of others on this machine",
        f"""\
for address in ({SOCKET!r}, "\\0/tmp/.X11-unix/X0", "/run/docker.sock", "/var/run/docker.sock",
                "/run/systemd/private", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0"):
    with socket.socket(socket.AF_UNIX) as peer:
        try: peer.connect(address); found.append(address)
        except OSError: pass""",
    ),
    _reaches(
        "interfaces",
        "interfaces and routes other than its loopback's",
        """\
import subprocess
found += [name for _, name in socket.if_nameindex() if name not in ("lo",) and "0" != name[-1]]
found += Path("/proc/net/route").read_text().splitlines()[1:]
for command in ("ip link add x type dummy", "ip addr add 10.9.9.9 dev lo", "iptables -F",
                "ip route add default dev lo", "ping -c1 1.1.1.1"):
    try: done = subprocess.run(command.split(), capture_output=True)
    except OSError: continue
    if done.returncode == 0: found.append(command)""",
    ),
]
