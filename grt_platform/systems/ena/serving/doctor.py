"""What the doctor looks at for ENA where machines are rented: the provider, the key that enters them, rsync and ssh."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings
from grt_platform.systems.ena.providers import DigitalOcean

_PROGRAMS = ("rsync", "ssh")


def looks(known: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is to be looked at, by the setting that it stands in."""
    if known.ena_provider == DigitalOcean.name:
        yield "GRT_DIGITALOCEAN_TOKEN", partial(_provider, known)
        yield "GRT_ENA_SSH_KEY", partial(_key, known.ena_ssh_key)
        yield "rsync", _programs


def _provider(known: Settings) -> str:
    from grt_platform.systems.ena.workshop import droplets_of

    if not known.digitalocean_token.get_secret_value():
        raise BadInputError("GRT_DIGITALOCEAN_TOKEN is not set: make one that may create, read and delete droplets")
    held = len(droplets_of(known).list())
    return f"{known.digitalocean_url} lets us in; {held} machines with the tag {known.digitalocean_tag}"


def _key(path: str) -> str:
    if not path:
        raise BadInputError("GRT_ENA_SSH_KEY is not set: it names the private key that signs in to droplets")
    private = Path(path).expanduser()
    missing = [str(file) for file in (private, private.with_name(f"{private.name}.pub")) if not file.is_file()]
    if missing:
        raise BadInputError(
            f"{' and '.join(missing)} cannot be found: make both by `ssh-keygen -t ed25519 -f {private}`"
        )
    return f"{private} and its public half are there"


def _programs() -> str:
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        raise BadInputError(f"{' and '.join(missing)} cannot be found on this machine: install what is missing")
    return "rsync and ssh are there"
