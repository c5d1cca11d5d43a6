# One run, from the lease of the host to its release.

tell_plan() {
  while read -r verdict reference id size why; do
    line="$verdict $reference $size: $why"
    if [ -n "$dry" ]; then printf '%s\n' "$line"; else note "$line"; fi
  done <"$scratch/verdicts"
}

keep_host() { lease beat "$state" "$owner" daily-prune "$HOLD" '' "$notice" prune; }

take_host() { # nobody else changes the host meanwhile
  owner="prune@$(uname -n)#$$" waited=0
  until taken=$(lease take "$state" "$owner" daily-prune "$HOLD" '' "$notice" prune); do
    [ $? -eq 9 ] || { owner=''; say "the lease of this host cannot be taken: is $state to be written?"; exit 1; }
    [ $waited -lt "$WAIT" ] || refuse "$(printf '%s' "$taken" | cut -f 1) is changing this host with job $(printf '%s' "$taken" | cut -f 2)"
    sleep 5
    waited=$((waited + 5))
  done
}

let_host_go() { # nor is it shown any more that this had it
  [ -z "$owner" ] || lease release "$state" "$owner" daily-prune "$HOLD" '' "$notice" prune
  owner=''
}

take_up_restarts() { # in the midst of one, what its session needs is in no list yet, or not any more
  take_up "$state" >/dev/null 2>&1
  waited=0
  for dir in "$state"/restarts/????????-??????-????-*; do
    [ -e "$dir/restart.sh" ] && [ ! -e "$dir/ended" ] || continue
    while [ "$(sh "$dir/restart.sh" follow "$dir" 1000000 1 2>/dev/null | sed -n 's/^state //p')" = running ]; do
      [ $waited -lt "$WAIT" ] || refuse "the restart ${dir##*/} is at work"
      keep_host || refuse "somebody else took the host"
      waited=$((waited + 1))
    done
    # What its host cannot end alone is for the operator, and its containers and pins keep what it needs.
    [ -e "$dir/ended" ] || note "the restart ${dir##*/} is not over"
  done
}

leave() {
  trap '' HUP INT QUIT PIPE TERM
  # What another one has taken over is his: the pins are put back by the next run.
  [ ! -s "$scratch/held" ] || ! keep_host || put_back_all
  let_host_go
  rm -rf "$scratch"
}

dry='' owner=''
case $#:${1:-} in
  0:) ;;
  1:--dry-run) dry=yes ;;
  *) echo "usage: $0 [--dry-run]" >&2; exit 2 ;;
esac
[ -n "$dry" ] || [ -d "$state" ] || mkdir -p -m 700 -- "$state" || exit 1
disabled=''
[ ! -e "$state/prune.disabled" ] || disabled=yes
scratch=$(mktemp -d) || exit 1
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' HUP QUIT PIPE TERM
if [ -n "$disabled" ]; then
  # What a run before that died has left in between is brought back all the same.
  if [ -z "$dry" ] && list_images && grep -q "^$PIN prune-" "$scratch/images"; then
    take_host
    if list_images; then release_pins; else failed "the images cannot be listed: $(why_not)"; fi
  fi
  say "nothing was removed: $state/prune.disabled is there"
  [ ! -e "$scratch/failed" ]
  exit
fi
if [ -z "$dry" ]; then
  take_host
  # The log stays small by itself.
  [ "$({ wc -l <"$state/prune.log" || echo 0; } 2>/dev/null)" -le "$LOG_LINES" ] ||
    { tail -n $((LOG_LINES / 2)) "$state/prune.log" >"$scratch/log" && cat "$scratch/log" >"$state/prune.log"; }
  take_up_restarts
fi
read_stamp
read_history
list_containers || refuse "the containers cannot be listed: $(why_not)"
list_images || refuse "the images cannot be listed: $(why_not)"
if [ -z "$dry" ] && grep -q "^$PIN prune-" "$scratch/images"; then
  release_pins
  list_images || refuse "the images cannot be listed: $(why_not)"
fi
judge_all
tell_plan
[ -n "$dry" ] || remove_all
[ ! -e "$scratch/failed" ]
