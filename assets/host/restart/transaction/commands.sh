# The commands of the script; the journal is their directory.

work() { # work transact|recover
  if [ -e "$dir/ended" ]; then
    load && sweep
    exit 0
  fi
  take || exit 0 # another one is at it
  load || stuck "the journal is not understood: it was written by another version, or it is damaged"
  # Signals end the console's commands, not this.
  trap '' HUP INT TERM
  if [ "$1" = transact ] && [ "$runners" -eq 0 ] && [ -e "$dir/made" ]; then transact; else recover; fi
}

launch() { # launch transact|recover: detached; a way that does not get it going is followed by the next
  ! runner_lives || return 0
  before=$runners
  for way in systemd-run setsid nohup; do
    case $way in
      systemd-run)
        [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1 || continue
        systemd-run --quiet --collect "$(command -v sh)" "$dir/restart.sh" "$1" "$dir" </dev/null >/dev/null 2>&1 ;;
      *)
        command -v $way >/dev/null 2>&1 || continue
        $way sh "$dir/restart.sh" "$1" "$dir" </dev/null >>"$dir/output" 2>&1 & ;;
    esac
    waited=0
    while [ $waited -lt 25 ]; do
      count_runners
      [ "$runners" -eq "$before" ] && [ ! -e "$dir/ended" ] || return 0
      nap
      waited=$((waited + 1))
    done
  done
  why="the restart cannot be started on the host"
  { printf '%s\n' "$why" >"$dir/me.$$"; } 2>/dev/null || why="$why: its journal $dir cannot be written"
  rm -f "$dir/me.$$"
  echo "$why" >&2
  return 1
}

follow() { # follow LINE SECONDS
  waited=0
  while :; do
    if [ -e "$dir/ended" ]; then state=ended; elif runner_lives; then state=running; else state=dead; fi
    [ "$state" = running ] && [ "$(wc -l <"$dir/status")" -le "$1" ] && [ $waited -lt $(($2 * 5)) ] || break
    nap
    waited=$((waited + 1))
  done
  tail -n "+$(($1 + 1))" "$dir/status"
  printf '\nstate %s\n' "$state"
}

command=${1:-} dir=${2:-}
[ -d "$dir" ] && [ ! -L "$dir" ] || { echo "no such journal: $dir" >&2; exit 2; }
shift 2
case $command in
  transact | recover) work "$command" ;;
  launch) launch "$1" ;;
  follow) follow "$1" "$2" ;;
  abort) true >"$dir/abort" && { runner_lives || [ -e "$dir/ended" ] || launch recover; } ;;
  *) echo "unknown command: $command" >&2; exit 2 ;;
esac
