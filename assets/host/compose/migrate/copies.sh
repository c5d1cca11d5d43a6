# The volumes without a name: each is copied into a named one, through a container of its image that never runs, and stays as it is.

copy_all() {
  while read -r service was volume called path <&4; do
    copy_one || { err="$path of $service cannot be copied: $err"; return 1; }
    say stop log "$path of $service is copied into the volume $called"
  done 4<"$dir/copies"
}

copy_one() {
  # What tagboat did not make for this is somebody's, and may hold something.
  if ask docker volume inspect -f '{{index .Labels "tagboat.migration"}}' "$called"; then
    [ "$out" = "${dir##*/}" ] || { err="there is a volume $called already"; return 1; }
  else
    act docker volume create --label "com.docker.compose.project=$project" --label "com.docker.compose.volume=$volume" \
      --label "tagboat.migration=${dir##*/}" "$called" || return 1
  fi
  holder=tagboat-copy-$project-$$
  ask docker inspect --type container -f '{{.Image}}' "$was" || return 1
  image=$out
  act docker create --name "$holder" --network none -v "$called:$path:nocopy" "$image" true || return 1
  err=$( { docker cp "$was:$path/." - || echo "the copy was not read whole" >&2; } 2>"$dir/read-said" | docker cp - "$holder:$path" 2>&1)
  sent=$?
  [ ! -s "$dir/read-said" ] || { err=$(tail -n 1 "$dir/read-said"); sent=1; }
  if [ $sent -eq 0 ]; then
    read_listing "$was:$path/." >"$dir/listing.one" && read_listing "$holder:$path/." >"$dir/listing.two" &&
      cmp -s "$dir/listing.one" "$dir/listing.two" || { err="the copy is not what it was made from"; sent=1; }
  fi
  rm -f "$dir/read-said" "$dir/listing.one" "$dir/listing.two"
  complaint=$err
  act limited 300 docker rm "$holder" || say stop log "the container $holder stays: $err"
  err=$complaint
  return $sent
}

# Names, kinds, modes, owners, sizes and contents of links: all that a listing tells but the times of directories.
read_listing() { docker cp "$1" - 2>/dev/null | tar -tv --numeric-owner -f - 2>/dev/null | awk '{ $4 = ""; $5 = ""; print }' | sort; }
