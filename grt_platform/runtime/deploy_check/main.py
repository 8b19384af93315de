"""Builds the image, starts the compose file, asks it from outside, and takes everything away again."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from grt_platform.runtime.deploy_check.podman import Podman, install, told
from grt_platform.runtime.deploy_check.smoke import Outside, smoke
from grt_platform.runtime.deploy_check.stack import Stack, variables_of
from grt_platform.runtime.environment import project
from grt_platform.runtime.ports import free_port

IMAGE = "localhost/grt-platform:check"
_NAME = "grt.check.invalid"
_STAND_INS = {"POSTGRES_IMAGE": "postgres", "RABBITMQ_IMAGE": "rabbitmq", "S3_IMAGE": "s3", "NGINX_IMAGE": "nginx"}
Tell = Callable[[str], None]


def deploy_check(tell: Tell, *, only_build: bool = False) -> None:
    """The image can be built, and what compose.yaml names starts from it and works.

    Args:
        tell: Told one line for each step.
        only_build: Leave out the start.

    Raises:
        GrtError: Something of it is not so.
    """
    install(tell)
    podman = Podman(project() / ".cache" / "deploy-check", tell)
    podman.make_base()
    tell("building the image")
    podman.build(project(), str(project() / "deploy" / "Dockerfile"), IMAGE)
    tell(f"built {IMAGE}, {int(podman.inspect(IMAGE, '{{.Size}}')) // 1024**2} MiB")
    if not only_build:
        _start(podman, tell)


def _start(podman: Podman, tell: Tell) -> None:
    images = {"GRT_IMAGE": IMAGE}
    for variable, target in _STAND_INS.items():
        images[variable] = f"localhost/grt-check-{target}:latest"
        file = str(project() / "deploy" / "check" / "Dockerfile")
        podman.build(project(), file, images[variable], f"--target={target}", f"--build-arg=PLATFORM={IMAGE}")
    tell("built stand-ins for the images of the servers")
    with tempfile.TemporaryDirectory(prefix="grt-deploy-check-") as made:
        folder = Path(made) / "deploy"
        shutil.copytree(project() / "deploy", folder)
        told(["sh", str(folder / "init"), _NAME], {**os.environ})
        http, https = free_port(set()), free_port(set())
        stack = Stack(podman, folder, variables_of(images, http=http, https=https), tell)
        stack.down()
        try:
            stack.up()
            secrets = dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())
            outside = Outside.of(https, _NAME, folder / "tls" / "tls.crt", secrets["GRT_ADMIN_KEY"])
            for sentence in smoke(outside):
                tell(f"true: {sentence}")
        finally:
            stack.down()
