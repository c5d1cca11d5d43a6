# The removal in two turns: the tag goes while a pin holds its image, and the image goes when still nobody has it.

release_pins() { # what a run that died has left: its tags come back, and are judged anew
  grep "^$PIN prune-" "$scratch/images" | while read -r _ tag id _; do
    put_back "$image:${tag#prune-}" "$id" "$PIN:$tag"
  done
}

put_back() { # put_back REFERENCE ID PIN: the pin goes only when the tag is there
  named=$(docker_says image inspect -f '{{.Id}}' "$1" 2>/dev/null)
  # A tag that names another image by now is newer than this.
  [ -n "$named" ] || docker_says tag "$2" "$1" >/dev/null 2>"$scratch/said" || { failed "$1 cannot be put back: $(why_not)"; return 1; }
  docker_says rmi "$3" >/dev/null 2>"$scratch/said" || failed "$3 stays: $(why_not)"
}

failed() {
  say "$1"
  : >"$scratch/failed"
}

remove_all() {
  : >"$scratch/held"
  grep '^remove ' "$scratch/verdicts" >"$scratch/going"
  while read -r _ reference id size why; do
    lease beat "$state" "$owner" daily-prune "$HOLD" || { failed "somebody else took the host; the rest stays"; break; }
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
    finish "$reference" "$id" "$PIN:prune-${reference##*:}"
  done <"$scratch/held"
}

remove_leftover() { # nobody can take it by a tag; the engine refuses for whoever has it
  if docker_says rmi "$id" >/dev/null 2>"$scratch/said"; then
    say "remove $reference $size: $why"
  else
    note "keep $reference $size: the engine says: $(why_not)"
  fi
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
    note "keep $reference $size: the engine says: $(why_not)"
    docker_says rmi "$PIN:prune-$tag" >/dev/null 2>&1
  fi
}

finish() { # finish REFERENCE ID PIN
  used=unknown
  [ -z "$known" ] || used=$(users "$1" "$2")
  if [ -z "$used" ] && docker_says rmi "$3" >/dev/null 2>"$scratch/said"; then
    say "remove $1 $size: $why"
  elif put_back "$1" "$2" "$3"; then
    say "keep $1 $size: somebody took it meanwhile"
  fi
}
