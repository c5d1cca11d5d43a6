# The way of a restart from the hold of the old container to the clean-up.

transact() {
  begin hold
  look "$old"
  if ! is_claimed || { [ "$status" != gone ] && [ "$name" != "$session" ]; }; then
    say hold failed "its container is not the session any more"
    rm -f "$dir/made"
    untouched failed
  fi
  if [ "$policy" = no ] || [ "$status" = gone ]; then
    say hold skipped "it does not come back by itself"
  else
    act limited 300 docker update --restart=no "$old" || fail hold "$err"
    say hold ok
  fi
  begin stop
  stop_old
  begin rename
  look "$old"
  [ "$status" = gone ] || rename_to "$old" "$name_old" || fail rename "$err"
  crash_point rename_new
  rename_to "$new" "$session" || fail rename "$err"
  say rename ok
  if [ "$up" = 1 ]; then
    begin start
    start_new
  else
    say start skipped "it was stopped and stays stopped"
  fi
  prove
}

prove() { # the new container is good, or what was is put back
  if [ "$up" = 1 ]; then
    begin probe
    probe
  else
    say probe skipped "it was stopped"
  fi
  begin commit
  mark committed "$new" || { rm -f "$dir/committed"; fail commit "the journal cannot be written"; }
  say commit ok
  forwards
}

stop_old() {
  look "$old"
  if [ "$status" = gone ] && [ "$vanishes" = 0 ]; then
    stuck "somebody removed the session's container meanwhile; its successor was not started: if that is to be the session, \`docker start ${new%"${new#????????????}"}\` first"
  elif is_up && [ "$up" = 0 ]; then
    fail stop "somebody started it meanwhile"
  elif ! is_up; then
    say stop skipped "it is stopped already"
    return
  fi
  # Nothing is lost yet: with --rm, the stop takes volumes with it that nothing else uses.
  for id in $new $stand_in $keeper; do
    look "$id"
    [ "$status" != gone ] || fail stop "${id%"${id#????????????}"}, a container for the restart, was removed meanwhile"
  done
  mark stopping "$old" || fail stop "the journal cannot be written"
  stop "$old" || fail stop "$err"
  if [ "$vanishes" = 1 ]; then
    wait_gone "$old" || fail stop "the engine has not removed it within $REMOVAL_WAIT s"
    say stop ok "it was started with --rm: the engine removed it"
  elif [ "$code" = 137 ]; then
    say stop ok "it did not end when it was asked to, and was killed"
  else
    say stop ok
  fi
}

# A container that removes itself may be gone before anybody can ask it why: its words are taken from the first on.
start_new() {
  attached=
  look "$old"
  ! is_up || fail start "somebody started the old container meanwhile"
  if [ "$new_vanishes" = 1 ]; then
    rm -f "$dir/pipe"
    mkfifo "$dir/pipe" || fail start "the journal cannot be written"
    # Only the last of it: the journal's disk is not for all that it may say during its probe.
    tail -c 65536 <"$dir/pipe" >"$dir/words" &
    listener=$!
    docker start -a "$new" >"$dir/pipe" 2>&1 </dev/null &
    attached=$!
    waited=0
    while look "$new" && [ "$status" = created ] && [ -n "$(start_of "$attached")" ] && [ $waited -lt 600 ]; do
      nap
      waited=$((waited + 1))
    done
    [ "$status" != created ] || { let_go; fail start "$(tail -n 3 "$dir/words")"; }
  else
    act limited 300 docker start "$new" || fail start "$err"
  fi
  say start ok
}

forwards() { # after the commit there is no way back, only to the end
  crash_point policy
  say clean_up running
  note=
  look "$new"
  if [ "$status" = gone ] && [ "$new_vanishes" = 0 ]; then
    note="the new container is gone: somebody removed it"
  else
    keep_up
    [ -n "$note" ] || rename_to "$new" "$session" || stuck "the session's name cannot be given to the new container: $err"
    if [ "$new_vanishes" = 0 ] && [ "$policy" != no ]; then
      act limited 300 docker update --restart="$policy" "$new" || stuck "the restart policy cannot be set: $err"
    fi
  fi
  crash_point restart
  keep_up
  crash_point predecessors
  remove_but 0 "${name_failed%????????-??????-????}"
  [ "$new_vanishes" = 1 ] || remove_but "$keep" "${name_old%????????-??????-????}"
  crash_point pin
  drop_pin
  crash_point end
  keep_up
  if [ "$new_vanishes" = 1 ]; then # only now is nothing needed any more to go back to
    remove "$stand_in" || say clean_up log "the stand-in stays: $err"
    remove_but "$keep" "${name_old%????????-??????-????}"
    keep_up
  fi
  say clean_up ok "$note"
  finish replaced "$note"
}

keep_up() { # the new container is up, if it has to be: it may have gone down with the engine since the commit
  [ -z "$note" ] && [ "$up" = 1 ] || return 0
  look "$new"
  ! is_up || return 0
  if [ "$new_vanishes" = 0 ]; then
    act limited 300 docker start "$new" || stuck "the new container does not start any more: $err"
    return
  fi
  wait_gone "$new" || stuck "the engine does not remove the new container, which was started with --rm and is down"
  if has_way_back; then
    # The session is not lost with it, as long as there is something to go back to.
    rm -f "$dir/committed"
    flush "$dir"
    fail clean_up "the new container ended, or the engine went down, and as one with --rm it was removed"
  fi
  note="the new container is gone: it was started with --rm, and it ended"
}

remove_but() { # remove_but COUNT PREFIX: removes all but the newest COUNT containers whose name begins so
  ask docker ps -a --no-trunc --format '{{.Names}} {{.ID}}' || return 0
  printf '%s\n' "$out" | while read -r name id; do
    case $name in "$2"????????-??????-????) ;; *) continue ;; esac
    # Names tell the time of the console that began a restart, and its clock may be wrong: those of this one are the newest.
    case $id in "$old" | "$new" | "$keeper") echo "1 $name $id" ;; *) echo "0 $name $id" ;; esac
  done | sort -r | while read -r _ name id; do
    kept=$((${kept:-0} + 1))
    [ "$kept" -le "$1" ] || remove "$id" || say clean_up log "$name stays: $err"
  done
}
