# shellcheck shell=bash
# The agent hosts: containers of the outer engine, each with its own sshd and dockerd. Start, power cut, status, reset.

# Everything, less what this machine itself lacks: an engine refuses to give what it has not got.
capability_options() {
  local names=(CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
    NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT
    SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
    WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE)
  local bits i
  bits=$((16#$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)))
  say --cap-add ALL
  for i in "${!names[@]}"; do
    ((bits >> i & 1)) || say --cap-drop "${names[i]}"
  done
}

# What a host is to be: as the lab's shape says, or as it was made bare.
host_value() { # host_value HOST engine|store|login|init
  local host=$1 key=$2 value
  if [ -e "$run/state/$host.bare" ]; then
    sed -n "s/^$key=//p" "$run/state/$host.bare"
    return
  fi
  value=$(shape_value "$key")
  if [ "$value" = mixed ]; then
    case $key:$((${host#lab-} % 2)) in
      store:1) value=classic ;;
      store:0) value=containerd ;;
      login:1) value=root ;;
      login:0) value=sudo ;;
      init:1) value=cron ;;
      init:0) value=systemd ;;
    esac
  fi
  say "$value"
}

host_state() { # running, exited, or nothing when it is not there
  dk inspect -f '{{.State.Status}}' "$1" 2>/dev/null
}

# To ask the outer engine takes 26 ms, most of a `lab exec` (measured), so its answer is kept for as long as that process is
# there: its start time tells it from another one with the same number.
started_at() { # started_at PID
  local stat
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  # The name of the program, in brackets, may have blanks; the start is the 20th word after it.
  read -ra stat <<<"${stat##*) }"
  say "${stat[19]}"
}

host_process() { # host_process HOST: sets id and pid, of its container and its process 1; fails when it is off
  local kept=$run/state/$1.process began
  if read -r id pid began 2>/dev/null <"$kept" && [ "$(started_at "$pid")" = "$began" ]; then return; fi
  read -r id pid < <(dk inspect -f '{{.Id}} {{.State.Pid}}' "$1" 2>/dev/null) && [ "$pid" != 0 ] || return 1
  # Written beside and moved: two commands may look at a host at once.
  began=$(started_at "$pid") && say "$id $pid $began" >"$kept.$BASHPID" && mv "$kept.$BASHPID" "$kept"
}

is_on() { local id pid; host_process "$1"; }

is_off() { [ "$(host_state "$1")" = exited ]; }

# Not `docker exec`: under load one of some thousands never told its command the end of the input, and a reset waited for ever. This
# also takes a third of the time (24 ms beside 72 ms, measured once).
in_host() ( # in_host HOST COMMAND...: runs it inside, as root, in the host's namespaces and cgroup
  host_process "$1" || die "$1 is off: \`lab boot $1\` starts it"
  host=$1
  shift
  join_cgroup "$pid"
  exec nsenter -t "$pid" -m -u -i -n -p -C -- env -i HOME=/root "HOSTNAME=$host" "GOGC=$GOGC" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" 8>&- 9>&-
)

run_host() { # run_host HOST: its container, started
  local host=$1
  # The outer engine does not forward, and says so each time: the hosts need no way out.
  # shellcheck disable=SC2046
  dk run -d --name "$host" --hostname "$host" -e "GOGC=$GOGC" --network "$network" --ip "$(host_address "$host")" \
    $(capability_options) --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    --device-cgroup-rule 'a *:* rwm' $([ "$(host_value "$host" init)" != systemd ] || say --cgroupns private) --mount "type=bind,src=$run/lab,dst=/lab,readonly" \
    -v /var/lib/docker -v /var/lib/containerd --tmpfs /run:rw,nosuid,nodev,noexec,mode=755,size=256m \
    --log-opt max-size=10m "$(host_image "$(engine_suite "$(host_value "$host" engine)")")" /lab/host-init 2>&1 >/dev/null |
    { grep -v '^WARNING: IPv4 forwarding is disabled' >&2 || true; }
  [ "$(host_state "$host")" = running ]
}

create_host() { # create_host HOST: started and settled
  run_host "$1" || return 1
  in_host "$1" /lab/host-settle settle || return 1
  remember_files "$1"
}

wait_for_sshd() {
  wait_for 15 ssh -F "$run/ssh_config" -o BatchMode=yes -o ConnectTimeout=2 "$1" true
}

# What is in a host's own files now; `lab reset` removes what is there later. The folder that an overlay writes to has them at once:
# `docker diff` compares all files of the host with those of its image, 0.3 s of a processor (measured).
host_written() { # host_written HOST: also what was only changed
  local upper
  read -r upper _ <"$run/state/$1.layers"
  find "$upper" -mindepth 1 ! -type c -printf '/%P\n' | LC_ALL=C sort
}
remember_files() {
  dk inspect -f '{{.GraphDriver.Data.UpperDir}} {{.GraphDriver.Data.LowerDir}}' "$1" >"$run/state/$1.layers"
  host_written "$1" >"$run/state/$1.files"
}
host_added_since() { # host_added_since HOST: what is in no layer of its image either
  local lowers lower path
  read -r _ lowers <"$run/state/$1.layers"
  host_written "$1" | LC_ALL=C comm -13 "$run/state/$1.files" - | while IFS= read -r path; do
    for lower in ${lowers//:/ }; do
      if [ -e "$lower$path" ] || [ -L "$lower$path" ]; then continue 2; fi
    done
    say "$path"
  done
}

reset_host() {
  local host=$1 id pid
  end_bare "$host" || return 1
  boot_host "$host" || return 1
  if [ -e "$run/state/$host.cut" ] || [ -e "$run/state/$host.shape" ]; then
    rm -f "$run/state/$host.cut" "$run/state/$host.shape"
    apply_network "$host" || return 1
  fi
  host_process "$host" || return 1
  thaw "$id"
  host_added_since "$host" | in_host "$host" /lab/host-settle reset
}

kill_host() {
  local host=$1 id pid
  host_process "$host" || die "$host is off already: \`lab boot $host\` starts it"
  end_delay "$host"
  thaw "$id"
  dk kill "$host" >/dev/null
  wait_for 20 is_off "$host" || die "$host does not stop"
}

boot_host() { # a link that was cut or shaped is so again
  local host=$1
  ! is_on "$host" || return 0
  dk start "$host" >/dev/null || return 1
  in_host "$host" /lab/host-settle engine_ready || return 1
  apply_network "$host" || return 1
}

exec_host() { # exec_host HOST COMMAND...
  local host=$1
  shift
  [ $# -gt 0 ] || usage_error "exec what? lab exec HOST COMMAND..."
  in_host "$host" "$@"
}

status_line() { # status_line HOST: writes its line of the table
  local host=$1 facts engine=- store=- ssh=no docker=no sessions=- stamp=- link
  if is_on "$host"; then
    timeout 4 ssh -F "$run/ssh_config" -o BatchMode=yes -o ConnectTimeout=2 "$host" true >/dev/null 2>&1 && ssh=ok
    if facts=$(timeout 5 "$lab_home/lab" exec "$host" /lab/host-settle facts 2>/dev/null); then
      docker=ok
      read -r engine store sessions stamp <<<"$facts"
    fi
    link=$(network_state "$host")
  else
    ssh=off docker=off link=-
  fi
  printf '%-8s %-14s %-14s %-11s %-8s %-4s %-7s %-9s %-18s %s\n' "$host" "$(host_address "$host")" "$engine" "$store" \
    "$(host_value "$host" init)" "$ssh" "$docker" \
    "$sessions" "$stamp" "$link" >"$run/state/$host.line"
}

show_status() {
  local hosts host
  mapfile -t hosts < <(host_names)
  on_hosts status_line "${hosts[@]}"
  printf '%-8s %-14s %-14s %-11s %-8s %-4s %-7s %-9s %-18s %s\n' HOST ADDRESS ENGINE STORE INIT SSH DOCKER SESSIONS STAMP LINK
  for host in "${hosts[@]}"; do cat "$run/state/$host.line"; done
}
