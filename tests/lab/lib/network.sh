# shellcheck shell=bash
# The hosts' network: a free subnet, and links that can be cut (black hole) or shaped.
#
# All of it happens in a host's own network namespace and on the outer end of its link, so the rules of this machine are
# never touched, and a host that goes takes its rules with it. What is wanted is kept in state files, so that a boot
# brings it back.

free_net() { # the first three numbers of a /24 that no route of this machine touches
  local a b net
  for a in 86 87 88 89; do
    for ((b = 0; b < 256; b++)); do
      net=10.$a.$b
      if ! ip -4 route show table all root "$net.0/24" | grep . >/dev/null &&
        ! ip -4 route show table all match "$net.0/24" | grep -v "^default" >/dev/null; then
        say "$net"
        return
      fi
    done
  done
  die "no free /24 between 10.86.0.0 and 10.89.255.0: remove a route (\`ip route\`)"
}

# Two labs that start at the same moment must not choose the same net; the lock is on a folder, so it leaves no file.
create_network() (
  exec 7</
  flock 7
  net=$(free_net)
  dk network create --subnet "$net.0/24" --gateway "$net.1" -o "com.docker.network.bridge.name=$bridge" "$network" >/dev/null
  printf 'net=%s\n' "$net" >>"$run/state/shape"
)

outer_link() { # outer_link PID: this machine's end of a host's link
  local index
  index=$(nsenter -t "$1" -n ip -o link show eth0 | sed -n 's/^[0-9]*: eth0@if\([0-9]*\):.*/\1/p')
  ip -o link | sed -n "s/^$index: \([^@:]*\).*/\1/p"
}

network_state() { # for the table
  local words=
  [ ! -e "$run/state/$1.cut" ] || words='cut'
  [ ! -e "$run/state/$1.shape" ] || words="${words:+$words, }$(cat "$run/state/$1.shape")"
  say "${words:--}"
}

end_delay() {
  local pid
  pid=$(cat "$run/state/$1.delay" 2>/dev/null) || return 0
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -F "$run/lab/delay" >/dev/null; then
    kill "$pid" 2>/dev/null || true
    wait_for 5 is_gone "$pid" || true
  fi
  rm -f "$run/state/$1.delay"
}

# Brings a host's link to what the state files say.
apply_network() {
  local host=$1 id pid outer word words rate='' delay='' loss='' rules=''
  host_process "$host" || return 1
  outer=$(outer_link "$pid")
  if [ -e "$run/state/$host.shape" ]; then
    read -ra words <"$run/state/$host.shape"
    for word in "${words[@]}"; do
      case $word in
        rate=*) rate=${word#*=} ;;
        delay=*) delay=${word#*=} ;;
        loss=*) loss=${word#*=} ;;
      esac
    done
  fi

  end_delay "$host"
  if [ -e "$run/state/$host.cut" ]; then rules+=$'-A PREROUTING -i eth0 -j DROP\n-A POSTROUTING -o eth0 -j DROP\n'; fi
  if [ -n "$loss" ]; then
    loss=$(LC_ALL=C awk -v percent="${loss%\%}" 'BEGIN { printf "%.6f", percent / 100 }')
    rules+="-A PREROUTING -i eth0 -m statistic --mode random --probability $loss -j DROP"$'\n'
    rules+="-A POSTROUTING -o eth0 -m statistic --mode random --probability $loss -j DROP"$'\n'
  fi
  if [ -n "$delay" ]; then
    start_delay "$host" "$pid" "${delay%ms}" || return 1
    rules+=$'-A PREROUTING -i eth0 -j NFQUEUE --queue-num 1 --queue-bypass\n-A POSTROUTING -o eth0 -j NFQUEUE --queue-num 2 --queue-bypass\n'
  fi
  nsenter -t "$pid" -n iptables-restore -w 5 -T mangle <<<"*mangle
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
${rules}COMMIT" || return 1

  tc qdisc delete dev "$outer" root 2>/dev/null || true
  nsenter -t "$pid" -n tc qdisc delete dev eth0 root 2>/dev/null || true
  if [ -n "$rate" ]; then
    # Room for one large segment at once; what waits longer than the latency is dropped, as a small router does.
    tc qdisc replace dev "$outer" root tbf rate "$rate" burst 128kb latency 200ms || return 1
    nsenter -t "$pid" -n tc qdisc replace dev eth0 root tbf rate "$rate" burst 128kb latency 200ms || return 1
  fi
}

start_delay() { # start_delay HOST PID MILLISECONDS
  setsid nsenter -t "$2" -n perl "$run/lab/delay" "$3" 1 2 >>"$run/delay.log" 2>&1 </dev/null 8>&- 9>&- &
  say $! >"$run/state/$1.delay"
  # Found and ended with all the rest of the lab, even if its pid file is lost.
  local dir
  for dir in $(cgroup_dirs); do echo $! 2>/dev/null >"$dir/engine/cgroup.procs" || true; done
  # It says so in its log once the kernel gives it the packets.
  wait_for 5 grep -qx "ready $!" "$run/delay.log" || die "the delay of $1 did not start: see $run/delay.log"
}

cut_host() {
  touch "$run/state/$1.cut"
  apply_network "$1"
}

heal_host() {
  rm -f "$run/state/$1.cut"
  apply_network "$1"
}

shape_host() { # shape_host HOST off | WORD...: replaces what was set before
  local host=$1 word
  shift
  [ $# -gt 0 ] || usage_error "how? lab shape HOST rate=100mbit delay=20ms loss=5% | off"
  if [ "$*" = off ]; then
    rm -f "$run/state/$host.shape"
  else
    for word; do
      [[ $word =~ ^(rate=[0-9]+(\.[0-9]+)?[kmg]bit|delay=[0-9]+ms|loss=[0-9]+(\.[0-9]+)?%)$ ]] ||
        usage_error "not a shape: '$word' (rate=100mbit delay=20ms loss=5%, or off)"
    done
    say "$*" >"$run/state/$host.shape"
  fi
  ! is_on "$host" || apply_network "$host"
}
