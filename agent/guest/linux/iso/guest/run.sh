#!/bin/sh
# RHEL 8 and its rebuilds have a platform Python, even without python3.
set -eu
here=$(dirname -- "$0")
for python in python3 /usr/libexec/platform-python; do
    if command -v "$python" >/dev/null 2>&1; then
        # Isolated from environment variables and user packages. No bytecode is written to the folder.
        exec "$python" -I -B "$here" "$@"
    fi
done
echo "The guest of hyperv-operator needs Python 3.6 or later. Install it in the image." >&2
exit 1
