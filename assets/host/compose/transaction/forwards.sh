# The way of a restart by Compose from the hold of the images to the clean-up.

transact() {
  begin hold
  look "$old"
  if ! is_claimed || [ "$status" = gone ] || [ "$name" != "$session" ]; then
    say hold failed "its container is not the session any more"
    rm -f "$dir/made"
    untouched failed
  elif ! env_is old; then
    say hold failed "$env_file was changed meanwhile"
    untouched failed
  elif ! hold_images; then
    say hold failed "the images cannot be held: $err"
    untouched failed
  fi
  say hold ok
  begin write_pin
  if env_is new; then
    say write_pin skipped "$key names $reference already"
  else
    mark writing "$env_file" || fail write_pin "the journal cannot be written"
    crash_point write_pin_write
    write_env new || fail write_pin "$env_file cannot be written: $err"
    say write_pin ok "$key=$reference"
  fi
  begin up
  mark upping "$service" || fail up "the journal cannot be written"
  crash_point up_compose
  replace
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

replace() { # Compose replaces the container; what came of it is looked at, not believed
  look "$old"
  if is_up && [ "$up" = 0 ]; then fail up "somebody started it meanwhile"; fi
  # With the same image there is nothing that Compose would change.
  force=
  [ "$from" != "$reference" ] || [ "$old_image" != "$new_image" ] || force=--force-recreate
  # shellcheck disable=SC2046,SC2086
  bring_up '' $(flag_of_state) $force || fail up "$err"
  tell_service || fail up "$err"
  new=$one
  [ "$new" != "$old" ] || fail up "Compose left its container as it was"
  runs_on "$new" "$new_image" || fail up "Compose made it on another image than $reference"
  ask docker inspect --type container -f '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{.Destination}}{{println}}{{end}}{{end}}' "$new" ||
    fail up "$err"
  mounts=$out
  while IFS= read -r volume; do
    printf '%s\n' "$mounts" | grep -qxF -- "$volume" || fail up "its volume ${volume%% *} is not in the new container"
  done <"$dir/volumes"
  say up ok "${new%"${new#????????????}"} on $reference"
}

forwards() { # after the commit there is no way back, only to the end
  crash_point clean_up
  say clean_up running
  look "$new"
  note=
  if [ "$status" = gone ]; then
    note="the new container is gone: somebody removed it"
  elif [ "$up" = 1 ] && ! is_up; then
    act limited 300 docker start "$new" || stuck "the new container does not start any more: $err"
  fi
  crash_point pin
  drop_pins "$pin"
  drop_old_pins
  say clean_up ok "$note"
  crash_point end
  finish replaced "$note"
}
