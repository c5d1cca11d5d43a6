# The journal of a restart: its status, and who works on it.

say() { # say STEP STATE [DETAIL]
  printf '%s %s %s %s\n' "$(date +%s)" "$1" "$2" "$(printf %s "${3:-}" | tr '\n\r' '  ' | cut -c1-600)" >>"$dir/status"
}

flush() { sync "$1" 2>/dev/null || sync; }

mark() { # mark FILE TEXT: on disk when it returns, whole or not at all
  printf '%s\n' "$2" >"$dir/$1.part" && flush "$dir/$1.part" && mv "$dir/$1.part" "$dir/$1" && flush "$dir"
}

is_id() { [ ${#1} -eq 64 ] && case $1 in *[!0-9a-f]*) false ;; esac }

# Who works on a journal: `PID START BOOT`. A number is taken once, so two that find the same one dead cannot both go on.
start_of() { # start_of PID: when it started; nothing for one that is gone or only waits to be collected
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
  # shellcheck disable=SC2086
  set -- ${line##*) }
  case $1 in Z | X) ;; *) printf %s "${20}" ;; esac
}
boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null; }
count_runners() { runners=0; while [ -e "$dir/runner.$((runners + 1))" ]; do runners=$((runners + 1)); done; }
runner_lives() {
  count_runners
  { read -r pid start boot <"$dir/runner.$runners"; } 2>/dev/null || return 1
  [ "$boot" = "$(boot_id)" ] && [ -n "$start" ] && [ "$(start_of "$pid")" = "$start" ]
}
take() {
  runner_lives && return 1
  [ "$runners" -eq 0 ] || [ "$boot" != "$(boot_id)" ] || end_orphans "$pid"
  # Half a line would be a runner that is taken for dead.
  { printf '%s %s %s\n' "$$" "$(start_of $$)" "$(boot_id)" >"$dir/me.$$"; } 2>/dev/null || { rm -f "$dir/me.$$"; return 1; }
  ln "$dir/me.$$" "$dir/runner.$((runners + 1))" 2>/dev/null
  taken=$?
  rm -f "$dir/me.$$"
  return $taken
}

# Commands that a killed run has left in its session must not reach the engine any more; then what it had asked is done.
end_orphans() { # end_orphans PID
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    # shellcheck disable=SC2086
    case $line in *'(docker)'* | *'(timeout)'*) set -- "$1" ${line##*) } ;; *) continue ;; esac
    [ "$5" != "$1" ] || kill -9 "${line%% *}" 2>/dev/null
  done
  sleep 1
}

# For tests of what is left when something dies: the name of a point, in the environment or in a file (once). There the
# script dies; or it stands, if the file says `POINT stand`, until the file beside it is removed.
crash_point() {
  for file in "$dir/crash-at" "${dir%/*}/crash-at.$session"; do
    [ -e "$file" ] || continue
    read -r point way <"$file"
    [ "$point" = "$1" ] || continue
    mv "$file" "$file.reached"
    while [ "$way" = stand ] && [ -e "$file.reached" ]; do nap; done
    [ "$way" = stand ] || { rm -f "$file.reached"; kill -9 $$; }
  done
  [ "${TAGBOAT_CRASH_AT:-}" != "$1" ] || kill -9 $$
}

finish() { # finish replaced|undone DETAIL
  tell_audit "$1"
  say end "$1" "$2"
  # The claim goes only after that: a journal without an end and without a claim would be taken up after the next restart.
  mark ended "$1" || stuck "the journal cannot be written"
  sweep
  exit 0
}

planned() { sed -n "s/^$1=//p" "$dir/plan" 2>/dev/null | head -n 1; }

tell_audit() ( # tell_audit replaced|undone|stuck: what this host did alone
  before=$(planned old_image) after=$(planned old_image) reference=
  [ "$1" != replaced ] || { after=$(planned new_image) reference=$(planned reference); }
  [ "$1" != stuck ] || after=
  audit "${dir%/*/*}" "{\"by\":\"host\",\"operator\":$(json_or_null "$(planned operator)"),\"job\":$(json_or_null "$(planned job)"),\"verb\":\"restart\",\
\"session\":$(json "$session"),\"reference\":$(json_or_null "$reference"),\"before\":$(json_or_null "$before"),\"after\":$(json_or_null "$after"),\"result\":\"$1\"}" ||
    say clean_up log "this host's audit has no line of it: ${dir%/*/*}/audit.jsonl cannot be written"
)

ensure_claimed() { # what was not ended and is another's by now would bring back what that one has replaced
  is_claimed || stuck "the session is not this restart's any more: it is left as it is"
}
is_claimed() { [ "$(cat "${dir%/*}/$session.open" 2>/dev/null)" = "${dir##*/}" ]; } # the session is this journal's

sweep() { # gives the session free, and forgets its oldest journals
  root=${dir%/*}
  ! is_claimed || rm -f "$root/$session.open"
  set -- "$root"/????????-??????-????-"$session"
  while [ $# -gt 5 ]; do
    # This one is the newest, whatever the clock of the console that named it said.
    [ ! -e "$1/ended" ] || [ "$1" = "$dir" ] || rm -rf "$1"
    shift
  done
}

stuck() { # the journal stays open: what is there is left as it is, and told, with whether the session is up
  [ -z "${session:-}" ] || tell_audit stuck
  say end stuck "$(tell_session); $1"
  exit 1
}

tell_session() { # up, down or unknown
  case $(limited 20 docker inspect --type container -f '{{.State.Status}}' "$session" 2>/dev/null) in
    running | paused | restarting) echo up ;;
    ?*) echo down ;;
    *)
      case $(limited 20 docker inspect --type container "$session" 2>&1 >/dev/null) in
        *o\ such\ container* | *o\ such\ object*) echo down ;;
        *) echo unknown ;;
      esac ;;
  esac
}
