#!/bin/sh
# Begins a session: makes the user `claude` with the ids of the host's, and runs the host's claude program in tmux.
#
# CLAUDE_UID and CLAUDE_GID are the ids of the user `claude` of the host, so that files have one owner inside and outside.
# It ends with the exit code of claude; with 0 when the session is closed or the container is told to stop.
set -eu

CLAUDE=/usr/local/bin/claude
HOME_OF_CLAUDE=/home/claude
SKEL=/etc/convocate/skel
SOCKET=/var/run/docker.sock
STATE=/run/convocate
SESSION=claude
waiting=''

say() { printf 'entrypoint: %s\n' "$*" >&2; }

# fail CODE WORDS...
fail() {
  code=$1
  shift
  say "$*"
  exit "$code"
}

as_claude() { runuser -u claude -- env HOME="$HOME_OF_CLAUDE" USER=claude LOGNAME=claude SHELL=/bin/bash "$@"; }

# What runs as process 1 gets no signal that it does not ask for: without this a stop waits for its timeout and kills.
stop() {
  trap '' TERM INT HUP
  say "told to stop: the session ends"
  as_claude tmux kill-session -t "=$SESSION" 2>/dev/null || :
  [ -z "$waiting" ] || kill "$waiting" 2>/dev/null || :
  # claude is told by tmux; it may write its last words, and is not waited for longer than that.
  tries=0
  while [ "$tries" -lt 20 ] && is_claude_there; do
    tries=$((tries + 1))
    sleep 0.1
  done
  exit 0
}

is_claude_there() {
  [ -f "$STATE/pid" ] && read -r pid <"$STATE/pid" && kill -0 "$pid" 2>/dev/null
}

# id_of NAME: refuses what is no id of a user who is not root.
id_of() {
  eval "id=\${$1:-1000}"
  case $id in
    '' | *[!0-9]* | 0* | ??????????*) fail 64 "$1 is '$id', and must be the number of a user that is not root, such as 1000" ;;
  esac
  printf '%s\n' "$id"
}

# free_id DATABASE: an id that no user, or no group, has.
free_id() {
  id=60000
  while getent "$1" "$id" >/dev/null; do id=$((id - 1)); done
  printf '%s\n' "$id"
}

name_by_id() { getent "$1" "$2" | cut -d: -f1; }

# The base image may have given the ids to somebody else (Ubuntu 24.04 has `ubuntu` at 1000): that one goes out of the way,
# because files of the host would belong to nobody here if claude had other ids.
make_group() {
  other=$(name_by_id group "$gid")
  if [ -n "$other" ] && [ "$other" != claude ]; then
    free=$(free_id group)
    say "the group $other has the id $gid: it gets $free"
    groupmod -g "$free" "$other"
  fi
  if getent group claude >/dev/null; then
    [ "$other" = claude ] || groupmod -g "$gid" claude
  else
    groupadd -g "$gid" claude
  fi
}

make_user() {
  other=$(name_by_id passwd "$uid")
  if [ -n "$other" ] && [ "$other" != claude ]; then
    free=$(free_id passwd)
    say "the user $other has the id $uid: it gets $free"
    usermod -u "$free" "$other"
  fi
  if getent passwd claude >/dev/null; then
    why=$(usermod -u "$uid" -g claude -d "$HOME_OF_CLAUDE" claude 2>&1) ||
      fail 70 "the user claude of this image cannot get the id $uid: $why"
  else
    why=$(useradd --no-create-home --no-log-init --home-dir "$HOME_OF_CLAUDE" --shell /bin/bash -u "$uid" -g claude claude 2>&1) ||
      fail 70 "the user claude could not be made with the id $uid: $why"
  fi
}

# Who may use the socket may use the host's engine; the socket's group is the host's, and has another name here or none.
join_socket_group() {
  [ -S "$SOCKET" ] || return 0
  socket_gid=$(stat -c %g "$SOCKET")
  if [ "$socket_gid" = 0 ]; then
    say "the Docker socket belongs to the group of root: claude uses it with sudo"
    return 0
  fi
  group=$(name_by_id group "$socket_gid")
  if [ -z "$group" ]; then
    group=docker-host
    if getent group "$group" >/dev/null; then
      groupmod -g "$socket_gid" "$group"
    else
      groupadd -g "$socket_gid" "$group"
    fi
  fi
  usermod -aG "$group" claude
}

allow_sudo() {
  if [ ! -d /etc/sudoers.d ]; then
    say "there is no sudo in this image"
    return 0
  fi
  printf 'claude ALL=(ALL) NOPASSWD:ALL\n' >/etc/sudoers.d/claude
  chmod 0440 /etc/sudoers.d/claude
}

# The home is the host's: only the directory itself is given to claude, and of the skel only what is not there yet is put in.
fill_home() {
  mkdir -p "$HOME_OF_CLAUDE"
  chown "$uid:$gid" "$HOME_OF_CLAUDE" || say "$HOME_OF_CLAUDE cannot be given to claude"
  [ -d "$SKEL" ] || return 0
  find "$SKEL" -type f | while IFS= read -r file; do
    at=$HOME_OF_CLAUDE/${file#"$SKEL"/}
    if [ -e "$at" ] || [ -L "$at" ]; then continue; fi
    { as_claude mkdir -p "${at%/*}" && as_claude cp "$file" "$at"; } || say "$at could not be written"
  done
}

look_at_claude() {
  if [ -d "$CLAUDE" ]; then
    fail 126 "$CLAUDE is a directory: Docker makes one, owned by root, where the host has no such file." \
      "Remove the directory on the host (rmdir $CLAUDE), install claude there, and start the session again"
  fi
  [ -e "$CLAUDE" ] || fail 127 "there is no $CLAUDE: it is not in the image but comes from the host." \
    "Start the container with -v $CLAUDE:$CLAUDE:ro, on a host where claude is installed"
  as_claude test -x "$CLAUDE" || fail 126 "$CLAUDE cannot be run by the user claude: look at its mode on the host (0755)"
}

# The session, until claude ends or somebody closes it. tmux tells it; nothing is asked every second.
run_session() {
  mkdir -p "$STATE"
  rm -f "$STATE/pid" "$STATE/code"
  chown "$uid:$gid" "$STATE"
  as_claude tmux new-session -d -s "$SESSION" -c "$HOME_OF_CLAUDE" \
    "echo \$\$ >'$STATE/pid'; '$CLAUDE' --dangerously-skip-permissions; echo \$? >'$STATE/code'" ||
    fail 70 "tmux could not begin the session"
  as_claude tmux set-hook -g session-closed 'wait-for -S ended' 2>/dev/null || :
  while as_claude tmux has-session -t "=$SESSION" 2>/dev/null; do
    as_claude tmux wait-for ended &
    waiting=$!
    wait "$waiting" || :
    waiting=''
  done
}

trap stop TERM INT HUP
uid=$(id_of CLAUDE_UID)
gid=$(id_of CLAUDE_GID)
make_group
make_user
join_socket_group
allow_sudo
fill_home
look_at_claude
run_session
if [ -s "$STATE/code" ]; then
  read -r code <"$STATE/code"
  [ "$code" = 0 ] || say "claude ended with the exit code $code"
  exit "$code"
fi
say "the session was closed"
