"""TCP ports of this machine: free ones, and the same ones at the next start."""

import secrets
import socket

from grt_platform.kernel.errors import BadInputError, UnavailableError

LOOPBACK = "127.0.0.1"
# Below the ports that the kernel lends to outgoing connections, which could take a remembered port between two starts.
_FIRST, _LAST = 20_000, 32_000
_TRIALS = 200


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
        return True


def free_port(taken: set[int], host: str = LOOPBACK) -> int:
    """A free port that is not in `taken`."""
    for _ in range(_TRIALS):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        if port not in taken and is_free(port, host):
            return port
    raise UnavailableError(f"Found no free TCP port between {_FIRST} and {_LAST} on {host}")


def choose_port(name: str, wanted: int, ports: dict[str, int], host: str = LOOPBACK) -> str:
    """`ports[name]` is a port that is free now: the wanted one, else the remembered one, else a new one.

    Args:
        name: What listens there; `GRT_<NAME>_PORT` is its setting.
        wanted: The port that a person set; 0 for none.
        ports: The remembered ports by name; changed.
        host: Address that will be listened on.

    Returns:
        A line for the person where a remembered port had to change, else nothing.
    """
    if wanted:
        if not is_free(wanted, host):
            raise BadInputError(
                f"Port {wanted} on {host} is in use: end what listens there, or change GRT_{name.upper()}_PORT"
            )
        ports[name] = wanted
        return ""
    remembered = ports.get(name)
    if remembered and is_free(remembered, host):
        return ""
    ports[name] = free_port(set(ports.values()), host)
    return f"port {remembered} of {name} is in use by something else, it is {ports[name]} now" if remembered else ""
