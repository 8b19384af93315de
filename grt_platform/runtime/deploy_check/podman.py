"""podman with storage and settings of its own, as a machine without systemd, cgroups v2 and a registry needs it."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.runtime.environment import project

PACKAGES = ("podman", "runc", "netavark", "aardvark-dns", "iptables", "uidmap", "debootstrap")
PYTHON_IMAGE = "docker.io/library/python:3.11-slim-bookworm"
_APT = ("apt-get", "-o", "DPkg::Lock::Timeout=120")
_BASE = "ca-certificates,python3,python3-venv,python3-dev"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_PASSED_ON = ("PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
Tell = Callable[[str], None]


class Podman:
    """One podman, everything of which is below `folder`.

    Args:
        folder: Its storage, of some gigabytes; it may be kept for the next time.
        tell: Told one line for each step.
    """

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder, self._tell = folder, tell
        folder.mkdir(parents=True, exist_ok=True)
        self._write_settings()

    @property
    def environment(self) -> Mapping[str, str]:
        """What podman and podman-compose need to find it."""
        return {
            **os.environ,
            "CONTAINERS_CONF": str(self._folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self._folder / "storage.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(self._folder / "registries.conf"),
        }

    def _write_settings(self) -> None:
        limits = ", ".join(f'"{name}={limit}:{limit}"' for name, limit in _own_limits().items())
        (self._folder / "containers.conf").write_text(
            '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
            f"[containers]\ndefault_ulimits = [{limits}]\n"
        )
        (self._folder / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{self._folder}/storage"\nrunroot = "{self._folder}/run"\n'
        )
        (self._folder / "registries.conf").write_text('unqualified-search-registries = ["docker.io"]\n')

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One command of podman.

        Raises:
            UnavailableError: It failed and `check` is set; with its last words.
        """
        return told([self.program(), *arguments], self.environment, check=check)

    @staticmethod
    def program() -> str:
        """Where podman is.

        Raises:
            UnavailableError: It is not here.
        """
        found = shutil.which("podman")
        if found is None:
            raise UnavailableError("podman is not here: install it, or run this as root on Debian")
        return found

    def has(self, image: str) -> bool:
        """Whether the image is in the storage."""
        return self.run("image", "exists", image, check=False).returncode == 0

    def make_base(self) -> None:
        """The image that FROM names is there: Debian's Python under the place where the official image has it."""
        if self.has(PYTHON_IMAGE):
            return
        root = self._folder / "rootfs"
        shutil.rmtree(root, ignore_errors=True)
        self._tell("making a base image from Debian's packages (once)")
        told(["debootstrap", "--variant=minbase", f"--include={_BASE}", "bookworm", str(root), _mirror()])
        for name in ("python", "python3"):
            (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
        packed = self._folder / "rootfs.tar"
        told(["tar", "-C", str(root), "-cf", str(packed), "."])
        self.run("import", str(packed), PYTHON_IMAGE)
        packed.unlink()
        shutil.rmtree(root)

    def build(self, context: Path, dockerfile: str, tag: str, *options: str) -> None:
        """The image `tag` is made of a Dockerfile as it is; TLS and package sources are those of this machine."""
        mounts = [path for path in (_CERTIFICATES, Path("/etc/pip.conf"), Path("/etc/apt")) if path.exists()]
        volumes = [part for path in mounts for part in ("-v", f"{path}:{path}:ro")]
        passed = {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}
        for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            passed[name] = str(_CERTIFICATES)
        variables = [part for name, value in passed.items() for part in ("--env", f"{name}={value}")]
        ignored = f"--ignorefile={project() / 'deploy' / 'Dockerfile.dockerignore'}"
        quiet = ("--isolation=chroot", "--pull=never", "--layers", ignored, *volumes, *variables)
        self.run("build", *quiet, *options, "-f", dockerfile, "-t", tag, str(context))

    def inspect(self, name: str, what: str) -> str:
        """One fact about a container or image, by a template of Go."""
        return self.run("inspect", "--format", what, name).stdout.strip()

    def logs(self, name: str) -> str:
        """The last words of a container."""
        done = self.run("logs", "--tail", "40", name, check=False)
        return done.stdout + done.stderr

    def remove_everything_of(self, project: str) -> None:
        """No container, volume or network of the project is left."""
        chosen = ("--filter", f"label=io.podman.compose.project={project}")
        names = self.run("ps", "-aq", *chosen).stdout.split()
        if names:
            self.run("rm", "-f", "-v", "-t", "5", *names)
        for kind in ("volume", "network"):
            listed = json.loads(self.run(kind, "ls", *chosen, "--format", "json").stdout or "[]")
            for each in listed:
                self.run(kind, "rm", "-f", each.get("Name") or each["name"], check=False)


def told(
    command: Sequence[str], environment: Mapping[str, str] | None = None, *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """The command has run.

    Raises:
        UnavailableError: It failed and `check` is set; with its last words.
    """
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if check and done.returncode:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise UnavailableError(f"{Path(command[0]).name} {' '.join(command[1:3])} ... failed:\n{words}")
    return done


def install(tell: Tell) -> None:
    """Podman and what it needs are here.

    Raises:
        BadInputError: This is not root on Debian, and they are not.
    """
    missing = [name for name in PACKAGES if told(["dpkg", "-s", name], check=False).returncode] if _is_debian() else []
    if not _is_debian() or os.geteuid() != 0:
        if shutil.which("podman") is None or shutil.which("debootstrap") is None:
            raise BadInputError(
                "deploy-check needs podman and debootstrap: run it as root on Debian, which installs them"
            )
        return
    if missing:
        tell(f"installing {', '.join(missing)}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        told([*_APT, "update", "-q"], quiet)
        told([*_APT, "install", "-q", "-y", "--no-install-recommends", *missing], quiet)


def compose_command() -> list[str]:
    """podman-compose, from our own environment."""
    return [str(Path(sys.executable).parent / "podman-compose")]


def _is_debian() -> bool:
    return Path("/etc/debian_version").exists()


def _own_limits() -> Mapping[str, int]:
    """Limits that this process may give on, and podman's own: asking for more fails where the right to is missing."""
    most = {"nofile": (resource.RLIMIT_NOFILE, 65_536), "nproc": (resource.RLIMIT_NPROC, 32_768)}
    hard = {name: (resource.getrlimit(kind)[1], limit) for name, (kind, limit) in most.items()}
    return {name: limit if own == resource.RLIM_INFINITY else min(own, limit) for name, (own, limit) in hard.items()}


def _mirror() -> str:
    """The package mirror of this machine."""
    places = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.sources"))]
    for place in places:
        for line in place.read_text().splitlines() if place.exists() else ():
            words = line.split()
            if words[:1] == ["URIs:"]:
                return words[1]
            if words[:1] == ["deb"]:
                return next(word for word in words[1:] if "://" in word)
    raise UnavailableError("No package mirror in /etc/apt: debootstrap does not know where to fetch from")
