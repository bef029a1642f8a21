#!/bin/sh
# Simulates every command of the system, by the name it is called by. Arguments and standard input are recorded outside of
# the system's files, as is the address that the network would have.
name=${0##*/}
PATH=/usr/bin:/bin
root=$FAKE_ROOT
record=$FAKE_RECORD
printf '%s\n' "$name $*" >>"$record/argv"
if [ -e "$record/fail/$name" ]; then
    left=$(cat "$record/fail/$name")
    if [ "$left" -gt 0 ]; then
        echo $((left - 1)) >"$record/fail/$name"
        cat >/dev/null
        exit 1
    fi
fi
for last; do :; done
live() { grep -oE '[0-9]+(\.[0-9]+){3}/[0-9]+' "$1" | head -n 1 >"$record/live"; }
case "$name $*" in
"getent passwd "*) grep "^$2:" "$root/etc/passwd" || exit 2 ;;
"getent group "*) grep "^$2:" "$root/etc/group" || exit 2 ;;
"useradd "*)
    mkdir -p "$root/home/$last"
    printf '%s:x:%s:%s::/home/%s:/bin/bash\n' "$last" "$(id -u)" "$(id -g)" "$last" >>"$root/etc/passwd"
    ;;
"chpasswd "*) cat >"$record/stdin" ;;
"hostnamectl set-hostname "*) printf '%s\n' "$2" >"$root/etc/hostname" ;;
"hostname "*) ;;
"visudo "*) ! grep -q refuseme "$last" ;;
"nmcli -t -f DEVICE,STATE device") cat "$record/nm" ;;
"nmcli connection reload") ;;
"nmcli connection up hyperv-operator") live "$root/etc/NetworkManager/system-connections/hyperv-operator.nmconnection" ;;
"netplan apply") live "$root/etc/netplan/90-hyperv-operator.yaml" ;;
"systemctl is-active --quiet systemd-networkd") ;;
"systemctl restart systemd-networkd") live "$root/etc/systemd/network/05-hyperv-operator.network" ;;
"systemctl disable "*) rm -f "$root/etc/systemd/system/multi-user.target.wants/$last" ;;
"systemctl enable "*)
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    cp "$root/etc/systemd/system/$last" "$root/etc/systemd/system/multi-user.target.wants/$last"
    ;;
"systemctl daemon-reload " | "systemctl daemon-reload" | "systemctl start "*) ;;
"cloud-init devel net-convert -p "*" -O eni") cp "$4" "$root/etc/network/interfaces.d/50-cloud-init" ;;
"cloud-init devel net-convert -p "*" -O sysconfig") cp "$4" "$root/etc/sysconfig/network/ifcfg-eth0" ;;
"ifdown "*) : >"$record/live" ;;
"ifup eth0") live "$root/etc/network/interfaces.d/50-cloud-init" ;;
"wicked ifreload eth0") live "$root/etc/sysconfig/network/ifcfg-eth0" ;;
"ip -4 -o addr show dev eth0") sed 's|.*|2: eth0    inet & brd 0.0.0.0 scope global eth0|' "$record/live" ;;
"restorecon "*) ;;
*)
    echo "this command is not simulated: $name $*" >&2
    exit 64
    ;;
esac
