# shellcheck shell=bash
# Tells what the machine lacks for the lab, each time with the command that mends it.

check_missing=0

check_line() { # check_line ok|missing|limited TEXT MEND
  case $1 in
    ok) [ -n "$check_quiet" ] || say "ok       $2" ;;
    missing) check_missing=$((check_missing + 1)); printf 'missing  %s: %s\n' "$2" "$3" >&2 ;;
    limited) [ -n "$check_quiet" ] || say "limited  $2: $3" ;;
  esac
}

check_command() { # check_command COMMAND PACKAGE
  if command -v "$1" >/dev/null; then check_line ok "$1"; else check_line missing "$1" "apt-get install -y $2"; fi
}

check_busybox() {
  if [ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1; then
    check_line ok "busybox, static"
  else
    check_line missing "a static busybox" "apt-get install -y busybox-static"
  fi
}

in_throwaway_netns() { unshare --net sh -euc "$1" >/dev/null 2>&1; }

check_kernel() {
  if grep -qw overlay /proc/filesystems; then
    check_line ok "kernel: overlay"
  else
    check_line missing "kernel: overlay" "modprobe overlay (or a kernel with CONFIG_OVERLAY_FS)"
  fi
  if in_throwaway_netns 'ip link add lab0 type veth peer name lab1; ip link add lab2 type bridge'; then
    check_line ok "kernel: network namespaces, veth, bridge"
  else
    check_line missing "kernel: network namespaces, veth, bridge" "modprobe -a veth bridge (or a kernel with CONFIG_NET_NS, CONFIG_VETH, CONFIG_BRIDGE)"
  fi
  if in_throwaway_netns 'iptables -t nat -A POSTROUTING -j MASQUERADE; iptables -t mangle -A PREROUTING -i lab0 -j DROP'; then
    check_line ok "kernel: iptables with nat and mangle"
  else
    check_line missing "kernel: iptables with nat and mangle" "modprobe -a nf_nat nft_compat iptable_nat iptable_mangle"
  fi
  if in_throwaway_netns 'ip link add lab0 type veth peer name lab1; tc qdisc add dev lab0 root tbf rate 1mbit burst 32k latency 50ms'; then
    check_line ok "kernel: tbf, for lab shape rate="
  else
    check_line limited "kernel: no tbf, so lab shape rate= will fail" "modprobe sch_tbf"
  fi
  if in_throwaway_netns 'iptables -t mangle -A PREROUTING -m statistic --mode random --probability 0.1 -j NFQUEUE --queue-num 1 --queue-bypass'; then
    check_line ok "kernel: statistic and NFQUEUE, for lab shape loss= and delay="
  else
    check_line limited "kernel: no statistic or NFQUEUE, so lab shape loss= or delay= will fail" "modprobe -a xt_statistic xt_NFQUEUE nfnetlink_queue"
  fi
}

# With "quiet", only what is missing is told.
check_machine() {
  check_quiet=${1:-}
  if [ "$(id -u)" = 0 ]; then check_line ok "root"; else check_line missing "root" "run it with sudo"; fi
  check_command dockerd docker.io
  check_command docker docker.io
  check_command containerd containerd
  check_command debootstrap debootstrap
  check_command iptables iptables
  check_command ip iproute2
  check_command tc iproute2
  check_command ssh openssh-client
  check_command ssh-keygen openssh-client
  check_command zstd zstd
  check_command perl perl-base
  check_command nsenter util-linux
  check_busybox
  [ "$(id -u)" != 0 ] || check_kernel
  case $lab_dir in
    /run/* | /var/run/*) check_line missing "a lab folder outside /run" "export TAGBOAT_LAB_DIR=/var/tmp/tagboat-lab" ;;
  esac
  # A unix socket's path has room for 107 bytes.
  [ ${#sock} -le 100 ] || check_line missing "a shorter lab folder than $lab_dir" "export TAGBOAT_LAB_DIR=/var/tmp/tagboat-lab"
  [ "$check_missing" = 0 ] || die "$check_missing missing; \`lab check\` shows the whole list"
}
