#!/bin/sh
# Makes the project's own environment when it is missing or old, then runs the `grt` command in it.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python=${PYTHON:-python3}
boot=$here/.boot venv=$here/.venv lock=$here/requirements.lock

say() { printf 'grt: %s\n' "$*" >&2; }

is_made() { cmp -s "$lock" "$venv/.lock" 2>/dev/null; }

find_python() {
    command -v "$python" >/dev/null 2>&1 || { say "no '$python' here: install Python 3.11 to 3.13, or set PYTHON to one"; exit 1; }
    [ "$("$python" -c 'import sys; print((3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null)" = True ] ||
        { say "'$python' says it is '$("$python" -V 2>&1)': Python 3.11 to 3.13 is needed; set PYTHON to one"; exit 1; }
    [ -w "$here" ] || { say "cannot write to $here: clone the project into a folder of your own"; exit 1; }
}

# The marks are set last: what was interrupted is done again.
make_uv() {
    [ -e "$boot/.done" ] && return
    "$python" -m venv --clear "$boot" 2>/dev/null || "$python" -m venv --clear --without-pip "$boot"
    "$boot/bin/python" -m pip install -q uv 2>/dev/null || "$python" -m pip --python "$boot/bin/python" install -q uv ||
        { say "cannot install uv: is the Python package index reachable?"; exit 1; }
    : >"$boot/.done"
}

# Everything is compiled here, once: each of the many processes would do it again where PYTHONDONTWRITEBYTECODE is set.
make_environment() {
    is_made && return
    say "making the environment in $venv (once; under a minute)"
    make_uv
    rm -f "$venv/.lock"
    "$boot/bin/uv" venv -q --allow-existing --python "$python" "$venv"
    VIRTUAL_ENV=$venv "$boot/bin/uv" pip sync -q --require-hashes --compile-bytecode "$lock" ||
        { say "cannot install the packages of requirements.lock (see above); run the same command again"; exit 1; }
    # "compat" is one line with our path; the default is a module that each process would import, for 20 ms.
    VIRTUAL_ENV=$venv "$boot/bin/uv" pip install -q --no-deps --no-build-isolation -C editable_mode=compat -e "$here"
    "$venv/bin/python" -m compileall -q -j 0 "$here/grt_platform" || true
    cp "$lock" "$venv/.lock"
}

if [ "${GRT_BOOTSTRAP:-}" = locked ]; then
    make_environment
    exit
fi
if ! is_made; then
    find_python
    # One at a time: the lock is gone with the process that holds it, however that ends.
    GRT_BOOTSTRAP=locked "$python" -c '
import fcntl, subprocess, sys
with open(sys.argv[1], "r+") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        sys.exit(subprocess.call(["/bin/sh", sys.argv[2]]))
    except KeyboardInterrupt:
        sys.exit("grt: stopped; run the same command again")
' "$lock" "$here/grt"
fi
exec "$venv/bin/python" -m grt_platform.cli "$@"
