#!/bin/sh
# RHEL 8 and its rebuilds have a Python of the system's own, even where no python3 is installed.
set -eu
here=$(dirname -- "$0")
for python in python3 /usr/libexec/platform-python; do
    if command -v "$python" >/dev/null 2>&1; then
        # Isolated: neither the environment nor a user's packages take part. Nothing is compiled into the folder.
        exec "$python" -I -B "$here" "$@"
    fi
done
echo "hyperv-operator's guest needs Python 3.6 or later in the image." >&2
exit 1
