# What a restart of some containers would cost, as raw facts: what they say on their logs and terminals, what was started in
# them from outside, how busy they are, and what is in their own layers. It changes nothing. What cannot be told is told as
# `unknown ID PART REASON`.
# $1: engine's socket; $2: seconds that it may take; then the ids of the containers.
ends=$(($(date +%s) + $2))
shift 2

# The lines of one container's layer that are sent, and the processes that are named, at most.
most_changes=1000
most_processes=200

# Runs a command for $1 seconds at most, and never longer than there is time.
within() {
  left=$((ends - $(date +%s)))
  [ "$left" -gt 0 ] || return 124
  if [ "$left" -gt "$1" ]; then left=$1; fi
  shift
  if command -v timeout >/dev/null 2>&1; then timeout "$left" "$@"; else "$@"; fi
}

# One line of JSON for the console, then what this script needs itself; a path may hold blanks and is last on its line.
container='container {"id":{{json .ID}},"name":{{json .Name}},"state":{{json .State.Status}},"pid":{{json .State.Pid}},"size":{{json .SizeRw}},'
container=$container'"log":{{json .LogPath}},"has_terminal":{{json .Config.Tty}},"shares":{{json .HostConfig.PidMode}},'
container=$container'"execs":{{json .ExecIDs}},"removes_itself":{{json .HostConfig.AutoRemove}},"mounts":[{{range .Mounts}}{{json .Destination}},{{end}}null],"tmpfs":{{json .HostConfig.Tmpfs}}}
mine {{.ID}} {{.State.Pid}}
log {{.ID}} {{.LogPath}}
layer {{.ID}} {{with .GraphDriver}}{{with .Data}}{{index . "UpperDir"}}{{end}}{{end}}'

look() { # the containers $@, with the sizes of their layers where there is time for them
  seen=$(within 6 docker inspect --type container --size -f "$container" "$@" 2>&1)
  case $seen in
    container*) ;;
    *) seen=$(within 4 docker inspect --type container -f "$container" "$@" 2>&1) ;;
  esac
}

value() { # of the line $1 of the container $2, into `value`: no process for it, as there are many
  value=${seen#*"
$1 $2 "}
  if [ "$value" = "$seen" ]; then value=; else value=${value%%"
"*}; fi
}

# When they last wrote on their logs, and what happened on their terminals: what a program writes on one changes its time of
# change, what it reads its time of access. One process looks for all of them.
moments() {
  for id; do
    shift
    value log "$id"
    [ -z "$value" ] || set -- "$@" "$value"
    value mine "$id"
    [ "${value:-0}" -gt 0 ] || continue
    set -- "$@" "/proc/$value/root/dev/pts/"[0-9] "/proc/$value/root/dev/pts/"[0-9][0-9] "/proc/$value/root/dev/pts/"[0-9][0-9][0-9]
  done
  [ $# -eq 0 ] || stat -c 'time %Y %X %n' -- "$@" 2>/dev/null
}

# The last line on its log, where its engine keeps it in a way of its own.
output() {
  value log "$1"
  [ -z "$value" ] || return 0
  if said=$(within 3 docker logs --timestamps --tail 1 "$1" 2>&1); then
    echo "logged $1 $(printf %s "$said" | tail -n 1 | head -c 200)"
  else
    echo "unknown $1 output $(printf %s "$said" | tail -n 1 | head -c 200)"
  fi
}

# What is in its own layer. A directory ends with a slash, so far as it can be seen that it is one.
changes() {
  if ! told=$(within 5 docker diff "$1" 2>&1); then
    echo "unknown $1 layer $(printf %s "$told" | tail -n 1 | head -c 200)"
    return
  fi
  if [ -z "$told" ]; then
    echo "changes $1 0"
    return
  fi
  value layer "$1"
  case $value in
    /*) ;;
    *) if [ "$2" -gt 0 ]; then value=/proc/$2/root; else value=; fi ;;
  esac
  # Lines without a kind are the rest of a name with a line break in it.
  printf '%s\n' "$told" | grep '^[ACD] /' | {
    sent=0
    while [ "$sent" -lt "$most_changes" ] && read -r kind path; do
      sent=$((sent + 1))
      if [ -n "$value" ] && [ "$kind" != D ] && [ ! -L "$value$path" ] && [ -d "$value$path" ]; then path=$path/; fi
      printf 'change %s %s %.400s\n' "$1" "$kind" "$path"
    done
    echo "changes $1 $((sent + $(grep -c .)))"
  }
}

# All that was started in the containers from outside: processes in their namespaces whose parents are not in them.
processes() {
  spaces=
  for id; do
    value mine "$id"
    pid=${value:-0}
    [ "$pid" -gt 0 ] || continue
    if ! space=$(readlink "/proc/$pid/ns/pid"); then
      echo "unknown $id processes they cannot be seen from the login on the host"
      continue
    fi
    echo "space $id $space"
    spaces="$spaces $space"
  done
  [ -n "$spaces" ] || return 0
  # `'/proc/12/ns/pid' -> 'pid:[4026532000]'`, whatever quotes stat puts around it.
  table=$(printf '%s\n' /proc/[0-9]*/ns/pid | xargs stat -c %N 2>/dev/null | sed -n 's|^.\{0,1\}/proc/\([0-9]*\)/.*\(pid:\[[0-9]*]\).*|\1 \2|p')
  inside=" "
  members=
  while read -r pid space; do
    case "$spaces " in *" $space "*) ;; *) continue ;; esac
    inside="$inside$pid "
    members="$members$pid $space
"
  done <<END
$table
END
  named=0
  while read -r pid space; do
    [ -n "$pid" ] || continue
    line=
    # The name of a program may hold anything, a line break too: what follows it is on the last line.
    { while IFS= read -r next || [ -n "$next" ]; do line=$next next=; done <"/proc/$pid/stat"; } 2>/dev/null
    set -f
    # shellcheck disable=SC2086 # State, parent, group, session, terminal.
    set -- ${line##*)}
    set +f
    [ $# -gt 5 ] || continue
    case $inside in *" $2 "*) continue ;; esac
    named=$((named + 1))
    [ "$named" -le "$most_processes" ] || break
    command=$({ tr '\0\n\t' '   ' <"/proc/$pid/cmdline"; } 2>/dev/null | head -c 200)
    printf 'process %s %s %s %s\n' "$space" "$pid" "$5" "$command"
  done <<END
$members
END
}

# Command lines of Docker clients on this very host.
clients() {
  printf '%s\n' /proc/[0-9]*/comm | xargs grep -lxE 'docker|docker-compose|podman|nerdctl' 2>/dev/null | head -n "$most_processes" |
    while read -r comm; do
      command=$({ tr '\0\n\t' '   ' <"${comm%/comm}/cmdline"; } 2>/dev/null | head -c 400)
      [ -z "$command" ] || printf 'client %s\n' "$command"
    done
}

if ! command -v docker >/dev/null 2>&1; then
  echo "engine there is no docker command on the host"
  exit 0
fi
look "$@"
case $seen in
  container*) ;;
  *)
    echo "engine $(printf %s "$seen" | tail -n 1 | head -c 300)"
    exit 0
    ;;
esac
echo "now $(date +%s)"
printf '%s\n' "$seen" | grep '^container '
seen="
$seen
"
up=
for id; do
  value mine "$id"
  [ "${value:-0}" -eq 0 ] || up="$up $id"
done
# The engine measures for a second or two: the rest is looked at meanwhile, and its answer waits in the pipe.
# shellcheck disable=SC2086 # Ids.
{ [ -z "$up" ] || within 8 docker stats --no-stream --no-trunc --format 'cpu {{.ID}} {{.CPUPerc}}' $up 2>&1; } | {
  moments "$@"
  processes "$@"
  clients
  for id; do
    value mine "$id"
    pid=$value
    [ -n "$pid" ] || continue
    if [ "$pid" -gt 0 ]; then
      output "$id"
    fi
    changes "$id" "$pid"
  done
  cat
}
echo "end"
