# The plan of a migration, as the journal holds it; and whose the words of its end are.

load() { # reads the journal; anything that it does not understand is an error
  version='' session='' up=1 stable='' healthy=0 port='' deadline='' pin='' socket=''
  kind='' project='' service='' working_dir='' user='' home='' compose_file='' env_file='' reference='' old_image='' new_image=''
  new='' old='' why=''
  while IFS='=' read -r word value; do
    case $word in
      version) version=$value ;; session) session=$value ;; stable) stable=$value ;; deadline) deadline=$value ;;
      socket) socket=$value ;; kind) kind=$value ;; project) project=$value ;; working_dir) working_dir=$value ;;
      user) user=$value ;; home) home=$value ;; file) compose_file=$value ;; env_file) env_file=$value ;;
      reference) reference=$value ;; old_image) old_image=$value ;; new_image) new_image=$value ;;
    esac
  done <"$dir/plan" || return 1
  journal_of=$session # what the journal is called after, while a service is looked at under its own name
  [ "$version" = 1 ] && [ -n "$session" ] && [ -n "$project" ] && [ -n "$working_dir" ] && [ -n "$home" ] || return 1
  [ -n "$compose_file" ] && [ -n "$env_file" ] && [ -n "$reference" ] && [ -n "$new_image" ] || return 1
  case $stable:$deadline in *[!0-9:]* | :* | *:) return 1 ;; esac
  use_engine || return 1
  [ -s "$dir/config-files" ] && [ -e "$dir/env-files" ] && [ -s "$dir/services" ] && [ -e "$dir/copies" ] || return 1
}

tell_audit() ( # tell_audit replaced|undone|stuck: what this host did alone
  after=$old_image
  [ "$1" != replaced ] || after=$new_image
  audit "${dir%/*/*}" "{\"by\":\"host\",\"operator\":$(json_or_null "$(planned operator)"),\"job\":$(json_or_null "$(planned job)"),\"verb\":\"compose migrate\",\
\"session\":$(json "$project"),\"reference\":$(json_or_null "$reference"),\"before\":$(json_or_null "$old_image"),\"after\":$(json_or_null "$after"),\"result\":\"$1\"}" ||
    say clean_up log "this host's audit has no line of it: ${dir%/*/*}/audit.jsonl cannot be written"
)

tell_session() { # up, down or unknown: of all services that were up
  while read -r _ wanted _ name _; do
    [ "$wanted" = up ] || continue
    case $(limited 20 docker inspect --type container -f '{{.State.Status}}' "$name" 2>/dev/null) in
      running | paused | restarting) ;;
      *) echo down; return 0 ;;
    esac
  done <"$dir/services"
  echo up
}
