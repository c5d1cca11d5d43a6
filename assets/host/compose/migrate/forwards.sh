# The way of a migration from the hold of the images to the clean-up.

transact() {
  begin hold
  if ! is_claimed; then
    say hold failed "the project is another migration's by now"
    rm -f "$dir/made"
    untouched failed
  elif ! text_is "$compose_file" file.old || ! text_is "$env_file" "$(env_before)"; then
    say hold failed "the files of the project were changed meanwhile"
    untouched failed
  elif ! each is_as_planned || ! hold_images; then
    say hold failed "$err"
    untouched failed
  fi
  say hold ok
  if [ -s "$dir/copies" ]; then
    begin stop
    mark stopping "$project" || fail stop "the journal cannot be written"
    each stop_it || fail stop "$err"
    crash_point stop_copy
    copy_all || fail stop "$err"
    say stop ok
  fi
  begin write_pin
  mark writing "$compose_file" || fail write_pin "the journal cannot be written"
  keep_before || say write_pin log "$compose_file.before cannot be written"
  write_text "$env_file" env.new && crash_point write_pin_file && write_text "$compose_file" file.new || fail write_pin "the files cannot be written: $err"
  say write_pin ok "$reference"
  begin up
  mark upping "$project" || fail up "the journal cannot be written"
  crash_point up_compose
  each bring_it_up || fail up "$err"
  rm -f "$dir/new.part"
  each is_on_new || fail up "$err"
  say up ok "on $reference"
  if [ -n "$(awk '$2 == "up" && $3 != "-"' "$dir/services")" ]; then
    begin probe
    while read -r service wanted was session _ <&4; do probe_it; done 4<"$dir/services"
    session=$journal_of
  else
    say probe skipped "all of them were stopped"
  fi
  begin commit
  mark committed "$project" || { rm -f "$dir/committed"; fail commit "the journal cannot be written"; }
  say commit ok
  forwards
}

forwards() { # after the commit there is no way back, only to the end
  crash_point clean_up
  say clean_up running
  forget_texts
  say clean_up ok
  crash_point end
  finish replaced ''
}

forget_texts() { rm -f "$dir"/env.old "$dir"/env.new "$dir"/file.old "$dir"/file.new "$dir"/file.back "$dir/said"; } # they may hold secrets
