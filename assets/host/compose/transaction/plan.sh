# The plan of a restart by Compose, as the journal holds it.

load() { # reads the journal; anything that it does not understand is an error
  version='' session='' old='' up='' stable='' healthy='' port='' deadline='' keep='' pin='' pin_old='' socket=''
  kind='' project='' service='' working_dir='' user='' home='' env_file='' key='' from='' reference='' old_image='' new_image=''
  new='' why='' # of the probe, which is that of every restart; and of the way back
  while IFS='=' read -r word value; do
    case $word in
      version) version=$value ;; session) session=$value ;; old) old=$value ;; up) up=$value ;;
      stable) stable=$value ;; healthy) healthy=$value ;; port) port=$value ;; deadline) deadline=$value ;; keep) keep=$value ;;
      pin) pin=$value ;; pin_old) pin_old=$value ;; socket) socket=$value ;;
      kind) kind=$value ;; project) project=$value ;; service) service=$value ;; working_dir) working_dir=$value ;;
      user) user=$value ;; home) home=$value ;; env_file) env_file=$value ;; key) key=$value ;;
      from) from=$value ;; reference) reference=$value ;; old_image) old_image=$value ;; new_image) new_image=$value ;;
    esac
  done <"$dir/plan" || return 1
  [ "$version" = 1 ] && is_id "$old" && [ -n "$session" ] && [ -n "$pin" ] && [ -n "$pin_old" ] || return 1
  [ -n "$project" ] && [ -n "$service" ] && [ -n "$working_dir" ] && [ -n "$env_file" ] && [ -n "$key" ] || return 1
  [ -n "$from" ] && [ -n "$reference" ] && [ -n "$old_image" ] && [ -n "$new_image" ] && [ -n "$home" ] || return 1
  case $up$healthy in [01][01]) ;; *) return 1 ;; esac
  case ${port:-0}:$stable:$deadline:$keep in *[!0-9:]* | :* | *::* | *:) return 1 ;; esac
  use_engine || return 1
  [ ! -e "$dir/committed" ] || { read -r new <"$dir/committed" && is_id "$new"; } || return 1
  [ -s "$dir/config-files" ] && [ -e "$dir/env-files" ] || return 1
}
