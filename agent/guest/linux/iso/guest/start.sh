#!/bin/sh
# Installs the guest from the ISO that this lies on, and starts it. Called by user-data at every boot that has the ISO.
# DESTDIR is put before all paths.
set -eu
source=$(dirname -- "$0")
root=${DESTDIR:-}
unit=hyperv-operator-guest.service
library=$root/usr/local/lib/hyperv-operator-guest

mkdir -p "$root/usr/local/lib" "$root/etc/systemd/system"
# Beside it first: whoever is cut off here leaves the old one or the new one.
rm -rf "$library.new" "$library.old"
cp -R "$source" "$library.new"
chmod -R u=rwX,go=rX "$library.new"
if [ -d "$library" ]; then mv "$library" "$library.old"; fi
mv "$library.new" "$library"
rm -rf "$library.old"
cp "$library/$unit" "$root/etc/systemd/system/$unit.new"
mv "$root/etc/systemd/system/$unit.new" "$root/etc/systemd/system/$unit"
if command -v restorecon >/dev/null 2>&1; then
    restorecon -R "$library" "$root/etc/systemd/system/$unit" || true
fi
systemctl daemon-reload
# Enabled, so that it goes on after a reboot without the ISO. It disables itself when it is done.
systemctl enable --quiet "$unit"
# Boot waits for cloud-init, and the guest for boot: nobody may wait for the guest here.
systemctl start --no-block "$unit"
