"""`./grt deploy-check`: the image is really built and the compose file really started, with podman on Debian."""
