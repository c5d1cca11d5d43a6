# What a host is and what of tagboat is on it, as lines of fields with tabs between them. It changes nothing.
# $1: engine's socket; $2: state directory; $3: staging directory; $4: beginning of the names of staged files; $5: the prune;
# then, each to be described: paths, and units as `unit:NAME`.
state=$2 staging=$3 prefix=$4 prune=$5
shift 5
now=$(date +%s)

tell() { # tell KEY FIELD...
  printf '%s' "$1"
  shift
  for field; do printf '\t%s' "$(printf %s "$field" | tr '\t\n' '  ')"; done
  echo
}
has() { command -v "$1" >/dev/null 2>&1; }
limited() { if has timeout; then timeout "$@"; else shift && "$@"; fi; }
age() { # age FILE: seconds since it was changed
  changed=$(stat -c %Y -- "$1" 2>/dev/null) && echo $((now - changed))
}

release() { sed -n "s/^$1=//p" /etc/os-release | tr -d "\"'" | head -n 1; }

system() { # what runs here, and what this host does by itself
  id='' version='' pretty=''
  if [ -r /etc/os-release ]; then
    id=$(release ID) version=$(release VERSION_ID) pretty=$(release PRETTY_NAME)
  fi
  tell system "$id" "$version" "$pretty" "$(uname -m)" "$(uname -s)"
  if [ -d /run/systemd/system ] && has systemctl; then tell init systemd; else tell init other; fi
  tell cron "$(cron_daemon)" "$(cron_daily)"
  if has docker; then tell docker yes; else tell docker no; fi
  limits
}

limits() { # what sshd allows, or why that is not known
  if ! has sshd; then
    tell sshd unknown "there is no sshd command"
    return
  fi
  # An older one with a Match block wants to know who logs in.
  if ! said=$(limited 5 sshd -T 2>&1) && ! said=$(limited 5 sshd -T -C "user=${SUDO_USER:-root},host=localhost,addr=127.0.0.1" 2>&1); then
    tell sshd unknown "sshd -T says: $(printf %s "$said" | tail -n 1)"
    return
  fi
  printf '%s\n' "$said" | while read -r key value; do
    case $key in maxsessions | maxstartups) tell sshd "$key" "$value" ;; esac
  done
}

cron_daemon() { # runs, simple, installed or missing
  # Those of containers are seen here too, and are none of the host's.
  here=$(readlink /proc/self/ns/pid)
  for process in /proc/[0-9]*; do
    { read -r name <"$process/comm"; } 2>/dev/null || continue
    case $name in cron | crond) ;; *) continue ;; esac
    [ "$(readlink "$process/ns/pid" 2>/dev/null)" = "$here" ] || continue
    # That of busybox reads neither /etc/cron.d nor the word @reboot.
    case $(readlink "$process/exe") in *busybox*) echo simple ;; *) echo runs ;; esac
    return
  done
  if has cron || has crond; then echo installed; else echo missing; fi
}
cron_daily() { # whether what is in cron.daily is run by anything
  if grep -qs '^[^#]*cron\.daily' /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/crontabs/root /etc/crontabs/root; then
    echo yes
  else
    echo no
  fi
}

describe() { # describe PATH
  kind=other owner=- mode=- sum=-
  if [ -L "$1" ]; then
    kind='link'
  elif [ ! -e "$1" ]; then
    kind=missing
  else
    owner=$(stat -c %u:%g -- "$1") mode=$(stat -c %a -- "$1")
    if [ -d "$1" ]; then kind=directory; fi
    if [ -f "$1" ]; then kind=file sum=$(sha256sum <"$1" | cut -c1-64); fi
  fi
  tell path "$1" "$kind" "$owner" "$mode" "$sum"
}

unit() { # unit NAME: as the service manager has it; a timer that is enabled and does not count is `stopped`
  if [ -d /run/systemd/system ] && has systemctl; then
    is=$(systemctl is-enabled "$1" 2>/dev/null | head -n 1)
    case $is:$1 in enabled:*.timer) systemctl is-active --quiet "$1" || is=stopped ;; esac
    tell unit "$1" "$is"
  else
    tell unit "$1" ''
  fi
}

leftovers() { # what work that was interrupted has left
  for file in "$staging/$prefix"*; do
    [ -f "$file" ] && [ ! -L "$file" ] || continue
    tell staged "$file" "$(stat -c %s -- "$file")" "$(age "$file")"
  done
  for dir in "$state"/restarts/????????-??????-????-*; do
    [ -e "$dir/restart.sh" ] && [ ! -e "$dir/ended" ] || continue
    works=$(limited 10 sh "$dir/restart.sh" follow "$dir" 1000000 0 2>/dev/null | sed -n 's/^state //p')
    # Without new containers it may be one that a console works on at this moment.
    if [ -e "$dir/made" ]; then made=made; else made=begun; fi
    tell restart "${dir##*/}" "${works:-dead}" "$(age "$dir")" "$made"
  done
  home=$(getent passwd "${SUDO_USER:-$(id -un)}" | cut -d: -f6)
  for file in "${home:-/root}"/.cache/tagboat/helper-*; do
    [ ! -f "$file" ] || tell helper "$file"
  done
  last_lease
  [ ! -e "$state/prune.disabled" ] || tell prune disabled
  [ ! -e "$state/prune.log" ] || tell prune ran "$(age "$state/prune.log")"
  [ ! -f "$prune" ] || tell prune there "$(age "$prune")"
}

last_lease() { # the newest, where nobody marked it as over (`lease.sh`)
  newest=0
  for file in "$state"/lease.*; do
    number=${file##*.}
    case $number in '' | *[!0-9]*) continue ;; esac
    [ "$number" -le "$newest" ] || newest=$number
  done
  tab=$(printf '\t')
  [ -f "$state/lease.$newest" ] && while IFS=$tab read -r holder job ends since what; do
    case $ends:$since in *[!0-9:]* | :* | *: | 0:*) continue ;; esac
    tell lease "$holder" "$job" "$((ends - now))" "$((now - since))" "$what"
  done <"$state/lease.$newest"
}

binds() { # of every container, the sources of its binds that are empty directories of root: what Docker makes where nothing was
  has docker || return 0
  limited 20 docker ps -aq --no-trunc | limited 30 xargs -r docker inspect --type container \
    -f '{{range .HostConfig.Binds}}{{$.Name}} {{.}}{{println}}{{end}}' 2>/dev/null |
    while read -r name bind; do
      source=${bind%%:*}
      case $source in /*) ;; *) continue ;; esac
      [ -d "$source" ] && [ ! -L "$source" ] && [ "$(stat -c %u -- "$source")" = 0 ] || continue
      [ -z "$(ls -A -- "$source" 2>/dev/null)" ] || continue
      inside=${bind#*:}
      tell empty "${name#/}" "$source" "${inside%%:*}"
    done
}

system
for what; do
  case $what in unit:*) unit "${what#unit:}" ;; *) describe "$what" ;; esac
done
leftovers
binds
tell end
