"""`grt objects`: files to and from the objects of a project, on this machine's platform or any other."""

from grt_platform.serving.objects.commands import command

__all__ = ["command"]
