# shellcheck shell=bash
# What every part of the lab uses: its folders and names, its messages, its locks, and work on several hosts at once.

lab_dir=${TAGBOAT_LAB_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tagboat-lab}
case $lab_dir in
  /*) ;;
  *) lab_dir=$PWD/$lab_dir ;;
esac
cache=$lab_dir/cache            # survives `lab down`
run=$lab_dir/run                # removed by `lab down`
sock=$run/docker.sock           # the outer engine, which is the source engine too
# Two labs with different folders do not meet: what they share with the machine carries a hash of the folder.
lab_id=$(printf %s "$lab_dir" | sha256sum | cut -c1-6)
cgroup=tagboat-lab-$lab_id
bridge=tbl-$lab_id
network=tagboat-lab

PATH=$PATH:/usr/sbin:/sbin
# Docker's commands live for a moment, and are a third of what a lab computes; without the collection of their garbage each takes 17 ms of a
# processor and not 19 (100 of `docker ps`, quiet machine). The hosts, their engines and their logins get the same (hosts.sh, host-init,
# host-systemd).
export GOGC=800
# The operator's own Docker settings must never decide which engine the lab talks to.
unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION DOCKER_DEFAULT_PLATFORM
export DOCKER_CONFIG=$run/docker-config

say() { printf '%s\n' "$*"; }
warn() { printf 'lab: %s\n' "$*" >&2; }
die() { warn "$*"; exit 1; }
refuse() { warn "$*"; exit 3; }
usage_error() { printf 'lab: %s\n%s\n' "$1" "run \`lab --help\` for the commands" >&2; exit 2; }

dk() { docker -H "unix://$sock" "$@"; }

now_ms() { date +%s%3N; }
since() { # since MS: seconds with one digit, for messages
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

wait_for() { # wait_for SECONDS COMMAND...: polls until the command succeeds
  local end=$(($(now_ms) + $1 * 1000))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(now_ms)" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# A process that has ended but is not collected yet has no command line.
is_gone() { ! grep -q . "/proc/$1/cmdline" 2>/dev/null; }

# --- locks -------------------------------------------------------------------------------------------------------
# fd 9 is the whole lab, fd 8 one host. Whatever goes on running after the command must close both.

take() { # take FD FILE MODE
  flock "$3" -n "$1" && return
  warn "another lab command is at work, waiting for it"
  flock "$3" -w 120 "$1" || die "it still holds $2 after 120 s: look for it with \`fuser -v $2\`"
}
lock_lab() {
  mkdir -p "$lab_dir"
  exec 9>"$lab_dir/lock"
  take 9 "$lab_dir/lock" -x
}
lock_host() { # several hosts can be worked on at once, one host only by one command
  need_up
  exec 9>"$lab_dir/lock" 8>"$run/state/$1.lock"
  take 9 "$lab_dir/lock" -s
  take 8 "$run/state/$1.lock" -x
}

# --- hosts -------------------------------------------------------------------------------------------------------

is_ready() { [ -e "$run/state/ready" ]; }

need_up() {
  is_ready || die "the lab is not up: run \`lab up\`"
  engine_alive || die "the outer engine is gone: run \`lab up\` to start the lab again, or \`lab down\`"
}

shape_value() { # shape_value KEY: one value of the running lab's shape
  sed -n "s/^$1=//p" "$run/state/shape"
}

host_names() {
  local i n
  n=$(shape_value hosts)
  for ((i = 1; i <= n; i++)); do say "lab-$i"; done
}
host_address() { say "$(shape_value net).$((10 + ${1#lab-}))"; }

need_host() {
  [ -n "${1:-}" ] || usage_error "which host?"
  is_ready || die "the lab is not up: run \`lab up\`"
  # Not grep -q: it ends at the first match, and pipefail then takes the writer's SIGPIPE for a failure.
  host_names | grep -xF -- "$1" >/dev/null || die "no host '$1' in this lab; it has: $(host_names | tr '\n' ' ')"
}

on_hosts() { # on_hosts FUNCTION HOST...: all at once; fails when one failed
  local fn=$1 host rc=0
  local -A pids=()
  shift
  for host; do
    "$fn" "$host" &
    pids[$host]=$!
  done
  for host; do
    wait "${pids[$host]}" || { warn "$host: $fn failed"; rc=1; }
  done
  return $rc
}

on_interrupt() {
  trap - INT TERM
  local pids
  pids=$(jobs -p)
  # Background jobs of a script ignore ctrl-C, so they are told.
  # shellcheck disable=SC2086
  [ -z "$pids" ] || kill $pids 2>/dev/null || true
  warn "interrupted; \`lab up\` starts cleanly from here, \`lab down\` removes what is there"
  exit 130
}
