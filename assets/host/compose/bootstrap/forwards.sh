# The way of a bootstrap from the files to the commit.

transact() {
  begin install
  if ! is_claimed; then
    say install failed "the project is another job's by now"
    rm -f "$dir/made"
    untouched failed
  elif ! is_bare; then
    say install failed "$err"
    untouched failed
  fi
  mark installing "$working_dir" || fail install "the journal cannot be written"
  make_folders || fail install "$err"
  crash_point install_env
  new_mode=600
  write_text "$env_file" env.new || fail install "$env_file cannot be written: $err"
  crash_point install_file
  new_mode=644
  write_text "$compose_file" file.new || fail install "$compose_file cannot be written: $err"
  say install ok "$compose_file"
  begin up
  mark upping "$project" || fail up "the journal cannot be written"
  crash_point up_compose
  bring_project_up || fail up "$err"
  crash_point up_look
  each is_on_pin || fail up "$err"
  say up ok "on $reference"
  begin probe
  each probe_one
  each is_still_good
  begin commit
  mark committed "$project" || { rm -f "$dir/committed"; fail commit "the journal cannot be written"; }
  say commit ok
  forwards
}

is_bare() { # nothing of the project is there but what the plan saw
  ask docker ps -aq --filter "label=com.docker.compose.project=$project" || return 1
  [ -z "$out" ] || { err="there are containers of $project by now"; return 1; }
  text_is "$compose_file" "$(before file)" || { err="$compose_file was changed meanwhile"; return 1; }
  text_is "$env_file" "$(before env)" || { err="$env_file was changed meanwhile"; return 1; }
}
before() { if [ -e "$dir/$1.old" ]; then echo "$1.old"; else echo none; fi; } # before file|env

make_folders() { # those of the project, with its owner
  while IFS= read -r folder; do
    err=$( (umask 022 && mkdir -p "$folder") 2>&1) || return 1
    [ "$folder" = "$working_dir" ] || err=$(chown "$(stat -c %u:%g "$working_dir")" "$folder" 2>&1) || return 1
  done <"$dir/folders"
}

forwards() { # after the commit there is no way back, only to the end
  crash_point clean_up
  forget_texts
  crash_point end
  finish replaced ''
}

forget_texts() { rm -f "$dir"/env.old "$dir"/env.new "$dir"/file.old "$dir"/file.new "$dir/said"; } # they may hold secrets
