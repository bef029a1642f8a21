#!/bin/sh
# Simulates every command of the system, by the name it is called by. Arguments and standard input are recorded outside of
# the system's files, as are the addresses and routes that the network has. `make userland` runs the guest on the real
# commands; what differs there from what is expected here is a fault of this file.
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

# The interface gets an address, a default route and DNS servers, or a lease.
down() { : >"$record/live" && : >"$record/route"; }
up() {
    echo "$1" >>"$record/live"
    if [ -n "$2" ]; then echo default via $2 dev eth0 proto static >"$record/route"; fi
    if [ -n "$3" ]; then { echo "search $4" && printf 'nameserver %s\n' $3; } >"$root/etc/resolv.conf"; fi
}
lease() { up 192.168.1.200/24 192.168.1.2 192.168.1.12 lease.example; }
value() { sed -n "s/^ *$1[= ][= ]*//p" "$2" | tr '\n;,' '   ' | tr -d "'\""; }

case "$name $*" in
"getent passwd "*) grep "^$2:" "$root/etc/passwd" || exit 2 ;;
"getent group "*) grep "^$2:" "$root/etc/group" || exit 2 ;;
"getent shadow "*) grep "^$2:" "$root/etc/shadow" || exit 2 ;;
"useradd "*)
    mkdir -p "$root/home/$last"
    printf '%s:x:%s:%s::/home/%s:/bin/bash\n' "$last" "$(id -u)" "$(id -g)" "$last" >>"$root/etc/passwd"
    printf '%s:!:20000:0:99999:7:::\n' "$last" >>"$root/etc/shadow"
    ;;
"chpasswd "*)
    cat >"$record/stdin"
    read -r line <"$record/stdin"
    sed -i "s/^${line%%:*}:[^:]*:/${line%%:*}:\$y\$hash:/" "$root/etc/shadow"
    ;;
"hostnamectl set-hostname "*) printf '%s\n' "$2" | tee "$root/etc/hostname" >"$record/nodename" ;;
"hostname "*) echo "$1" >"$record/nodename" ;;
"uname -n") cat "$record/nodename" ;;
"visudo "*) ! grep -q refuseme "$last" ;;
"sudo -n -l -U "*)
    uid=$(grep "^$4:" "$root/etc/passwd" | cut -d: -f3)
    sed -n "s/^#$uid ALL=(ALL:ALL) /    (ALL : ALL) /p" "$root"/etc/sudoers.d/*
    ;;
"nmcli -t -f DEVICE,STATE device") cat "$record/nm" ;;
"nmcli -t -f DHCP4 device show eth0") if [ -e "$record/dhcp4" ]; then cat "$record/dhcp4"; fi ;;
"nmcli connection reload") ;;
"nmcli connection up hyperv-operator")
    down
    file=$root/etc/NetworkManager/system-connections/hyperv-operator.nmconnection
    set -- $(value address1 "$file")
    if [ $# -eq 2 ]; then up "$1" "$2" "$(value dns "$file")" "$(value dns-search "$file")"; else lease; fi
    ;;
"netplan apply")
    down
    set -- $(tr -d ' \n' <"$root/etc/netplan/90-hyperv-operator.yaml" |
        sed 's/.*"dhcp4":true.*/lease/; s/.*"addresses":\["\([^"]*\)"\].*"via":"\([^"]*\)".*"addresses":\[\([^]]*\)\],"search":\[\([^]]*\)\].*/\1 \2 \3 \4/' |
        tr -d '"')
    if [ "$1" = lease ]; then lease; else up "$1" "$2" "$(echo "$3" | tr , ' ')" "${4-}"; fi
    ;;
"systemctl is-active --quiet systemd-networkd") ;;
"systemctl is-active --quiet systemd-resolved") [ -d "$root/run/systemd/resolve" ] ;;
"systemctl restart systemd-resolved")
    file=$root/etc/systemd/resolved.conf.d/hyperv-operator.conf
    if [ -e "$file" ]; then
        { echo "search $(value Domains "$file")" && printf 'nameserver %s\n' $(value DNS "$file"); } >"$root/run/systemd/resolve/resolv.conf"
    fi
    ;;
"systemctl restart systemd-networkd")
    # It keeps a lease that is there, as in Debian 12.
    file=$root/etc/systemd/network/05-hyperv-operator.network
    set -- $(value Address "$file") $(value Gateway "$file")
    if [ $# -eq 2 ]; then up "$1" "$2" "$(value DNS "$file")" "$(value Domains "$file")"; else lease; fi
    ;;
"systemctl disable "*) rm -f "$root/etc/systemd/system/multi-user.target.wants/$last" ;;
"systemctl enable "*)
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    cp "$root/etc/systemd/system/$last" "$root/etc/systemd/system/multi-user.target.wants/$last"
    ;;
"systemctl daemon-reload " | "systemctl daemon-reload" | "systemctl start "*) ;;
"ifdown --force eth0") down ;;
"ifup eth0")
    # All stanzas of the interface apply, and dns-nameservers only where resolvconf is installed.
    for file in "$root/etc/network/interfaces" "$root"/etc/network/interfaces.d/*; do
        if grep -q '^iface eth0 inet dhcp' "$file"; then lease; fi
        if grep -q '^iface eth0 inet static' "$file"; then
            servers=
            if [ -e "${0%/*}/resolvconf" ]; then servers=$(value dns-nameservers "$file"); fi
            up "$(value address "$file" | tr -d ' ')" "$(value gateway "$file")" "$servers" "$(value dns-search "$file")"
        fi
    done
    ;;
"wicked ifreload eth0")
    down
    folder=$root/etc/sysconfig/network
    if grep -q "^BOOTPROTO='dhcp'" "$folder/ifcfg-eth0"; then
        lease
    else
        set -- $(cat "$folder/ifroute-eth0" "$folder/routes" 2>/dev/null | sed -n 's/^default //p')
        up "$(value IPADDR "$folder/ifcfg-eth0" | tr -d ' ')" "${1-}" "" ""
    fi
    ;;
"netconfig update -f")
    file=$root/etc/sysconfig/network/config
    servers=$(value NETCONFIG_DNS_STATIC_SERVERS "$file")
    { echo "search $(value NETCONFIG_DNS_STATIC_SEARCHLIST "$file")" && printf 'nameserver %s\n' $servers; } >"$root/etc/resolv.conf"
    ;;
"ip -4 -o addr show dev eth0 scope global") sed 's|.*|2: eth0    inet & brd 192.168.1.255 scope global eth0|' "$record/live" ;;
"ip -4 -o route show default") cat "$record/route" ;;
"ip -4 addr flush dev eth0 scope global") down ;;
"sshd -T "*) cat "$record/sshd" ;;
"restorecon "*) ;;
*)
    echo "this command is not simulated: $name $*" >&2
    exit 64
    ;;
esac
