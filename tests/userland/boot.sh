#!/bin/bash
# Boot a root file system with its own systemd as process 1, in namespaces of its own: boot.sh FOLDER LOWER CGROUP
# FOLDER has `disk` (what the machine has written), `kvp` (the device of the KVP daemon) and `discs` (numbers of loop devices).
set -euo pipefail
folder=$1 lower=$2 cgroup=$3
if [ "${4:-}" != inside ]; then
    mkdir -p "$cgroup"
    echo $$ >"$cgroup/cgroup.procs"
    exec unshare --pid --mount --uts --ipc --cgroup --fork --kill-child "$BASH" "$0" "$folder" "$lower" "$cgroup" inside
fi
mount --make-rprivate /
cd "$folder"
mkdir -p disk scratch root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=disk,workdir=scratch" root
cd root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
mkdir -p dev/pts dev/shm dev/vmbus
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 console:1:3; do
    IFS=: read -r name major minor <<<"$device"
    mknod -m 666 "dev/$name" c "$major" "$minor"
done
while read -r minor; do mknod -m 660 "dev/loop$minor" b 7 "$minor"; done <../discs
: >dev/vmbus/hv_kvp
mount --bind ../kvp dev/vmbus/hv_kvp
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
# The interface is a veth, which has no driver. The guest and cloud-init see the one of Hyper-V.
mkdir -p ../sysfs/device
ln -sfn ../../../../../bus/vmbus/drivers/hv_netvsc ../sysfs/device/driver
mount -t overlay overlay -o "ro,lowerdir=$folder/sysfs:$PWD/sys/devices/virtual/net/eth0" sys/devices/virtual/net/eth0
mount -t cgroup2 cgroup2 sys/fs/cgroup
# udev does not start if /sys is read-only: it would see the devices of the machine that runs the test.
mount -o remount,bind,ro sys
mkdir -p mnt
pivot_root . mnt
cd /
exec chroot . /bin/sh -c 'umount -l /mnt && exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /sbin/init'
