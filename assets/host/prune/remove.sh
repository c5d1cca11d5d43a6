# The removal in two turns: the tag goes while a pin holds its image, and the image goes when still nobody has it.

release_pins() { # what a run that died has left: its tags come back, and are judged anew
  grep "^$PIN prune-" "$scratch/images" | while read -r _ tag id _; do
    put_back "$image:${tag#prune-}" "$id" "$PIN:$tag"
  done
}

put_back() { # put_back REFERENCE ID PIN: the pin goes only when the tag is there
  # A tag that names another image by now is newer than this; whether there is one must be known.
  if ! docker_says image inspect -f '{{.Id}}' "$1" >/dev/null 2>"$scratch/said"; then
    case $(why_not) in
      *o\ such\ image*) docker_says tag "$2" "$1" >/dev/null 2>"$scratch/said" ;;
      *) false ;;
    esac || { failed "$1 is held as $3 and cannot be put back now, the next run does it: $(why_not)"; return 1; }
  fi
  docker_says rmi "$3" >/dev/null 2>"$scratch/said" || failed "$3 stays: $(why_not)"
}

failed() {
  say "$1"
  : >"$scratch/failed"
}

remove_all() {
  : >"$scratch/held"
  : >"$scratch/gone"
  grep '^remove ' "$scratch/verdicts" >"$scratch/going"
  while read -r _ reference id size why; do
    keep_host || { failed "somebody else took the host; the rest stays"; break; }
    case $reference in
      '<untagged>') remove_leftover ;;
      *) untag ;;
    esac
  done <"$scratch/going"
  [ -s "$scratch/held" ] || return 0
  sleep "$GRACE"
  # Where that cannot be told, all that was untagged comes back.
  list_containers && known=yes || known=''
  [ -n "$known" ] || failed "who uses what cannot be told any more: $(why_not)"
  while read -r reference id size why; do
    # What another one has taken over is his to end: the pins are put back by the next run.
    keep_host || { failed "somebody else took the host; its pins stay until the next run"; break; }
    finish "$reference" "$id" "$PIN:prune-${reference##*:}"
  done <"$scratch/held"
  : >"$scratch/held"
  tell_lost
}

# Without its tag an image can still be taken by its id, up to its last moment, and nothing keeps an engine from removing it then. Who
# did that is told: the image comes back when it is loaded again.
tell_lost() {
  [ -s "$scratch/gone" ] || return 0
  let_host_go
  sleep "$GRACE"
  list_containers || { failed "whether somebody took by its id what went cannot be told: $(why_not)"; return; }
  rule=any-container
  while read -r reference id; do
    used=$(users '' "$id")
    [ -z "$used" ] || failed "$reference is gone and $used, taken by its id in that moment: push it again"
  done <"$scratch/gone"
}

put_back_all() { # a run that is ended between its turns
  while read -r reference id _; do put_back "$reference" "$id" "$PIN:prune-${reference##*:}"; done <"$scratch/held"
}

remove_leftover() { # nobody can take it by a tag; the engine refuses for whoever has it
  # One that somebody gave a tag since the list would lose that.
  [ "$(docker_says image inspect -f '{{len .RepoTags}}' "$id" 2>/dev/null)" = 0 ] || return 0
  if docker_says rmi "$id" >/dev/null 2>"$scratch/said"; then
    say "remove $reference $size: $why"
    record "$reference" "$id"
  else
    note "keep $reference $size: the engine says: $(why_not)"
  fi
}

record() { # record REFERENCE ID: what went, in the audit of this host
  audit "$state" "{\"by\":\"host\",\"operator\":$(json "${owner%#*}"),\"job\":\"daily-prune\",\"verb\":\"prune\",\
\"session\":null,\"reference\":$(json "$1"),\"before\":$(json "$2"),\"after\":null,\"result\":\"removed\"}" ||
    say "the audit has no line of it: $state/audit.jsonl cannot be written"
}

untag() {
  tag=${reference##*:}
  # `prune-` and the tag are a tag again, and those have 128 letters at most.
  [ ${#tag} -le 122 ] || { failed "keep $reference $size: its tag is too long to be held"; return; }
  named=$(docker_says image inspect -f '{{.Id}}' "$reference" 2>/dev/null)
  [ "$named" = "$id" ] || { note "keep $reference $size: it names another image now"; return; }
  docker_says tag "$id" "$PIN:prune-$tag" 2>"$scratch/said" || { failed "$reference cannot be held: $(why_not)"; return; }
  if docker_says rmi "$reference" >/dev/null 2>"$scratch/said"; then
    echo "$reference $id $size $why" >>"$scratch/held"
  else
    # The engine may have done it all the same, and then the pin is all that is left.
    note "keep $reference $size: the engine says: $(why_not)"
    put_back "$reference" "$id" "$PIN:prune-$tag"
  fi
}

finish() { # finish REFERENCE ID PIN
  used=unknown
  [ -z "$known" ] || used=$(users "$1" "$2")
  # It may have been stamped meanwhile, by whoever asks nobody for a lease.
  read -r stamped _ <"$stamp"
  case $stamped in "$1" | "${1##*:}") used="the stamp" ;; esac
  if [ -z "$used" ] && docker_says rmi "$3" >/dev/null 2>"$scratch/said"; then
    say "remove $1 $size: $why"
    record "$1" "$2"
    echo "$1 $2" >>"$scratch/gone"
  elif put_back "$1" "$2" "$3"; then
    say "keep $1 $size: somebody took it meanwhile"
  fi
}
