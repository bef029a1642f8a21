#!/bin/sh
# Install the guest from the ISO and start it. user-data runs this at every boot with the ISO. DESTDIR is a prefix of all
# paths.
set -eu
source=$(dirname -- "$0")
root=${DESTDIR:-}
unit=hyperv-operator-guest.service
library=$root/usr/local/lib/hyperv-operator-guest

mkdir -p "$root/usr/local/lib" "$root/etc/systemd/system"
# Copied under a temporary name first, so that an interruption leaves a complete old or new version.
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
# Enabled, so that the guest continues after a reboot without the ISO. It disables itself when it has finished.
systemctl enable --quiet "$unit"
# Without blocking: the boot waits for cloud-init, and the guest waits for the boot.
systemctl start --no-block "$unit"
