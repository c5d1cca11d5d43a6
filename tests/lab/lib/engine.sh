# shellcheck shell=bash
# The outer engine: a dockerd of the lab's own, that runs the hosts and is the source engine of the pushes.
#
# It lives in a mount namespace of its own with its own /run, and everything it starts lives in one cgroup tree. So it
# cannot meet another dockerd or containerd of the machine, its mounts vanish with it, and whatever way it died, all that
# belongs to it can be found and ended by process id.

engine_pid() {
  local pid
  pid=$(cat "$run/docker.pid" 2>/dev/null) || return 1
  # A process id is used again some day: it must be a dockerd with this lab's socket.
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -F -- "$sock" >/dev/null || return 1
  say "$pid"
}

engine_alive() { engine_pid >/dev/null && dk version >/dev/null 2>&1; }

cgroup_dirs() { # the lab's cgroup in each hierarchy, v1 or v2
  local d
  for d in /sys/fs/cgroup/"$cgroup" /sys/fs/cgroup/*/"$cgroup"; do
    [ ! -d "$d" ] || say "$d"
  done
}

# A paused container of cgroup v1 does not even die of SIGKILL until it is thawed.
# shellcheck disable=SC2120
thaw() { # thaw [CONTAINER-ID]
  local state
  for state in $(cgroup_dirs); do
    state=$state/${1:-}
    # The other hierarchies of v1 have nothing to thaw, and there are a dozen.
    [ -e "$state/freezer.state" ] || [ -e "$state/cgroup.freeze" ] || continue
    find "$state" -depth \( -name freezer.state -exec sh -c 'for at; do echo THAWED >"$at"; done' _ {} + \
      -o -name cgroup.freeze -exec sh -c 'for at; do echo 0 >"$at"; done' _ {} + \) 2>/dev/null || true
  done
}

cgroup_pids() {
  local d
  for d in $(cgroup_dirs); do
    find "$d" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -un
}

join_cgroup() { # join_cgroup PID: what the shell starts from here on is in that one's cgroups, and ends with the lab
  local controllers path dir
  while IFS=: read -r _ controllers path; do
    for dir in "/sys/fs/cgroup/${controllers#name=}$path" "/sys/fs/cgroup/unified$path"; do
      [ ! -e "$dir/cgroup.procs" ] || echo "$BASHPID" 2>/dev/null >"$dir/cgroup.procs" || true
    done
  done <"/proc/$1/cgroup"
}

engine_start() {
  if engine_alive; then return; fi
  mkdir -p "$run/docker-config" "$cache/engine"
  # The store is named because newer engines choose the other one; the source engine is classic whatever its version. A reset reads from
  # the layers of an overlay what a host has written.
  printf '{"storage-driver":"overlay2","features":{"containerd-snapshotter":false}}\n' >"$run/engine.json"
  # shellcheck disable=SC2016
  setsid unshare --mount --propagation slave bash -c '
    set -eu
    cgroup=$1 exec_root=/run/tagboat-lab
    shift
    for d in /sys/fs/cgroup /sys/fs/cgroup/*; do
      [ -e "$d/cgroup.procs" ] || continue
      mkdir -p "$d/$cgroup/engine" 2>/dev/null || continue
      # cpuset (v1) takes nobody in before it is filled in; one hierarchy is enough to find the engine again.
      echo $$ 2>/dev/null >"$d/$cgroup/engine/cgroup.procs" || true
    done
    grep -q "/$cgroup/engine" /proc/self/cgroup || { echo "no cgroup for the engine" >&2; exit 1; }
    mount -t tmpfs -o mode=755 tmpfs /run
    exec dockerd --exec-root "$exec_root" "$@"' lab-engine "$cgroup" \
    --config-file "$run/engine.json" --data-root "$cache/engine" --pidfile "$run/docker.pid" -H "unix://$sock" \
    --bridge none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --userland-proxy=false \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$cgroup" \
    >>"$run/engine.log" 2>&1 </dev/null 8>&- 9>&- &
  wait_for 30 dk version || {
    tail -5 "$run/engine.log" >&2
    die "the outer engine did not start; its log is $run/engine.log. Then \`lab down\`, or \`lab down --purge\` to begin with an empty cache"
  }
}

# Ends every process of the lab and removes its cgroups and its bridge. Needs no working engine.
engine_sweep() {
  local pids try d
  for ((try = 0; try < 100; try++)); do
    pids=$(cgroup_pids)
    [ -n "$pids" ] || break
    # shellcheck disable=SC2119
    thaw
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null || true
    sleep 0.1
  done
  [ -z "$(cgroup_pids)" ] || die "these processes of the lab do not die: $(cgroup_pids | tr '\n' ' ')"
  for d in $(cgroup_dirs); do
    find "$d" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
  ip link delete "$bridge" 2>/dev/null || true
  rm -f "$run/docker.pid" "$sock"
}

# Containers, networks and volumes go; images stay.
engine_clear() {
  local ids
  # shellcheck disable=SC2119
  thaw
  ids=$(dk ps -aq)
  # shellcheck disable=SC2086
  [ -z "$ids" ] || dk rm -f -v $ids >/dev/null
  ids=$(dk network ls -q --filter type=custom)
  # shellcheck disable=SC2086
  [ -z "$ids" ] || dk network rm $ids >/dev/null
  ids=$(dk volume ls -q)
  # shellcheck disable=SC2086
  [ -z "$ids" ] || dk volume rm -f $ids >/dev/null
}

engine_stop() {
  local pid
  if pid=$(engine_pid); then
    kill -TERM "$pid"
    wait_for 20 is_gone "$pid" || warn "the outer engine does not stop; it is killed"
  fi
  engine_sweep
}

is_littered() { [ -d "$run" ] || [ -n "$(cgroup_dirs)" ]; }

# From any state (running, half started, killed) to: nothing runs, nothing is left but the cache.
engine_teardown() {
  if ! engine_alive; then
    # What an engine that died has left in its folder is best removed by an engine.
    engine_sweep
    [ ! -d "$cache/engine/containers" ] || engine_start
  fi
  if engine_alive; then
    engine_clear || die "the outer engine could not remove its containers (see $run/engine.log): run \`lab down --purge\`"
  fi
  engine_stop
  rm -rf --one-file-system "$run"
}
