# The plan of a bootstrap, as the journal holds it; and whose the words of its end are.

load() { # reads the journal; anything that it does not understand is an error
  version='' session='' up=1 stable='' healthy=0 port='' deadline='' socket=''
  kind='' project='' service='' working_dir='' user='' home='' compose_file='' env_file='' reference='' new_image=''
  new='' old='' why=''
  while IFS='=' read -r word value; do
    case $word in
      version) version=$value ;; session) session=$value ;; stable) stable=$value ;; healthy) healthy=$value ;;
      deadline) deadline=$value ;; socket) socket=$value ;; kind) kind=$value ;; project) project=$value ;;
      working_dir) working_dir=$value ;; user) user=$value ;; home) home=$value ;; file) compose_file=$value ;;
      env_file) env_file=$value ;; reference) reference=$value ;; new_image) new_image=$value ;;
    esac
  done <"$dir/plan" || return 1
  [ "$version" = 1 ] && [ -n "$session" ] && [ -n "$project" ] && [ -n "$working_dir" ] && [ -n "$home" ] || return 1
  [ -n "$compose_file" ] && [ -n "$env_file" ] && [ -n "$reference" ] && [ -n "$new_image" ] || return 1
  case $stable:$deadline in *[!0-9:]* | :* | *:) return 1 ;; esac
  use_engine || return 1
  [ -s "$dir/config-files" ] && [ -e "$dir/env-files" ] && [ -s "$dir/services" ] && [ -e "$dir/folders" ] && [ -e "$dir/volumes" ] || return 1
}

tell_audit() ( # tell_audit replaced|undone|stuck: what this host did alone
  after=
  [ "$1" != replaced ] || after=$new_image
  audit "${dir%/*/*}" "{\"by\":\"host\",\"operator\":$(json_or_null "$(planned operator)"),\"job\":$(json_or_null "$(planned job)"),\"verb\":\"compose bootstrap\",\
\"session\":$(json "$project"),\"reference\":$(json_or_null "$reference"),\"before\":null,\"after\":$(json_or_null "$after"),\"result\":\"$1\"}" ||
    say put_back log "this host's audit has no line of it: ${dir%/*/*}/audit.jsonl cannot be written"
)

tell_session() { echo unknown; } # there is no session before it, and what there is of it is told beside
